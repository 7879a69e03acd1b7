#!/usr/bin/env bash
# On a machine with a CUDA card: builds the library without MPI and HDF5, runs the tests that need a card, then the programs
# gpu*.cpp, and prints one Markdown table.
#   bench/gpu.sh            prints it
#   bench/gpu.sh --write    puts it into docs/performance.md as well
#   PACKAGES=folder         where scripts/copy-packages.sh has put the packages, when they are not installed
#   BUILD=folder            the build folder, else build/gpu
#   ARCHITECTURES=90        the cards to build for, else 80;90
#   TRIVIUM_TORCH=program   a Python with PyTorch to compare with, else python3 where it has one that uses the card
# Exit code 2 where there is no card, 1 when a test or a program failed: the table is then printed, but not written.
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
for source in $(cd "$root/tests" && grep -lE 'gpu/|"cuda"' ./*/test_*.cpp); do
  tests+=("$(basename "$(dirname "$source")").$(basename "$source" .cpp)")
done

if command -v ninja > /dev/null; then export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}; fi
cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DTRIVIUM_CUDA=ON -DTRIVIUM_MPI=OFF -DTRIVIUM_HDF5=OFF \
  -DTRIVIUM_TESTS=ON -DTRIVIUM_BENCH=ON "-DCMAKE_CUDA_ARCHITECTURES=${ARCHITECTURES:-80;90}" \
  ${PACKAGES:+"-DCMAKE_PREFIX_PATH=$(cd "$PACKAGES" && pwd)"} >&2
cmake --build "$build" --parallel "$(nproc)" --target "${tests[@]}" "${programs[@]/#/bench_}" >&2
card=$("$build/bench/gpu" --card)

failed=()
for test in "${tests[@]}"; do
  echo "$test:" >&2
  "$build/tests/$test" >&2 || failed+=("$test")
done

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
for program in "${programs[@]}"; do
  "$build/bench/$program" | tee /dev/stderr >> "$rows" || failed+=("$program")
done

sed -i '/^ *card: /d' "$rows"  # named above the table
nvcc=$(sed -n 's/^CMAKE_CUDA_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
text=$(
  echo "${card#*card: }, $(date +%F); $("$nvcc" --version | sed -n 's/^Cuda compilation tools, /CUDA /p')."
  echo
  print_table "$rows"
)
echo
echo "$text"
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "failed: ${failed[*]}" >&2
  exit 1
fi
if [[ ${1:-} == --write ]]; then put_between "$page" "$begin" "$end" "$text"; fi
