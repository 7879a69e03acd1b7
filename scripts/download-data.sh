#!/bin/sh
# Fetches the LIBSVM data sets a9a and w8a, or the ones named: scripts/download-data.sh [FOLDER [NAME...]]
#
# FOLDER defaults to data/ in the repository. Files that are there and right are kept. A file appears under its name only when its
# SHA-256 is right. Without a network it gives up after ten seconds: exit code 1 and one sentence.
set -eu

site=https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary
folder=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/data}
part=

fail() {
  echo "download-data: $1" >&2
  exit 1
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# fetch URL FILE: ten seconds to connect, and ten seconds without a byte end it.
fetch() {
  if command -v curl >/dev/null; then
    curl --fail --silent --location --connect-timeout 10 --speed-limit 1000 --speed-time 10 --max-time 120 --output "$2" "$1"
  elif command -v wget >/dev/null; then
    wget --quiet --tries=1 --timeout=10 --output-document="$2" "$1"
  else
    fail "neither curl nor wget is installed; fetch $1 by hand into $folder"
  fi
}

# get NAME SHA256
get() {
  if [ -f "$folder/$1" ] && [ "$(sha256 "$folder/$1")" = "$2" ]; then
    echo "$folder/$1 is there"
    return
  fi
  part=$folder/.$1.$$.part
  fetch "$site/$1" "$part" || fail "$site/$1 cannot be fetched; is there a network?"
  found=$(sha256 "$part")
  [ "$found" = "$2" ] || fail "$site/$1 has SHA-256 $found, expected $2; the site's file has changed or was cut"
  mv "$part" "$folder/$1"
  echo "$folder/$1 fetched"
}

trap 'rm -f "$part"' EXIT
trap 'exit 1' INT TERM
mkdir -p "$folder" || fail "folder $folder cannot be made"
[ $# -gt 0 ] && shift
for name in "${@:-}"; do
  case $name in
    a9a | '') get a9a f5d5ffd8d865ff41328e7ee043e4b020816914ff6843ff15b98905ddbedce906 ;;
    w8a) ;;
    *) fail "no data set named '$name'; known: a9a, w8a" ;;
  esac
  case $name in
    w8a | '') get w8a 6a9fa8fd5f524303240a5db07d4b3d4a51e8b7b4b20a914105d8e3e8c81640f2 ;;
  esac
done
