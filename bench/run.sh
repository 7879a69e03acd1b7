#!/usr/bin/env bash
# Builds and runs all benchmarks, one after another, and prints one Markdown table.
#   bench/run.sh            prints it
#   bench/run.sh --write    puts it into docs/performance.md as well
#   BUILD=folder            uses this configured build folder in place of the release preset's
#   TRIVIUM_DATA=folder     where a9a lies; programs that need it are skipped without
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=${BUILD:-$root/build/release}
page=$root/docs/performance.md
begin='<!-- table: begin (bench/run.sh --write) -->'
end='<!-- table: end -->'
if [[ $# -gt 1 || ( $# -eq 1 && $1 != --write ) ]]; then
  echo "usage: bench/run.sh [--write]" >&2
  exit 2
fi
. "$root/scripts/mpi-environment.sh"
. "$here/table.sh"

if [[ -z ${BUILD:-} ]]; then (cd "$root" && cmake --preset release > /dev/null); fi
cmake --build "$build" --target benchmarks > /dev/null

cache() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt" | head -n 1; }
python=$(cache TRIVIUM_PYTHON)
blas() {
  "$python" - <<'PY'
import ctypes, os
import numpy
ctypes.CDLL(numpy.core._multiarray_umath.__file__)
libraries = {os.path.realpath(line.split()[-1]) for line in open("/proc/self/maps") if "blas" in line or "mkl" in line}
print("NumPy", numpy.__version__, "with", ", ".join(sorted(map(os.path.basename, libraries))) or "its own BLAS", end="")
print(" (" + os.path.basename(os.path.dirname(sorted(libraries)[0])) + ")" if libraries else "")
PY
}
machine() {
  local processor cores cache3 memory
  processor=$(lscpu | sed -n 's/^Model name: *//p' | head -n 1)
  cores=$(nproc)
  cache3=$(lscpu | sed -n 's/^L3 cache: *//p')
  memory=$(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo)
  echo "$processor, $cores cores, L3 ${cache3:-unknown}, $memory; $("$(cache CMAKE_CXX_COMPILER)" --version | head -n 1);"
  echo "$(mpirun --version | head -n 1); $(blas); $(date +%F)."
  echo "Load average when the run began: $load_before, when it ended: $(cut -d ' ' -f 1 /proc/loadavg)."
}

load_before=$(cut -d ' ' -f 1 /proc/loadavg)
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
for program in dense_operator combine rand_k top_k compressors framework_overhead method_overhead numpy_round masha_compressors svogs_comparison \
  network autodiff markov many_workers average; do
  launch=()
  if [[ $program == average ]]; then launch=(mpirun -n 4); fi
  [[ -x $build/bench/$program ]] || { echo "$program is not built: TRIVIUM_MPI or TRIVIUM_HDF5 is off" >&2; continue; }
  # 2: a data file or PyTorch is not there, and the program has said so
  "${launch[@]}" "$build/bench/$program" | tee /dev/stderr >> "$rows" || [[ $? == 2 ]]
done

text=$(machine; echo; print_table "$rows")
echo
echo "$text"
if [[ ${1:-} == --write ]]; then put_between "$page" "$begin" "$end" "$text"; fi
