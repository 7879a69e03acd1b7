#!/bin/sh
# Fetches the LIBSVM data sets a9a and w8a, or the ones named, mnist among them: scripts/download-data.sh [FOLDER [NAME...]]
#
# FOLDER defaults to data/ in the repository. Files that are there and right are kept. A file appears under its name only when its
# SHA-256 is right. Without a network it gives up after ten seconds: exit code 1 and one sentence.
set -eu

libsvm=https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary
mnist=https://ossci-datasets.s3.amazonaws.com/mnist
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

# get NAME SHA256 URL
get() {
  if [ -f "$folder/$1" ] && [ "$(sha256 "$folder/$1")" = "$2" ]; then
    echo "$folder/$1 is there"
    return
  fi
  mkdir -p "$(dirname "$folder/$1")"
  part=$folder/.$(basename "$1").$$.part
  fetch "$3" "$part" || fail "$3 cannot be fetched; is there a network?"
  found=$(sha256 "$part")
  [ "$found" = "$2" ] || fail "$3 has SHA-256 $found, expected $2; the site's file has changed or was cut"
  mv "$part" "$folder/$1"
  echo "$folder/$1 fetched"
}

# get_mnist FILE SHA256
get_mnist() {
  get "mnist/$1" "$2" "$mnist/$1"
}

trap 'rm -f "$part"' EXIT
trap 'exit 1' INT TERM
mkdir -p "$folder" || fail "folder $folder cannot be made"
[ $# -gt 0 ] && shift
for name in "${@:-}"; do
  case $name in
    a9a | '') get a9a f5d5ffd8d865ff41328e7ee043e4b020816914ff6843ff15b98905ddbedce906 "$libsvm/a9a" ;;
    w8a) ;;
    mnist)
      get_mnist train-images-idx3-ubyte.gz 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609
      get_mnist train-labels-idx1-ubyte.gz 3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c
      get_mnist t10k-images-idx3-ubyte.gz 8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6
      get_mnist t10k-labels-idx1-ubyte.gz f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6
      ;;
    *) fail "no data set named '$name'; known: a9a, w8a, mnist" ;;
  esac
  case $name in
    w8a | '') get w8a 6a9fa8fd5f524303240a5db07d4b3d4a51e8b7b4b20a914105d8e3e8c81640f2 "$libsvm/w8a" ;;
  esac
done
