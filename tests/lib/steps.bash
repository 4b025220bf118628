# The tables of steps, as the sources have them.
#
#   step_rows FILE…     the rows of the tables in these files: FILE LINE TABLE NAME FUNCTION, a line each
#
# TABLE is the C name of the array. Relies on the layout that .clang-format gives to a row: its name and its function
# stand on the row's first line.
# shellcheck shell=bash

step_rows() {
  awk '
    /^static const struct step [a-z_]+\[\] = \{$/ {
      table = $5
      sub(/\[.*/, "", table)
    }
    /^};$/ { table = "" }
    table != "" && match($0, /^    \{ "[a-z0-9-]+", [a-z0-9_]+,/) {
      split($0, part, /[", ]+/)
      print FILENAME, FNR, table, part[3], part[4]
    }' "$@"
}
