#!/usr/bin/env bats
# ELF files that lie. None may bring the packer down (the dev build has the sanitizers on), hang it, or
# be taken for whole: they are refused by "elf", and packed as they are by "tree", with a warning.

# shellcheck disable=SC2016 # the variables are the loader's and the packer's, not this shell's
load pack

# sane STATUS: a status that the packer chose, not a signal's and not the sanitizers' 99.
sane() {
  ((status == 0 || status == 1)) || fail "status $status: $output"
}

# looks_at FILE…: packs the files in both ways, all in one go, in bounded time.
looks_at() {
  local file
  for file in "$@"; do printf 'elf %s /%s\n' "$file" "$file"; done >m
  run timeout 60 "$PRIMER_BUILD/primer-pack" -o out m
  sane
  rm -rf tree
  mkdir tree
  cp "$@" tree
  manifest 'tree tree /'
  run timeout 60 "$PRIMER_BUILD/primer-pack" -o out m
  sane
}

# patch FILE OFFSET OCTAL…: overwrites bytes.
patch() {
  local file=$1 offset=$2
  shift 2
  printf '%b' "$(printf '\\0%s' "$@")" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

@test "an empty file and a file of only the magic" {
  : >empty
  printf '\x7fELF' >magic
  refused 'empty is neither an ELF file nor a script' 'elf empty /x'
  refused 'magic is a damaged ELF file: its header is damaged' 'elf magic /x'
  looks_at empty magic
}

@test "a real program, cut at every length that matters" {
  local size cut files=()
  size=$(stat -L -c %s /bin/sh)
  for cut in 5 16 20 52 63 64 65 100 120 176 500 800 1000 2000 4096 5000 $((size / 2)) $((size - 1)); do
    head -c "$cut" /bin/sh >"cut-$cut"
    files+=("cut-$cut")
  done
  looks_at "${files[@]}"
}

@test "offsets and counts beyond the file" {
  # Of the ELF header: the program headers' offset (32), size (54) and count (56).
  local at files=()
  for at in 32 39 54 56 57; do
    cp /bin/sh "lie-$at"
    patch "lie-$at" "$at" 377
    files+=("lie-$at")
  done
  looks_at "${files[@]}"
  cp /bin/sh lie
  patch lie 56 0 0
  refused 'it has no program headers inside the file' 'elf lie /x'
}

@test "every byte of the program headers and the dynamic section turned over" {
  library seven -Wl,-z,norelro -s
  program prog seven -L. -lseven -Wl,-rpath,'$ORIGIN' -s
  local at dynamic size files=()
  # The dynamic section's offset and size, from the program header of that type.
  read -r dynamic size < <(readelf -lW prog |
    sed -n 's/^ *DYNAMIC *\(0x[0-9a-f]*\) *0x[0-9a-f]* *0x[0-9a-f]* *\(0x[0-9a-f]*\) .*/\1 \2/p')
  ((dynamic > 0 && size > 0))
  for at in $(seq 64 3 $((64 + 56 * 11))) $(seq "$dynamic" 5 $((dynamic + size))); do
    cp prog "lie-$at"
    patch "lie-$at" "$at" 377
    files+=("lie-$at")
  done
  looks_at "${files[@]}"
}

@test "a needed library that is a folder, a text, itself, a device" {
  library seven
  program prog seven -L. -lseven -Wl,-rpath,'$ORIGIN'
  rm libseven.so
  mkdir libseven.so
  refused 'prog needs libseven.so' 'elf prog /x/prog'
  rmdir libseven.so
  printf 'INPUT(libother.so)\n' >libseven.so
  refused 'prog needs libseven.so, .*libseven.so: it is no shared library\)' 'elf prog /x/prog'
  rm libseven.so
  ln -s /dev/zero libseven.so
  refused 'prog needs libseven.so' 'elf prog /x/prog'
  rm libseven.so
  ln -s libseven.so libseven.so
  refused 'prog needs libseven.so' 'elf prog /x/prog'
  rm libseven.so
  cp prog libseven.so
  manifest 'elf prog /x/prog'
  run pack -o out m
  assert_success
}

@test "scripts that name themselves, nothing, or a very long interpreter" {
  printf '#!%s/self\n' "$PWD" >self
  printf '#!\n' >nothing
  printf '#!   \n' >blanks
  printf '#!/%05000d\n' 0 >long
  printf '#!relative\n' >relative
  chmod +x self nothing blanks long relative
  looks_at self nothing blanks long relative
}

@test "a fifo, a device and a folder in a file's place are not opened for ever" {
  mkfifo fifo
  refused 'fifo is no regular file' 'file /x fifo 644 0 0'
  refused 'fifo is no regular file' 'elf fifo /x'
  refused '/dev/zero is no regular file' 'file /x /dev/zero 644 0 0'
  mkdir tree
  mkfifo tree/fifo
  manifest 'tree tree /'
  run timeout 20 "$PRIMER_BUILD/primer-pack" -o out m
  assert_success
}
