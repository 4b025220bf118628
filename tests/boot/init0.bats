#!/usr/bin/env bats
# The lesson init as process 1 of a machine: it must be true, because it is the first thing to read.
# timeout: 300

# shellcheck disable=SC2016 # the variables are the guest's shell's
load ../lib/common

bats_require_minimum_version 1.5.0

# boot_init0 LINES…: a machine whose main program is a shell script of these lines.
boot_init0() {
  printf '%s\n' '#!/bin/sh' "$@" >"$BATS_TEST_TMPDIR/main"
  chmod +x "$BATS_TEST_TMPDIR/main"
  run "$PRIMER_SOURCE/scripts/vm" run --timeout 120 --init "$PRIMER_RELEASE/lessons/init0" \
    --file "$BATS_TEST_TMPDIR/main:/main" --append main=/main --file /bin/sleep --file /bin/grep
}

@test "an orphan is adopted, told and reaped, and the main program's status is the machine's" {
  boot_init0 \
    '(sleep 0.1 & echo $! >/short)' \
    '(sleep 1000 & echo $! >/long)' \
    'read -r pid </long' \
    'grep -q "^PPid:.1$" /proc/$pid/status || exit 3' \
    'read -r pid </short' \
    'while [ -e /proc/$pid ]; do sleep 0.05; done' \
    'exit 37'
  assert_failure 37
  assert_line --regexp '^init0: process [0-9]+ has ended, an orphan that I adopted$'
}

@test "the main program has a session, a terminal and unblocked signals" {
  boot_init0 \
    '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] || exit 3' \
    ': >/dev/tty || exit 4' \
    'grep -q "^SigBlk:.0*$" /proc/self/status || exit 5' \
    'read -r pid name state parent group session tty more </proc/$$/stat' \
    '[ $session = $$ ] && [ $tty != 0 ] || exit 6' \
    'read -r pid name state parent group session tty more </proc/1/stat' \
    '[ $tty = 0 ] || exit 7' \
    'kill -KILL $$'
  assert_failure 137
}

@test "told to, it ends everybody and powers off" {
  boot_init0 'trap "" TERM' '(trap "" TERM; while :; do sleep 1000; done) &' 'kill -TERM 1' 'while :; do sleep 1000; done'
  assert_failure 137 # both would not end, and had to
}

@test "a main program that is not there is 127, and a missing shell as well" {
  run -127 "$PRIMER_SOURCE/scripts/vm" run --timeout 120 --init "$PRIMER_RELEASE/lessons/init0"
}
