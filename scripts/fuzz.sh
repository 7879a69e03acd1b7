#!/usr/bin/env bash
# Builds the libFuzzer targets with Clang and runs each for SECONDS (60): scripts/fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-dependencies.sh fuzz
cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang -DTRIVIUM_FUZZ=ON >/dev/null
cmake --build build/fuzz --target fuzz_libsvm fuzz_message
for target in fuzz_libsvm fuzz_message; do
  echo "$target: ${1:-60} seconds"
  "build/fuzz/tests/fuzz/$target" -max_total_time="${1:-60}" -max_len=4096 -verbosity=0 -print_final_stats=1
done
