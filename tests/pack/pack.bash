# What the tests of primer-pack share: the packer of the dev build, in a folder of the test's own.
# shellcheck shell=bash

load ../lib/common

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  unset SOURCE_DATE_EPOCH
  printf 'some bytes\n' >bytes
}

pack() {
  "$PRIMER_BUILD/primer-pack" "$@"
}

# manifest LINES…: writes the file m.
manifest() {
  printf '%s\n' "$@" >m
}

# entries ARCHIVE: a line for each entry, from the bytes of the headers (Documentation/driver-api/
# early-userspace/buffer-format.rst): "NAME MODE UID GID NLINK SIZE MTIME INO RDEVMAJOR RDEVMINOR".
entries() {
  LC_ALL=C grep -aoP '070701[0-9A-Fa-f]{104}[^\x00]*' "$1" | while IFS= read -r header; do
    local field=() i
    for ((i = 0; i < 13; i++)); do field[i]=$((16#${header:6+8*i:8})); done
    [[ ${header:110} == 'TRAILER!!!' ]] ||
      printf '%s %o %d %d %d %d %d %d %d %d\n' "${header:110}" "${field[1]}" "${field[2]}" "${field[3]}" \
        "${field[4]}" "${field[6]}" "${field[5]}" "${field[0]}" "${field[9]}" "${field[10]}"
  done
}

# refused PATTERN LINES…: the manifest of these lines is refused with such a message, and nothing is written.
refused() {
  local pattern=$1
  shift
  rm -f out
  manifest "$@"
  run pack -o out m
  assert_failure 1
  assert_output --regexp "$pattern"
  assert_not_exists out
  run compgen -G 'out.*'
  assert_failure
}

# library NAME OPTIONS…: builds a shared library with a function of that name.
library() {
  local name=$1
  shift
  printf 'int %s(void) { return 7; }\n' "$name" | gcc -shared -fPIC -o "lib$name.so" -x c - -x none "$@"
}

# program NAME FUNCTION OPTIONS…: builds a program that calls the function and ends with its result.
program() {
  local name=$1 function=$2
  shift 2
  printf 'int %s(void); int main(void) { return %s(); }\n' "$function" "$function" |
    gcc -o "$name" -x c - -x none "$@"
}
