#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. `./test.sh long` runs the long ones too.
set -euo pipefail
cd "$(dirname "$0")"
scripts/install-dependencies.sh
cmake --preset ci >/dev/null
cmake --build --preset ci
if [ "${1:-}" = long ]; then
  exec ctest --test-dir build/ci --output-on-failure -j "$(nproc)"
fi
exec ctest --test-dir build/ci --output-on-failure -j "$(nproc)" -LE long
