#!/usr/bin/env bats
# The language of manifests: what is in the archive for each line, and what is said of wrong ones.

# shellcheck disable=SC2016 # the variables are the loader's and the packer's, not this shell's
load pack

@test "every directive of gen_init_cpio gives its entry" {
  manifest '# a comment' '' \
    'dir /d 711 3 4' \
    'file /d/f bytes 640 1 2' \
    'nod /c 600 0 0 c 5 1' \
    'nod /b 660 0 6 b 8 17' \
    'slink /l d/f 777 0 0' \
    'pipe /p 622 0 0' \
    'sock /s 755 0 0'
  pack -o out m
  run entries out
  assert_output "$(
    cat <<'END'
b 60660 0 6 1 0 315532800 1 8 17
c 20600 0 0 1 0 315532800 2 5 1
d 40711 3 4 2 0 315532800 3 0 0
d/f 100640 1 2 1 11 315532800 4 0 0
l 120777 0 0 1 3 315532800 5 0 0
p 10622 0 0 1 0 315532800 6 0 0
s 140755 0 0 1 0 315532800 7 0 0
END
  )"
}

@test "cpio reads the bytes back" {
  manifest 'file /a/b/c bytes 644 0 0' 'slink /a/l "b/c" 777 0 0'
  pack -o out m
  mkdir there
  (cd there && cpio --quiet -id <../out)
  run cat there/a/l
  assert_output 'some bytes'
}

@test "hard links are one file, whose bytes come with its last name" {
  manifest 'file /z bytes 644 0 0 /a /m'
  pack -o out m
  run entries out
  assert_output "$(printf '%s\n' 'a 100644 0 0 3 0 315532800 1 0 0' \
    'm 100644 0 0 3 0 315532800 1 0 0' 'z 100644 0 0 3 11 315532800 1 0 0')"
  mkdir there
  (cd there && cpio --quiet -id <../out)
  run stat -c %h there/a
  assert_output 3
  run cat there/a
  assert_output 'some bytes'
}

@test "folders above a name are made" {
  manifest 'pipe /a/b/c 600 0 0'
  pack -o out m
  run entries out
  assert_line --index 0 --regexp '^a 40755 0 0 2 0 '
  assert_line --index 1 --regexp '^a/b 40755 0 0 2 0 '
  assert_line --index 2 --regexp '^a/b/c 10600 '
}

@test "a leading slash and a double one mean nothing, and the root can have a mode" {
  manifest 'dir / 700 0 0' 'dir ./x//y/ 755 0 0'
  run pack --list m
  assert_output "$(printf '%s\n' 'dir / 700 0 0' 'dir /x 755 0 0' 'dir /x/y 755 0 0')"
  pack -o out m
  run entries out
  assert_line --index 0 --regexp '^\. 40700 '
}

@test "variables stand in sources, and only there" {
  manifest 'file /${WHERE} ${WHERE}es 644 0 0'
  WHERE=byt run pack --list m
  assert_output "file \"/\\\${WHERE}\" $PWD/bytes 644 0 0"
  refused '^m:1: the environment variable NOWHERE is not set' 'file /x ${NOWHERE}/x 644 0 0'
  refused '^m:1: .* no closing brace' 'file /x ${NOWHERE 644 0 0'
}

@test "quoted words hold blanks, quotes and every byte but NUL" {
  cp bytes 'a "b" \n $c'$'\n''d'
  manifest 'file "/x y\t\x01\377" "a \"b\" \\n \$c\nd" 644 0 0' 'slink "/\x23" "${X}" 777 0 0' \
    'slink /back\slash a"b 777 0 0'
  pack -o out m
  run entries out
  assert_line --index 0 --regexp '^# 120777 '
  assert_line --index 1 --regexp '^back\\slash 120777 0 0 1 3 '
  assert_line --index 2 --partial $'x y\t\x01\xff 100644 0 0 1 11 '
  pack --list m >again
  pack -o out2 again
  cmp out out2
}

@test "wrong lines are told with their place, and nothing is written" {
  refused '^m:2: "fiel" is no directive' 'dir /d 755 0 0' 'fiel /x bytes 644 0 0'
  refused '^m:1: something is missing; the form is: file NAME SRC' 'file /x bytes 644 0'
  refused '^m:1: "7" is one word too many; the form is: dir' 'dir /d 755 0 0 7'
  refused '^m:1: "789" is no mode: .*octal' 'dir /d 789 0 0'
  refused '^m:1: "17777" is no mode' 'dir /d 17777 0 0'
  refused '^m:1: "-1" is no user id' 'dir /d 755 -1 0'
  refused '^m:1: "x" is no type of device' 'nod /n 600 0 0 x 1 3'
  refused '^m:1: "4096" is no major' 'nod /n 600 0 0 c 4096 3'
  refused '^m:1: .*/absent: No such file.*-C' 'file /x absent 644 0 0'
  refused '^m:1: .* is a folder; pack it with "tree"' 'file /x . 644 0 0'
  refused '^m:1: "/a/../b" leads upwards' 'dir /a/../b 755 0 0'
  refused '^m:1: a quoted word has no closing quote' 'slink /x "y 777 0 0'
  refused '^m:1: .*closing quote without a blank' 'slink /x "y"z 777 0 0'
  refused '^m:1: "\\q" is no escape' 'slink /x "\q" 777 0 0'
  refused '^m:1: "/" can only be a folder' 'file / bytes 644 0 0'
  refused '^m:1: the target of a symbolic link has between 1 and' 'slink /x "" 777 0 0'
  refused '^m:1: .* a name of 5000 bytes' "dir /$(printf '%04999d' 0) 755 0 0"
  printf 'dir /d\0 755 0 0\n' >m
  run pack -o out m
  assert_failure 1
  assert_output --partial 'm:1: a NUL byte'
}

@test "all wrong lines of a manifest are told at once" {
  manifest 'dir /d' 'nonsense' 'dir /e 755 0 0' 'file /x absent 644 0 0'
  run pack -o out m
  assert_failure 1
  assert_line --index 0 --regexp '^m:1:'
  assert_line --index 1 --regexp '^m:2:'
  assert_line --index 2 --regexp '^m:4:'
  assert_equal "${#lines[@]}" 3
}

@test "two lines for one name: the same twice is fine, two wishes are an error that names both" {
  cp bytes same
  manifest 'file /x bytes 644 0 0' 'file /x same 644 0 0' 'dir /d 755 0 0' 'dir /d 755 0 0'
  pack -o out m
  rm out
  printf 'other bytes\n' >other
  refused '^m:2: /x is a file already at m:1, with another content' 'file /x bytes 644 0 0' 'file /x other 644 0 0'
  refused '^m:2: /x is a file already at m:1, with another mode' 'file /x bytes 644 0 0' 'file /x bytes 600 0 0'
  refused '^m:2: /x is a file already at m:1, with another owner' 'file /x bytes 644 0 0' 'file /x bytes 644 1 0'
  refused '^m:2: /x is a symbolic link already at m:1, with another target' \
    'slink /x a 777 0 0' 'slink /x b 777 0 0'
  refused '^m:2: /x is to be a folder here, but a file at m:1' 'file /x bytes 644 0 0' 'dir /x 755 0 0'
  refused '^m:2: /x/y cannot be: /x on the way is a file at m:1' 'file /x bytes 644 0 0' 'dir /x/y 755 0 0'
}

@test "names lead through the image's own links, in any order of lines" {
  manifest 'file /lib/x bytes 644 0 0' 'slink /lib usr/lib 777 0 0' 'slink /lib/l x 777 0 0' 'dir /usr/lib 711 0 0'
  run pack --list m
  assert_output "$(printf '%s\n' 'slink /lib usr/lib 777 0 0' 'dir /usr 755 0 0' 'dir /usr/lib 711 0 0' \
    'slink /usr/lib/l x 777 0 0' "file /usr/lib/x $PWD/bytes 644 0 0")"
  refused '^m:3: /a/x: the symbolic links on the way go round in a circle' \
    'slink /a b 777 0 0' 'slink /b a 777 0 0' 'file /a/x bytes 644 0 0'
}

@test "include is beside the manifest that names it, and a circle is found" {
  mkdir -p sub/deep
  printf 'include deep/two\n' >sub/one
  printf 'file /x bytes 644 0 0\nbad\n' >sub/deep/two
  refused '^.*sub/deep/two:2: "bad" is no directive' 'include sub/one'
  refused '^.*m:1: more than 16 manifests include one another' 'include m'
  refused '^m:1: the manifest ./absent: No such file' 'include absent'
}

@test "defaults give way to other lines, whatever the order" {
  printf 'file /x bytes 644 0 0\nslink /l a 777 0 0\nfile /d bytes 644 0 0\nfile /e bytes 644 0 0\n' >base
  printf 'other\n' >other
  mkdir tree
  cp other tree/e
  manifest 'file /x other 600 0 0' 'defaults base' 'file /l other 644 0 0' 'slink /d x 777 0 0' 'tree tree /'
  run pack --list m
  assert_output "$(printf '%s\n' 'slink /d x 777 0 0' "file /e $PWD/tree/e 644 0 0" "file /l $PWD/other 644 0 0" \
    "file /x $PWD/other 600 0 0")"
}

@test "a manifest can come from standard input, sources from another folder" {
  mkdir other
  mv bytes other
  run pack -C other --list - <<<'file /x bytes 644 0 0'
  assert_output "file /x $PWD/other/bytes 644 0 0"
}

@test "wrong usage ends with 2" {
  run pack
  assert_failure 2
  run pack --nonsense m
  assert_failure 2
  run pack --help
  assert_success
  assert_output --partial 'elf SRC [DST]'
}
