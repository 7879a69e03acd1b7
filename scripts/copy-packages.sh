#!/usr/bin/env bash
# Copies the packages that the library needs without MPI and HDF5 (headers, CMake files, libraries) from this Debian machine to
# a folder, for a machine where they are not installed: copy it along and build with -DCMAKE_PREFIX_PATH=FOLDER.
#   scripts/copy-packages.sh FOLDER
set -euo pipefail
if [[ $# -ne 1 ]]; then
  echo "usage: scripts/copy-packages.sh FOLDER" >&2
  exit 2
fi
folder=$1
mkdir -p "$folder"
for package in libeigen3-dev librandom123-dev libfmt-dev libfmt9 zlib1g-dev zlib1g catch2 librapidcheck-dev; do
  dpkg -L "$package" | while read -r file; do
    [[ -f $file && $file =~ ^(/usr)?/(include|lib|share/eigen3|share/cmake) ]] || continue
    to=$folder/${file#/usr}
    mkdir -p "$(dirname "$to")"
    cp -L "$file" "$to"
  done
done
