#!/usr/bin/env bats
# scripts/vm: how a machine ended is what it says of it, whatever happened inside. Programs run under
# primer; ends that primer would not let happen are made by other inits.
# timeout: 900

# shellcheck disable=SC2016 # the variables are the guest's shell's, and expect's
# shellcheck disable=SC2030,SC2031,SC2154 # $stderr and $lines are run's
load ../lib/common

bats_require_minimum_version 1.5.0

vm() {
  "$PRIMER_SOURCE/scripts/vm" run --timeout 120 "$@"
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir tmp
  export TMPDIR=$PWD/tmp
  unset PRIMER # the release's
}

# Nothing is left behind, whatever the end was.
teardown() {
  run ls -A tmp
  assert_output ''
}

# An init of one statement.
init() {
  printf '#include <signal.h>\n#include <unistd.h>\nint main(void) { %s; }\n' "$1" | gcc -static -o init -x c -
}

# --- statuses ---

@test "0, and nothing but what the program says" {
  run --separate-stderr vm -- sh -c 'echo one; echo two >&2'
  assert_success
  assert_output $'one\ntwo'
  assert_equal "$stderr" ''
}

@test "a status and a signal are handed through" {
  run vm -- sh -c 'exit 37'
  assert_failure 37
  run vm -- sh -c 'kill -KILL $$'
  assert_failure 137
}

@test "a missing program is 127, one that cannot be executed 126" {
  run -127 vm -- /no/such/program
  printf 'words\n' >text
  run -126 vm --file "$PWD/text:/opt/text" -- /opt/text
}

# --- ends without a word ---

@test "an init that returns, one that is killed, and no init: three sentences" {
  init 'return 5'
  run vm --init init
  assert_failure 255
  assert_line 'vm: the machine ended without a status record: process 1 ended with status 5, and the kernel panics when that happens'
  init 'raise(SIGSEGV); return *(volatile int *)0'
  run vm --init init
  assert_failure 255
  assert_line --partial 'process 1 was killed by signal 11 (SIGSEGV)'
  run vm --init init --append rdinit=/absent
  assert_failure 255
  assert_line --partial 'the archive has no /init, or rdinit= names a file that is not in it'
}

@test "a machine that hangs is ended" {
  init 'pause(); return 0'
  run "$PRIMER_SOURCE/scripts/vm" run --timeout 6 --init init
  assert_failure 124
  assert_line --partial 'vm: the machine did not end within 6 s'
}

@test "an init that cannot be executed: three sentences" {
  printf '#!/nowhere/sh\n' >init
  chmod +x init
  run vm --init init
  assert_failure 255
  assert_line --partial 'without a status record: /init is in the archive, but not the interpreter'
  printf 'words\n' >init
  run vm --init init
  assert_failure 255
  assert_line --partial 'without a status record: /init is neither a script nor an ELF file'
  chmod -x init
  run vm --init init
  assert_failure 255
  assert_line --partial 'without a status record: /init is not executable'
}

@test "a power-off behind process 1's back is no success" {
  init 'extern int reboot(int); reboot(0x4321fedc); return 0'
  run vm --init init
  assert_failure 255
  assert_line --partial 'it was switched off by another than process 1'
}

# --- what comes through ---

# Sets `arguments`: 500 that are hard to quote, and some that are long.
hard_arguments() {
  local i byte
  # shellcheck disable=SC1003
  arguments=('' ' ' $'\n' '"' "'" '\' '\\' '%' '%%' '%n' '$' '$$' '$HOME' '${HOME}' ';' '#' '-' '--' '~' '*' $'\r' $'\t'
    'a b' $'a\nb\n' '"a" b' "it's" 'a\nb' '\x41' $'\xff\xfe' $'\xc3\xa4' $'\xc3' "$(printf '%0100000d' 0)" '@x' ':x' '-x' '+x' '!x')
  for ((i = 1; i < 256; i++)); do
    printf -v byte '\\x%02x' "$i"
    printf -v byte '%b.' "$byte"
    arguments+=("${byte%.}" "$i$byte")
  done
  while ((${#arguments[@]} < 500)); do arguments+=(''); done
}

@test "500 arguments, with quotes, newlines, empty ones and every byte, arrive as they are" {
  local arguments LC_ALL=C
  hard_arguments
  ((${#arguments[@]} >= 500))
  local show='print unpack("H*", $_), "\n" for @ARGV'
  perl -e "$show" -- "${arguments[@]}" >expected
  vm -- perl -e "$show" -- "${arguments[@]}" >actual
  cmp expected actual
  assert_equal "$(wc -l <actual)" "${#arguments[@]}"
}

@test "a program comes along by its own path and name, with its links and libraries" {
  run vm -- awk 'BEGIN { print "awk"; exit 4 }'
  assert_failure 4
  assert_output awk
  run vm --file /usr/bin/readlink -- "$(command -v readlink)" /proc/self/exe
  assert_output "$(realpath "$(command -v readlink)")"
}

@test "a program from a folder that the guest mounts over runs from another" {
  printf '#!/bin/sh\nexit 9\n' >mine
  chmod +x mine
  run vm -- ./mine
  assert_failure 9
}

@test "files, trees and units come along; the program starts after the units" {
  mkdir -p tree/sub
  printf 'in the tree\n' >tree/sub/file
  printf '#!/bin/sh\ncat /opt/tree/sub/file /etc/single >/run/told\n' >teller
  chmod +x teller
  printf 'single\n' >single
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/opt/teller\n' >teller.service
  run vm --unit teller.service --tree "tree:/opt/tree" --file single:/etc/single --file teller:/opt/teller \
    --file /bin/cat -- cat /run/told
  assert_success
  assert_output $'in the tree\nsingle'
}

@test "units without a program: all start, and what their Exec lines name comes along" {
  printf '[Service]\nExecStart=-/usr/bin/env sh -c "exit 5"\nType=oneshot\n' >first.service
  printf '[Unit]\nAfter=first.service\n[Service]\nExecStart=sh -c "exit 6"\n' >second.service
  run vm --unit first.service --unit second.service --events events --append primer.main=second.service
  assert_failure 6
  jq -e . events >all
  jq -r 'select(.unit == "first.service" or .unit == "second.service") | .unit' events | uniq >order
  assert_equal "$(grep -c . order)" "$(sort -u order | wc -l)"
  assert_equal "$(head -n 1 order)" first.service
}

@test "events are JSON lines and nothing else" {
  vm --events first -- true
  jq -e .seq first >numbers
  run ! grep -v '^{' first
}

@test "the same image boots to the same events at the same nanosecond, every time" {
  # Services that run side by side, one that is started again, and every step of it.
  printf '[Service]\nExecStart=sh -c "while :; do :; done"\n' >busy.service
  printf '[Service]\nRestart=on-failure\nExecStart=sh -c "test -e /run/once && exec touch /run/twice; touch /run/once; exit 1"\n' >again.service
  local boot
  for boot in first second; do
    vm --unit busy.service --unit again.service --events "$boot" --file "$(command -v touch)" --append primer.explain -- \
      sh -c 'until test -e /run/twice; do :; done; exit 3' >said || [[ $? == 3 ]]
  done
  cmp first second
  # Times are part of it, and it is a whole boot.
  jq -e -s 'all(.time > 0) and any(.event == "restart") and any(.event == "status" and .code == 3)' first
}

# --- the terminal, and input ---

# on_terminal SCRIPT: runs the expect script in a shell on a terminal, whose settings before and after it
# leaves as files. "./launch PROGRAM…" is there the machine, which leaves its pid.
on_terminal() {
  printf '%s\n' '#!/bin/sh' 'echo $$ >pid' "exec '$PRIMER_SOURCE/scripts/vm' run --timeout 120 -- \"\$@\"" >launch
  printf '%s\n' '#!/bin/sh' "while pgrep -f 'initrd $TMPDIR/' >/dev/null; do sleep 0.05; done" >gone
  chmod +x launch gone
  printf '%s\n' 'set timeout 120' \
    'proc want {what} { expect -re $what {} default { puts "no $what"; exit 9 } }' \
    'spawn bash --norc --noprofile' \
    'send "PS1=host-; stty -a >before\r"' 'want "host-"' 'want "host-"' \
    "$1" \
    'exec ./gone' \
    'send "echo status=\$?; stty -a >after; echo do\\ne\r"' 'want {status=[0-9]+}' 'want "done"' >script
  run expect script
  assert_success
  cmp before after
}

@test "on a terminal ^C goes to the guest, and the terminal is as before" {
  printf '%s\n' '#!/bin/sh' 'trap "echo caught; exit 12" INT' 'echo ready' 'while :; do sleep 0.1; done' >catcher
  chmod +x catcher
  on_terminal 'send "./launch ./catcher\r"; want "ready\r"; send "\003"; want "caught\r"; want "host-"'
  assert_output --partial 'status=12'
}

@test "the terminal is as before when the script is killed, even by a signal that it cannot catch" {
  local signal
  for signal in TERM KILL; do
    on_terminal "send \"./launch sh -c 'echo rea\\\"\\\"dy; cat'\\r\"; want \"ready\\r\"; exec sh -c {kill -$signal \$(cat pid)}; want host-"
    [[ $signal == TERM ]] || rm -rf tmp/*
  done
}

@test "without a terminal the input is somebody else's" {
  printf 'a line\n' >input
  {
    vm -- sh -c 'read -r line; echo "got: $line"' >output
    cat >rest
  } <input
  assert_equal "$(<output)" 'got: '
  assert_equal "$(<rest)" 'a line'
}

@test "killed without a terminal, nothing stays: no QEMU, no files" {
  # The script itself, not a function: that would be a shell of bats' own, whose child it is.
  # The program has to stay: the guest has no sleep(1), and in its own time a sleep is over at once.
  "$PRIMER_SOURCE/scripts/vm" run --timeout 120 --console console -- sh -c 'echo ready; while :; do :; done' >output 3>&- &
  local pid=$! machine
  wait_until 60 grep -q ready output
  machine=$(pgrep -P "$pid" timeout) || machine=$(pgrep -P "$pid" qemu)
  kill -TERM "$pid"
  local ended=0
  wait "$pid" || ended=$? # not by run, whose shell has no such child
  assert_equal "$ended" 143
  run kill -0 "$machine"
  assert_failure
}

# --- machines ---

@test "in real time there are two processors" {
  run vm --realtime -- nproc
  assert_success
  assert_line 2
}

@test "memory grows with the archive" {
  truncate -s 100M large
  run vm --file "$PWD/large:/opt/large" --file /usr/bin/stat -- stat -c %s /opt/large
  assert_success
  assert_output 104857600
  run vm --memory 160 --file "$PWD/large:/opt/large" --file /usr/bin/stat -- stat -c %s /opt/large
  assert_failure
}

@test "a copy of the console, and a plan without a boot" {
  run vm --console console -- echo word
  assert_success
  grep -q word console
  run vm --print -- echo 'a  b'
  assert_success
  assert_line --partial 'elf "/usr/bin/echo"'
  assert_line 'ExecStart=":/usr/bin/echo" "a  b"'
  assert_line --regexp '^qemu-system-x86_64 .* -m 256 $'
}

# --- refusals ---

# refuses PATTERN OPTIONS…
refuses() {
  local pattern=$1
  shift
  run "$PRIMER_SOURCE/scripts/vm" run "$@"
  assert_failure 125
  assert_line --index 0 --regexp "^vm: .*$pattern"
  assert_equal "${#lines[@]}" 1
}

@test "what cannot be run is refused with 125 and one line" {
  refuses 'nothing to run'
  refuses '"--nonsense" is no option' --nonsense
  refuses 'the program comes behind "--"' echo word
  refuses '--memory needs a value' --memory
  refuses '--memory 64: the kernel needs 128' --memory 64 -- true
  refuses '--memory x: that is a number' --memory x -- true
  refuses '--timeout soon' --timeout soon -- true
  refuses 'there is no absent' --file absent -- true
  refuses 'is a folder; say --tree' --file . -- true
  refuses 'is no folder; say --file' --tree "$PRIMER_SOURCE/README.md:/x" -- true
  refuses '--unit absent.service' --unit absent.service
  refuses '--kernel absent' --kernel absent -- true
  refuses 'no process 1: absent' --init absent -- true
  refuses '--append has 29 words without a dot' --append "$(printf 'w%d ' {1..29})" -- true
  refuses 'would have [0-9]+ bytes, 2047 at most' --append "a.b=$(printf '%02000d' 0)" -- true
  refuses 'put them into a --file' -- echo "$(printf '%0120000d' 0)"{1..10}
  printf 'not a kernel' >kernel
  refuses 'QEMU ended with status 1' --kernel kernel -- true
  printf 'int main(void) { return 0; }\n' | gcc -o lost -x c - -Wl,--dynamic-linker,/lib/ld-lost.so
  refuses 'is started by the loader /lib/ld-lost.so' --file "$PWD/lost:/opt/lost" -- true
  refuses '/etc/passwd is a file already' --file kernel:/etc/passwd --file lost:/etc/passwd -- true
}
