#!/usr/bin/env bash
# On a machine with a CUDA card: builds the library without MPI and HDF5, runs the tests that need a card, then the programs
# gpu*.cpp, and prints one Markdown table.
#   bench/gpu.sh            prints it
#   bench/gpu.sh --write    puts it into docs/performance.md as well
#   PACKAGES=folder         where scripts/copy-packages.sh has put the packages, when they are not installed
#   BUILD=folder            the build folder, else build/gpu
#   ARCHITECTURES=90        the cards to build for, else 80;90
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=${BUILD:-$root/build/gpu}
page=$root/docs/performance.md
begin='<!-- GPU table: begin (bench/gpu.sh --write) -->'
end='<!-- GPU table: end -->'
. "$here/table.sh"
if [[ $# -gt 1 || ( $# -eq 1 && $1 != --write ) ]]; then
  echo "usage: bench/gpu.sh [--write]" >&2
  exit 2
fi

programs=()
for source in "$here"/gpu*.cpp; do programs+=("$(basename "$source" .cpp)"); done
tests=()
for source in "$root"/tests/gpu/test_*.cpp; do tests+=("gpu.$(basename "$source" .cpp)"); done
tests+=(problems.test_device solvers.test_on_card)

cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DTRIVIUM_CUDA=ON -DTRIVIUM_MPI=OFF -DTRIVIUM_HDF5=OFF \
  -DTRIVIUM_TESTS=ON -DTRIVIUM_BENCH=ON "-DCMAKE_CUDA_ARCHITECTURES=${ARCHITECTURES:-80;90}" \
  ${PACKAGES:+"-DCMAKE_PREFIX_PATH=$(cd "$PACKAGES" && pwd)"} >&2
cmake --build "$build" --parallel "$(nproc)" --target "${tests[@]}" "${programs[@]/#/bench_}" >&2
for test in "${tests[@]}"; do
  echo "$test:" >&2
  "$build/tests/$test" >&2
done

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
for program in "${programs[@]}"; do
  "$build/bench/$program" | tee /dev/stderr >> "$rows"
done

text=$(
  card=$(sed -n 's/^ *card: //p' "$rows" | head -n 1)
  echo "$card, $(date +%F); $("${CUDACXX:-nvcc}" --version 2> /dev/null | sed -n 's/^Cuda compilation tools, /CUDA /p')."
  echo
  print_table "$rows"
)
echo
echo "$text"
if [[ ${1:-} == --write ]]; then put_between "$page" "$begin" "$end" "$text"; fi
