# What the lints share: the tree's files, and the way a finding is told.
#
# A lint prints one line a finding, "FILE:LINE: what is wrong", and ends with status 1 when there
# was one. It looks at $PRIMER_SOURCE, or at the tree it stands in; tests/lint/seeds points it to
# trees with a fault, to see it found.
# shellcheck shell=bash

: "${PRIMER_SOURCE:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
# Itself, for a lint that runs itself on many files; the place from where it was called is left.
# shellcheck disable=SC2034 # the lints use it
lint_self=$(realpath -- "$0")
cd "$PRIMER_SOURCE" || exit

# tree_files FOLDER…: the files in the folders, which may be absent, one a line, without what is built.
tree_files() {
  local folders=() folder
  for folder in "$@"; do
    [[ ! -e $folder ]] || folders+=("$folder")
  done
  ((${#folders[@]} > 0)) || return 0
  find "${folders[@]}" \( -path ./build -o -path ./.git -o -path ./.cache \) -prune -o -type f -print |
    sed 's|^\./||' | LC_ALL=C sort
}

# c_files FOLDER…: C sources and headers.
c_files() {
  tree_files "$@" | grep '\.[ch]$' || true
}

# shell_files: .bats files, and bash scripts by their name or their first line.
shell_files() {
  local file first
  while IFS= read -r file; do
    case ${file##*/} in
      *.bash | *.bats) printf '%s\n' "$file" ;;
      *.*) ;;
      *)
        IFS= read -r -n 64 first 2>/dev/null <"$file" || true
        [[ ! $first =~ ^#!.*[/\ ](ba)?sh($|\ ) ]] || printf '%s\n' "$file"
        ;;
    esac
  done < <(tree_files .)
}

# verdict: shows the findings on stdin; status 1 when there are any.
verdict() {
  local findings
  findings=$(cat)
  [[ -n $findings ]] || return 0
  printf '%s\n' "$findings"
  return 1
}
