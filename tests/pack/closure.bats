#!/usr/bin/env bats
# What programs bring along. The libraries are built here, and the programs are run from what was
# packed, under chroot, because only the loader can say whether it finds them.

# shellcheck disable=SC2016 # the variables are the loader's and the packer's, not this shell's
load pack

# unpacked ARCHIVE: the archive as the folder "there".
unpacked() {
  rm -rf there
  mkdir there
  (cd there && cpio --quiet -id --no-absolute-filenames <"../$1")
}

# runs PROGRAM ARGS…: in the unpacked archive, with the /proc that loaders look at for $ORIGIN.
runs() {
  local user=()
  ((EUID == 0)) || user=(--user --map-root-user)
  mkdir -p there/proc
  run unshare "${user[@]}" --mount --pid --fork --mount-proc="$PWD/there/proc" chroot there "$@"
}

@test "a dynamic program starts from what was packed, and its loader's own links lead there" {
  manifest 'elf /bin/sh' 'elf /usr/bin/env'
  pack -o out m
  unpacked out
  runs /bin/sh -c 'exec /usr/bin/env A=b /bin/sh -c "echo \$A"'
  assert_success
  assert_output b
}

@test "a static program brings nothing" {
  printf 'int main(void) { return 3; }\n' | gcc -x c - -static -o static
  manifest 'elf static /bin/static'
  run pack --list m
  assert_output "$(printf '%s\n' 'dir /bin 755 0 0' "file /bin/static $PWD/static 755 0 0")"
}

@test "links on the way to a program and to its libraries come along" {
  mkdir -p root/usr/bin root/usr/lib root/etc/alternatives
  library seven -Wl,-soname,libseven.so.1
  mv libseven.so root/usr/lib/libseven.so.1.2.3
  ln -s libseven.so.1.2.3 root/usr/lib/libseven.so.1
  program prog seven root/usr/lib/libseven.so.1
  mv prog root/usr/bin/prog-2
  ln -s /usr/bin/prog-2 root/etc/alternatives/prog
  ln -s /etc/alternatives/prog root/usr/bin/prog
  ln -s usr/bin root/bin
  ln -s usr/lib root/lib
  manifest 'elf root/bin/prog'
  pack --root root --root / -o out m
  unpacked out
  assert_equal "$(readlink there/bin)" usr/bin
  assert_equal "$(readlink there/usr/bin/prog)" /etc/alternatives/prog
  assert_equal "$(readlink there/etc/alternatives/prog)" /usr/bin/prog-2
  assert_equal "$(readlink there/usr/lib/libseven.so.1)" libseven.so.1.2.3
  runs /bin/prog
  assert_failure 7
}

@test "RUNPATH with \$ORIGIN, moved to another place with its program" {
  mkdir -p build/bin build/lib
  library one -Wl,-rpath,'$ORIGIN' -Wl,-soname,libone.so
  mv libone.so build/lib
  library two -Wl,--no-as-needed -Lbuild/lib -lone -Wl,-rpath,'${ORIGIN}'
  mv libtwo.so build/lib
  program prog two -Lbuild/lib -ltwo -Wl,-rpath-link,build/lib -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/../lib'
  mv prog build/bin
  manifest 'elf build/bin/prog /opt/x/bin/prog'
  pack -o out m
  unpacked out
  assert_file_exist there/opt/x/lib/libtwo.so
  assert_file_exist there/opt/x/lib/libone.so
  runs /opt/x/bin/prog
  assert_failure 7
}

@test "RPATH is inherited by what a library needs, RUNPATH is not" {
  mkdir -p build/inner
  library inner
  mv libinner.so build/inner
  library outer -Wl,--no-as-needed -Lbuild/inner -linner
  mv libouter.so build
  local options=(-Lbuild -louter "-Wl,-rpath-link,build/inner" '-Wl,-rpath,$ORIGIN:$ORIGIN/inner')
  program with-rpath outer "${options[@]}" -Wl,--disable-new-dtags
  program with-runpath outer "${options[@]}" -Wl,--enable-new-dtags
  mv with-rpath with-runpath build
  manifest 'elf build/with-rpath /x/with-rpath'
  pack -o out m
  unpacked out
  runs /x/with-rpath
  assert_failure 7
  refused 'libouter.so \(for .*with-runpath\) needs libinner.so, which is not in ' 'elf build/with-runpath /x/with-runpath'
}

@test "a library known through ld.so.conf is found without its cache" {
  mkdir -p root/etc/ld.so.conf.d root/opt/lib root/usr/bin
  printf 'include ld.so.conf.d/*.conf\n' >root/etc/ld.so.conf
  printf '# ours\n/opt/lib\n' >root/etc/ld.so.conf.d/ours.conf
  library seven
  mv libseven.so root/opt/lib
  program prog seven -Lroot/opt/lib -lseven
  mv prog root/usr/bin
  manifest 'elf root/usr/bin/prog'
  pack --root root --root / -o out m
  unpacked out
  runs /usr/bin/prog
  assert_failure 7
}

@test "a library of another machine is passed over" {
  mkdir -p first second
  library seven
  cp libseven.so second
  # The machine is in bytes 18 and 19 of an ELF file: 183 is aarch64.
  printf '\267\0' | dd of=libseven.so bs=1 seek=18 conv=notrunc status=none
  mv libseven.so first
  program prog seven -Lsecond -lseven -Wl,-rpath,'$ORIGIN/first:$ORIGIN/second'
  manifest 'elf prog /x/prog'
  pack -o out m
  unpacked out
  runs /x/prog
  assert_failure 7
  rm second/libseven.so
  refused 'prog needs libseven.so, .*first/libseven.so: it is for aarch64\)' 'elf prog /x/prog'
}

@test "a missing library names who needs it, for whom, and where it was looked for" {
  library inner
  library outer -Wl,--no-as-needed -L. -linner
  program prog outer -L. -louter -Wl,-rpath-link,. -Wl,-rpath,/opt/nowhere -Wl,-rpath,'$ORIGIN'
  rm libinner.so
  refused 'm:1: .*/libouter.so \(for .*/prog\) needs libinner.so, which is not in .*/usr/lib, neither in the image nor in /; install it' \
    'elf prog /x/prog'
}

@test "a missing loader is told" {
  library seven
  program prog seven -L. -lseven -Wl,--dynamic-linker,/lib/ld-other.so.9
  refused 'm:1: .*/prog is started by the loader /lib/ld-other.so.9, which is not in' 'elf prog /x/prog'
}

@test "what the image has goes before what this host has" {
  library seven
  program prog seven -L. -lseven -Wl,-rpath,/opt/lib
  mkdir -p tree/opt/lib
  cp libseven.so tree/opt/lib
  cp prog tree/prog
  manifest 'tree tree /'
  run pack --list m
  assert_success
  assert_line "file /opt/lib/libseven.so $PWD/tree/opt/lib/libseven.so 755 0 0"
  pack -o out m
  unpacked out
  runs /prog
  assert_failure 7
}

@test "a tree brings the libraries of its programs, and warns of plugins that miss some" {
  library absent
  library plugin -Wl,--no-as-needed -L. -labsent
  rm libabsent.so
  mkdir tree
  mv libplugin.so tree
  cp /bin/sh tree/mysh
  printf '#!/nowhere/interpreter\n' >tree/script
  chmod +x tree/script
  manifest 'tree tree /x'
  run pack -o out m
  assert_success
  assert_line --regexp 'm:1: warning: .*/tree/libplugin.so needs libabsent.so'
  assert_line --regexp 'm:1: warning: the script .*/tree/script is run by /nowhere/interpreter'
  unpacked out
  runs /x/mysh -c 'exit 9'
  assert_failure 9
  refused 'm:1: .*/tree/libplugin.so needs libabsent.so' 'elf tree/libplugin.so /x/libplugin.so'
  refused 'm:1: the script .*/tree/script is run by /nowhere/interpreter' 'elf tree/script /x/script'
}

@test "scripts bring their interpreters, through env too, and those theirs" {
  printf '#!/usr/bin/env -S A=b sh -e\necho "script $A"\n' >outer
  chmod +x outer
  manifest 'elf outer /bin/outer'
  pack -o out m
  unpacked out
  runs /bin/outer
  assert_success
  assert_output 'script b'
  printf '#!/usr/bin/env no-such-command\n' >outer
  refused 'is run by no-such-command' 'elf outer /bin/outer'
}

@test "libraries that need each other are packed once" {
  library b
  library a -Wl,--no-as-needed -L. -lb
  library b -Wl,--no-as-needed -L. -la
  program prog a -L. -la -Wl,-rpath-link,. -Wl,-rpath,'$ORIGIN' -Wl,--disable-new-dtags
  manifest 'elf prog /x/prog'
  pack -o out m
  unpacked out
  runs /x/prog
  assert_failure 7
}

@test "a musl program brings musl's loader and finds its libraries as that does" {
  command -v musl-gcc >/dev/null || skip_loudly 'there is no musl-gcc'
  printf 'int seven(void) { return 7; }\n' | musl-gcc -shared -fPIC -o libseven.so -x c -
  printf 'int seven(void); int main(void) { return seven(); }\n' |
    musl-gcc -o prog -x c - -x none -L. -lseven -Wl,-rpath,'$ORIGIN'
  manifest 'elf prog /x/prog'
  pack -o out m
  unpacked out
  runs /x/prog
  assert_failure 7
  run pack --list m
  refute_output --partial linux-gnu
}

@test "elf takes its place from a root, and says so when there is none" {
  mkdir root
  cp /bin/sh sh
  manifest 'elf sh'
  run pack --root root --root /usr m
  assert_failure 1
  assert_output --partial 'lies in no root; say where it is to be: elf SRC DST'
  refused 'is neither an ELF file nor a script; pack it with "file"' 'elf bytes /x'
}

@test "permissions are those of programs and libraries, whatever umask built them" {
  cp /bin/sh private
  chmod 700 private
  cp /bin/sh setuid
  chmod 4711 setuid
  manifest 'elf private /private' 'elf setuid /setuid'
  pack -o out m
  run entries out
  assert_line --regexp '^private 100755 '
  assert_line --regexp '^setuid 104755 '
}
