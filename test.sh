#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. `./test.sh long` runs the long ones too.
set -euo pipefail
cd "$(dirname "$0")"
scripts/install-dependencies.sh

# Where nvcc is installed the CUDA device is compiled too; its tests skip without a card, but for those on the emulated one.
cuda=()
if command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; then
  cuda=(-DTRIVIUM_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=80;90")
fi
cmake --preset ci "${cuda[@]}" >/dev/null
cmake --build --preset ci
if [ "${1:-}" = long ]; then
  scripts/fuzz.sh 60
  exec ctest --test-dir build/ci --output-on-failure -j "$(nproc)"
fi
exec ctest --test-dir build/ci --output-on-failure -j "$(nproc)" -LE long
