#!/usr/bin/env bash
# Installs what building, testing and plotting need: the only list of packages. Debian 12; as root or with sudo.
# With the argument `fuzz` also what the libFuzzer targets need.
set -euo pipefail

packages=(
  # compiler and build
  g++ cmake ninja-build ccache git ca-certificates
  # libraries: Eigen, MPI, random streams, files, command line, formatting
  libeigen3-dev libopenmpi-dev openmpi-bin libboost-mpi-dev libboost-serialization-dev librandom123-dev
  libhdf5-openmpi-dev libtomlplusplus-dev zlib1g-dev libcli11-dev libfmt-dev
  # tests and benchmarks
  catch2 librapidcheck-dev libbenchmark-dev
  # plots
  python3 python3-numpy python3-h5py python3-matplotlib
)

if [ "${1:-}" = fuzz ]; then
  packages+=(clang libclang-rt-14-dev)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-dependencies: run as root or install sudo; missing: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
