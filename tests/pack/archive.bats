#!/usr/bin/env bats
# The archive as bytes: the same for the same manifest, wherever and whenever it is packed; all or
# nothing; and --list as a manifest that gives the same bytes again.

load pack

# A manifest with a bit of everything.
rich() {
  mkdir -p tree/sub
  printf 'a\n' >tree/z
  printf 'b\n' >tree/sub/a-b
  printf 'c\n' >'tree/sub/a b'
  ln tree/z tree/sub/hard
  ln -s ../z tree/sub/soft
  mkfifo tree/fifo
  chmod 4755 tree/z
  chmod 640 tree/sub/a-b
  manifest 'elf /bin/sh' 'tree tree /t' 'dir /t-x 755 0 0' 'file /x bytes 644 0 0 /y' 'nod /dev/console 600 0 0 c 5 1'
}

@test "the same bytes twice, whatever umask, folder, times and order of lines" {
  rich
  pack -o one m
  find . -exec touch -d '2020-02-02' {} +
  sort -r m >m2
  mkdir elsewhere
  (
    umask 077
    cd elsewhere
    pack -C .. -o ../two ../m2
  )
  cmp one two
}

@test "--list is a manifest that packs to the same bytes" {
  rich
  pack -o one m
  pack --list m >m2
  run grep -vE '^(file|dir|nod|slink|pipe|sock) ' m2
  assert_failure
  pack -o two m2
  cmp one two
}

@test "names are sorted, folders before what is in them, numbers counted" {
  rich
  pack -o one m
  run entries one
  local numbers='' names=''
  for line in "${lines[@]}"; do
    # From the end, because a name may hold blanks.
    read -r _ _ number _ <<<"$(rev <<<"$line")"
    numbers+="$(rev <<<"$number") "
  done
  [[ $numbers == '1 2 3 4 '* ]] || fail "the numbers are $numbers"
  names=$(grep -aoP '070701[0-9A-Fa-f]{104}\Kt[^\x00]*' one)
  assert_equal "$names" "$(printf '%s\n' t t/fifo t/sub 't/sub/a b' t/sub/a-b t/sub/hard t/sub/soft t/z t-x)"
}

@test "SOURCE_DATE_EPOCH is the time of all" {
  manifest 'file /x bytes 644 0 0'
  SOURCE_DATE_EPOCH=1000000000 pack -o out m
  run entries out
  assert_output 'x 100644 0 0 1 11 1000000000 1 0 0'
  for wrong in '' x 1x -1 4294967296; do
    SOURCE_DATE_EPOCH=$wrong run pack -o out2 m
    assert_failure 1
    assert_output --partial "SOURCE_DATE_EPOCH=\"$wrong\" is no time"
  done
}

@test "trees keep modes, hard links and symbolic links, and belong to root" {
  rich
  pack -o one m
  mkdir there
  (cd there && cpio --quiet -id t t/* <../one)
  run stat -c '%a %h' there/t/z
  assert_output '4755 2'
  run readlink there/t/sub/soft
  assert_output ../z
  run entries one
  assert_line --regexp '^t/z 104755 0 0 2 2 '
  assert_line --regexp '^t/fifo 10644 0 0 '
}

@test "an old output stays when packing fails, and nothing is left beside it" {
  printf old >out
  manifest 'file /x gone 644 0 0'
  run pack -o out m
  assert_failure 1
  assert_equal "$(<out)" old
  manifest 'file /x bytes 644 0 0'
  chmod 000 bytes
  if ((EUID != 0)); then
    run pack -o out m
    assert_failure 1
    assert_output --partial 'm:1:'
    assert_equal "$(<out)" old
  fi
  chmod 644 bytes
  run compgen -G 'out?*'
  assert_failure
  run pack -o absent/out m
  assert_failure 1
  assert_output --partial 'absent/out: No such file'
}

@test "a full disk is told, and leaves nothing" {
  manifest 'elf /bin/sh'
  run pack m </dev/null
  assert_success
  run bash -c '"$1" m >/dev/full' _ "$PRIMER_BUILD/primer-pack"
  assert_failure 1
  assert_output --partial 'No space left on device'
}

@test "the output has the mode of any other file, and is replaced at once" {
  manifest 'file /x bytes 644 0 0'
  (umask 027 && pack -o out m)
  run stat -c %a out
  assert_output 640
}

@test "an archive on standard output is the same, and refused on a terminal" {
  manifest 'file /x bytes 644 0 0'
  pack -o out m
  pack m >out2
  cmp out out2
  run script -qec "'$PRIMER_BUILD/primer-pack' m" /dev/null
  assert_failure 1
  assert_output --partial 'nothing for a terminal'
}
