# Sourced by run.sh and gpu.sh: what they print in common.

# Prints the rows of a file in which the programs have left rows and notes, as a Markdown table with the notes below it.
print_table() {
  echo '| what | measured | target | met |'
  echo '|---|---|---|---|'
  grep '^|' "$1"
  echo
  echo 'The figures behind the ratios:'
  echo
  echo '```'
  sed -e 's/^| \([^|]*\) |.*/\1/' "$1"
  echo '```'
}

# put_between PAGE BEGIN END TEXT: replaces what stands between two lines of a page.
put_between() {
  grep -qF "$2" "$1" || { echo "$1 has no line '$2' to write the table after" >&2; exit 1; }
  TEXT=$4 awk -v begin="$2" -v end="$3" '
    $0 == begin { print; print ""; print ENVIRON["TEXT"]; print ""; skip = 1; next }
    $0 == end { skip = 0 }
    !skip' "$1" > "$1.new"
  mv "$1.new" "$1"
}
