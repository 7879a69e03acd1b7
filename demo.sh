#!/usr/bin/env bash
# Installs what is missing, builds, and runs the main job under mpirun: robust regression on real data, 50 workers, extragradient and
# optimistic gradient against MASHA1. Leaves HDF5 files, a convergence plot and a table. The data folder may be given: ./demo.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")"
scripts/install-dependencies.sh
cmake --preset ci -DTRIVIUM_TESTS=OFF -B build/demo >/dev/null
cmake --build build/demo --target trivium
. scripts/mpi-environment.sh

# a9a from a folder that has it, else downloaded, else the small data set of the repository.
data=""
for folder in "${1:-}" "${TRIVIUM_DATA:-}" data ../shared/data; do
  [ -n "$folder" ] || continue
  for file in "$folder"/a9a "$folder"/a9a.gz "$folder"/a9a/a9a "$folder"/a9a/a9a.gz; do
    if [ -f "$file" ]; then data=$folder; break 2; fi
  done
done
if [ -z "$data" ] && scripts/download-data.sh data a9a; then data=data; fi
choose=()
if [ -n "$data" ]; then
  choose=(--data "$data")
else
  echo "a9a is not at hand; using the Breast Cancer Wisconsin data of the repository (569 x 30)"
  choose=(--data experiments/data --set problem.file=breast_cancer.svm)
fi

out=results/demo
mpirun -n 2 build/demo/trivium run experiments/robust_regression.toml "${choose[@]}" --out "$out" --overwrite
echo
build/demo/trivium plot "$out" --table --at 1e-3,1e-6 --out "$out/convergence"
echo
echo "results: $PWD/$out"
echo "plot:    $PWD/$out/convergence.png"
