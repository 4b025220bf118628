#!/usr/bin/env bats
# The entrypoint life under other names: options, variables, statuses and words that users of tini, dumb-init and catatonit
# know; and where primer does better than they, under their names too.
# variants: root/group

# shellcheck disable=SC2154 # $stderr is run's
load ../lib/common
load ../lib/ns
load ../lib/entry

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  for name in tini docker-init dumb-init catatonit podman-init; do
    ln -s "$PRIMER" "$name"
  done
}

teardown() {
  entry_teardown
  ns_teardown
}

given=$PRIMER_BUILD/helpers/entry_given
show=$PRIMER_BUILD/helpers/entry_show
echo=$PRIMER_BUILD/helpers/entry_echo
every_persona=(tini docker-init dumb-init catatonit podman-init)

@test "Docker finds the two words that it looks for" {
  local name
  for name in tini docker-init catatonit podman-init; do
    run "./$name" --version
    assert_success
    assert_output --regexp '^tini version [0-9]'
  done
  run --separate-stderr ./dumb-init --version
  assert_equal "$stderr" "dumb-init v1.2.5"
  assert_output --regexp '^primer [0-9]'
}

@test "under every name: -- PROGRAM, its status, the ones of a missing and of a forbidden program" {
  local name
  touch plain && chmod 644 plain
  for name in "${every_persona[@]}"; do
    run "./$name" -- sh -c 'exit 42'
    assert_equal "$status" 42
    run "./$name" sh -c 'kill -TERM $$'
    assert_equal "$status" 143
    run -127 "./$name" no-such-program
    run "./$name" ./plain
    assert_equal "$status" 126
    run "./$name"
    assert_equal "$status" 1
    run "./$name" ls -l plain
    assert_success
    assert_line --regexp '^-rw-r--r--.*plain$'
  done
}

@test "under every name: SIGCHLD ignored, stdin closed, ignored and blocked signals kept" {
  local name
  for name in "${every_persona[@]}"; do
    run timeout 10 "$given" ignore=17 -- "./$name" "$show" 7
    assert_equal "$status" 7
    run "$given" close=0 -- "./$name" "$show" 3
    assert_equal "$status" 3
    run "$given" block=15 block=20 ignore=2 -- "./$name" "$show"
    assert_line "blocked=15,20,"
    assert_line "ignored=2,"
  done
}

@test "under every name: a main that may not be signalled ends nothing" {
  [[ $EUID == 0 ]] || skip_loudly "needs root, to run main as somebody else"
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
  cp "$echo" echo
  local name
  for name in "${every_persona[@]}"; do
    entry_start setpriv --bounding-set -kill --inh-caps -kill "./$name" -- \
      setpriv --reuid=61234 --regid=61234 --clear-groups ./echo status=5
    wait_until 10 entry_says "ready .*"
    kill -TERM "$ENTRY"
    wait_until 10 grep -q "^SigPnd.*0$" "/proc/$ENTRY/status"
    # It lives, and goes on reaping.
    kill -64 "$(entry_main)"
    entry_wait
    assert_equal "$status" 5
    run entry_says 15
    assert_failure
  done
}

@test "under every name: what main leaves over is stopped and reaped, sessions too" {
  local name
  for name in docker-init tini catatonit podman-init; do
    run "./$name" sh -c 'sleep 313 & exit 4'
    assert_equal "$status" 4
    run pgrep -xf "sleep 313"
    assert_failure
  done
  for name in "tini -s" "docker-init -s" catatonit podman-init; do
    # shellcheck disable=SC2086 # two words
    run ./$name sh -c 'setsid sleep 314 & until pgrep -xf "sleep 314"; do :; done; exit 4'
    assert_equal "$status" 4
    run pgrep -xf "sleep 314"
    assert_failure
  done
}

@test "help, licence and version: their letters, and status 0" {
  local call
  for call in "tini -h" "tini -l" "dumb-init -h" "dumb-init --help" "catatonit -h" "catatonit -L" "catatonit -V" \
    "podman-init --version" "docker-init --version" "tini --version" "dumb-init -V"; do
    # shellcheck disable=SC2086 # a name and an option
    run ./$call
    assert_success
    assert_output
  done
}

@test "tini: -e, -g, -p, -w, -s and its variables" {
  run ./tini -e 143 -e 5 -- sh -c 'exit 5'
  assert_success
  run ./tini -s -w sh -c 'sh -c "sleep 0.05 & exit 0"; sleep 0.3'
  assert_output --regexp 'Reaped zombie process with pid=[0-9]+'
  run ./tini sh -c 'exit 0'
  assert_output --partial "zombie reaping won't work"
  run env TINI_VERBOSITY=0 ./tini true
  assert_output ""
  run env TINI_SUBREAPER= ./tini true
  assert_output ""
  entry_start env TINI_KILL_PROCESS_GROUP=1 ./tini -s "$echo" spawn
  wait_until 10 entry_says "ready .*"
  wait_until 10 entry_says "child ready"
  kill -USR1 "$ENTRY"
  wait_until 10 entry_says "child 10"
  kill -64 "$ENTRY"
  entry_wait
}

@test "tini: -p, and the levels of -v" {
  mkfifo fifo
  # shellcheck disable=SC2016 # for the inner shell
  entry_start "$given" subreaper -- sh -c './tini -s -p SIGUSR1 "$0" until=10 & read -r never <fifo; kill -KILL $$' "$echo"
  wait_until 10 entry_says "ready .*"
  echo go >fifo
  wait_until 10 entry_says 10
  wait_until 10 gone "$(entry_main)"
  run ./tini -s true
  assert_output ""
  run ./tini -s -v true
  assert_output --partial "runs as pid"
  refute_output --partial "ended with status"
  run ./tini -s -vv true
  assert_output --partial "ended with status 0"
  run env TINI_VERBOSITY=3 ./tini -s true
  assert_output --partial "ended with status 0"
}

@test "tini stops what is left over, as a subreaper and without" {
  run ./tini -s sh -c 'setsid sleep 311 & sleep 0.2; exit 4'
  assert_equal "$status" 4
  run ./tini sh -c 'sleep 311 & exit 4'
  assert_equal "$status" 4
  run pgrep -xf "sleep 311"
  assert_failure
}

@test "dumb-init: a session, the group, -c, -r, and jobs that stop" {
  run ./dumb-init "$show"
  local pid
  pid=$(sed -n 's/^pid=//p' <<<"$output")
  assert_line "session=$pid"
  run ./dumb-init -c "$show"
  refute_line "session=$(sed -n 's/^pid=//p' <<<"$output")"
  entry_start ./dumb-init -r 15:3 -r 10:0 "$echo" spawn
  wait_until 10 entry_says "ready .*"
  wait_until 10 entry_says "child ready"
  kill -USR1 "$ENTRY"
  kill -TERM "$ENTRY"
  wait_until 10 entry_says 3
  wait_until 10 entry_says "child 3"
  kill -TSTP "$ENTRY"
  wait_until 10 grep -q '^State:.T' "/proc/$ENTRY/status"
  wait_until 10 grep -q '^State:.T' "/proc/$(entry_main)/status"
  kill -CONT "$ENTRY"
  wait_until 10 entry_says 18
  kill -64 "$ENTRY"
  entry_wait
  run entry_says 10
  assert_failure
}

@test "dumb-init: its variables are as -c and -v, and a line for each signal says what became of it" {
  run env DUMB_INIT_SETSID=0 ./dumb-init "$show"
  refute_line "session=$(sed -n 's/^pid=//p' <<<"$output")"
  run env DUMB_INIT_DEBUG=1 ./dumb-init true
  assert_line --regexp '^\[dumb-init\] Child spawned with PID [0-9]+\.$'
  assert_line "[dumb-init] Child exited with status 0. Goodbye."
  entry_start ./dumb-init -v -r 12:10 "$echo"
  wait_until 10 entry_says "ready .*"
  kill -USR2 "$ENTRY"
  wait_until 10 entry_says 10
  kill -64 "$ENTRY"
  entry_wait
  run cat "$ERR"
  assert_line "[dumb-init] Received signal 12."
  assert_line "[dumb-init] Translating signal 12 to 10."
  assert_line "[dumb-init] Forwarded signal 10 to children."
}

@test "tini -v and CATATONIT_DEBUG name a zombie whose parent lives, with that parent" {
  local call
  for call in "./tini -s -v" "env CATATONIT_DEBUG=1 ./catatonit"; do
    # shellcheck disable=SC2086 # words of a command
    entry_start $call sh -c 'sh -c "exit 0" & exec sleep 300'
    wait_until 20 grep -Eq 'zombie [0-9]+ \(.*\) is not reaped by its parent, which lives: [0-9]+: sleep' "$ERR"
    kill -TERM "$ENTRY"
    entry_wait
  done
}

@test "dumb-init keeps no folder busy; catatonit neither" {
  local name
  for name in dumb-init catatonit; do
    # shellcheck disable=SC2016 # for the inner shell
    run "./$name" sh -c 'readlink /proc/$PPID/cwd; readlink /proc/$$/cwd'
    assert_line --index 0 /
    assert_line --index 1 "$PWD"
  done
}

@test "dumb-init waits for what it has told to stop when a time was given" {
  run env PRIMER_STOP_TIMEOUT=300ms ./dumb-init sh -c 'sh -c "trap \"\" TERM; exec sleep 312" & sleep 0.2; exit 3'
  assert_equal "$status" 3
  run pgrep -xf "sleep 312"
  assert_failure
}

@test "catatonit: -g signals the group, and LISTEN_PID names main" {
  entry_start ./catatonit -g "$echo" spawn
  wait_until 10 entry_says "ready .*"
  wait_until 10 entry_says "child ready"
  kill -USR1 "$ENTRY"
  wait_until 10 entry_says "child 10"
  kill -64 "$ENTRY"
  entry_wait
  # shellcheck disable=SC2016 # for the inner shell
  run sh -c 'LISTEN_FDS=1 LISTEN_PID=$$; export LISTEN_FDS LISTEN_PID; exec "$@"' sh ./catatonit "$show"
  assert_line "LISTEN_PID=$(sed -n 's/^pid=//p' <<<"$output")"
}

@test "catatonit: -P pauses, CATATONIT_DEBUG talks, CATATONIT_LOG is refused" {
  entry_start ./catatonit -P
  wait_until 10 grep -q '^128 ' "/proc/$ENTRY/syscall"
  kill -INT "$ENTRY"
  entry_wait
  assert_equal "$status" 0
  run env CATATONIT_DEBUG=1 ./catatonit true
  assert_output --partial "true runs as pid"
  run env CATATONIT_LOG=1 ./catatonit true
  assert_equal "$status" 1
}

@test "tini's own suite passes" {
  local suite=${PRIMER_TINI_SUITE-}
  [[ -n $suite ]] || skip_loudly "set PRIMER_TINI_SUITE to a checkout of tini (python as python3, with psutil, prctl and bitmap)"
  [[ -x $PRIMER_RELEASE/tini ]] || skip_loudly "no $PRIMER_RELEASE/tini: run scripts/build release"
  mkdir build && cp "$PRIMER_RELEASE/primer" build/tini
  gcc "$suite/test/sigconf/sigconf-test.c" -o build/sigconf-test
  run env SOURCE_DIR="$suite" BUILD_DIR="$PWD/build" FORCE_SUBREAPER=1 python3 "$suite/test/run_inner_tests.py"
  assert_success
  assert_output --partial "All done, tests as expected"
}

@test "dumb-init's own suite passes, but for its usage texts" {
  local suite=${PRIMER_DUMB_INIT_SUITE-}
  [[ -n $suite ]] || skip_loudly "set PRIMER_DUMB_INIT_SUITE to a checkout of dumb-init (python as python3, with pytest and pytest-timeout)"
  [[ -x $PRIMER_RELEASE/dumb-init ]] || skip_loudly "no $PRIMER_RELEASE/dumb-init: run scripts/build release"
  mkdir bin && cp "$PRIMER_RELEASE/primer" bin/dumb-init
  cd "$suite"
  # It counts zombies as alive, so somebody has to reap them: primer, as PID 1.
  run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 "$PRIMER_SOURCE/tests/lib/enter" \
    "$PRIMER_RELEASE/primer" python3 -m pytest -q -p no:cacheprovider tests \
    -k 'not no_arguments_prints_usage and not help_message and not rewrite_errors'
  assert_success
  assert_output --regexp '[0-9]+ passed, [0-9]+ deselected in '
}
