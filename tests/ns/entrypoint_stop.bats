#!/usr/bin/env bats
# The way down of the entrypoint life: bounded, prompt and complete, as PID 1 of a namespace and as subreaper.
# variants: root/group user/group
# shellcheck disable=SC2016,SC2210 # the variables are the shells'; files are called 1, 2, 3 after the children in them

load ../lib/common
load ../lib/ns
load ../lib/entry

bats_require_minimum_version 1.5.0

setup() {
  ns_setup
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  entry_teardown
  ns_teardown
}

given=$PRIMER_BUILD/helpers/entry_given
orphans=$PRIMER_BUILD/helpers/entry_orphans

# Three children that do not mind TERM, the last in a session of its own; their pids in the files 1, 2, 3.
stubborn='
for n in 1 2 3; do
  [ $n = 3 ] && run=setsid || run=
  $run sh -c "trap \"\" TERM; echo \$\$ >$n.new; mv $n.new $n; exec sleep 300" &
done
while [ ! -e 1 ] || [ ! -e 2 ] || [ ! -e 3 ]; do sleep 0.01; done'

milliseconds() {
  echo $((${EPOCHREALTIME/./} / 1000))
}

# took_at_most MS COMMAND…
took_at_most() {
  local most=$1 begin took
  shift
  begin=$(milliseconds)
  run "$@"
  took=$(($(milliseconds) - begin))
  ((took <= most)) || {
    printf '%d ms, and at most %d were allowed: %s\n%s\n' "$took" "$most" "$*" "$output" >&2
    return 1
  }
}

@test "leftovers that obey are stopped at once, their sessions notwithstanding" {
  took_at_most 5000 "$PRIMER" sh -c 'sleep 300 & echo $! >1; setsid sleep 300 & echo $! >2; exit 6'
  assert_equal "$status" 6
  gone "$(<1)" "$(<2)"
}

@test "stubborn leftovers are killed when their time is over, and none is left" {
  took_at_most 8000 "$PRIMER" --stop-timeout 300ms sh -c "$stubborn; exit 6"
  assert_equal "$status" 6
  gone "$(<1)" "$(<2)" "$(<3)"
}

@test "as PID 1 the same, and everything in the namespace" {
  took_at_most 8000 "$PRIMER_SOURCE/tests/lib/enter" "$PRIMER" --stop-timeout 300ms sh -c "$stubborn; exit 6"
  assert_equal "$status" 6
}

@test "as PID 1 also a process that came in from outside" {
  ns_start "$PRIMER" --stop-timeout 5 sh -c 'while [ ! -e end ]; do sleep 0.01; done; exit 3'
  ns_in sleep 301 &
  local guest=$!
  wait_until 10 pgrep -xf "sleep 301"
  : >end
  ns_wait
  assert_equal "$status" 3
  wait "$guest" || true
  run pgrep -xf "sleep 301"
  assert_failure
}

@test "a stop that was asked for is bounded for main too" {
  entry_start "$PRIMER" --stop-timeout 300ms sh -c 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
  wait_until 10 entry_says ready
  kill -TERM "$ENTRY"
  entry_wait 10
  assert_equal "$status" 137
}

@test "the orchestrator's variables: which signal, how long" {
  entry_start env PRIMER_STOP_SIGNAL=USR1 PRIMER_STOP_TIMEOUT=20 "$PRIMER" sh -c \
    'sh -c "trap \"echo got usr1; exit\" USR1; echo ready; while :; do sleep 0.05; done" &
     trap "exit 4" TERM; while :; do sleep 0.05; done'
  wait_until 10 entry_says ready
  kill -TERM "$ENTRY"
  entry_wait 15
  assert_equal "$status" 4
  entry_says "got usr1"
}

@test "--no-stop leaves what is left" {
  run "$PRIMER" --no-stop sh -c 'sleep 302 >/dev/null 2>&1 3>&- & echo $! >1; exit 6'
  assert_equal "$status" 6
  kill -0 "$(<1)"
  kill "$(<1)"
}

@test "--wait waits for orphans, and a stop ends the waiting" {
  run "$PRIMER" --wait sh -c '(sleep 0.3; echo late) & exit 5'
  assert_equal "$status" 5
  assert_output late
  entry_start "$PRIMER" --wait sh -c 'sleep 303 & echo $! >1; echo ready; exit 5'
  wait_until 10 entry_says ready
  kill -TERM "$ENTRY"
  entry_wait 10
  assert_equal "$status" 5
  gone "$(<1)"
}

@test "--pause runs nothing, reaps, and ends on TERM and on INT" {
  local signal
  for signal in TERM INT; do
    ns_start "$PRIMER" --pause
    # Signals that come before PID 1 waits for them are lost: the kernel shields it.
    wait_until 10 grep -q '^128 ' "/proc/$NS_INIT/syscall"
    # An orphan of somebody who came in.
    ns_in sh -c 'sh -c "sh -c \"exit 3\" & exit 0"'
    wait_until 10 ns_in sh -c '! grep -l "^State:.Z" /proc/[0-9]*/status'
    kill "-$signal" "$NS_INIT"
    ns_wait
    assert_equal "$status" 0
  done
}

@test "a child that has ended before primer began is reaped, while nothing else happens" {
  entry_start "$given" child=0 -- "$PRIMER" sh -c 'echo ready; exec sleep 300'
  wait_until 10 entry_says ready
  wait_until 10 sh -c "! ps -o stat= --ppid $ENTRY | grep -q Z"
  kill -TERM "$ENTRY"
  entry_wait
}

@test "children from before are reaped, and never signalled" {
  run "$given" family=304 -- "$PRIMER" sh -c 'sleep 305 & exit 2'
  assert_equal "$status" 2
  run pgrep -xf "sleep 304"
  assert_equal "${#lines[@]}" 2
  run pgrep -xf "sleep 305"
  assert_failure
  pkill -xf "sleep 304"
}

@test "a child from before is no reason to wait, and is reaped while main runs" {
  entry_start "$given" child=0.2 -- "$PRIMER" sh -c 'echo ready; read -r _ <fifo; exit 2'
  mkfifo fifo || true
  wait_until 10 entry_says ready
  wait_until 10 sh -c "! ps -o stat= --ppid $ENTRY | grep -q Z"
  echo >fifo
  entry_wait
}

# The sanitizers' build cannot do without /proc.
bare=$PRIMER_RELEASE/primer

@test "without /proc and not PID 1 it says what it cannot promise" {
  [[ $PRIMER_AS == root && $EUID == 0 ]] || skip_loudly "needs root, to be without /proc"
  [[ -x $bare ]] || skip_loudly "no $bare: run scripts/build release"
  run unshare --mount sh -c "umount -l /proc && exec '$bare' --stop-timeout 1 sh -c 'setsid sleep 2 & sleep 0.2; exit 6'"
  assert_equal "$status" 6
  assert_output --partial "without /proc"
  run unshare --mount sh -c "umount -l /proc && exec '$bare' sh -c 'sleep 306 & exit 6'"
  assert_equal "$status" 6
  run pgrep -xf "sleep 306"
  assert_failure
}

@test "as PID 1 without /proc, on a read-only root, as anybody: nothing is missing" {
  [[ -x $bare ]] || skip_loudly "no $bare: run scripts/build release"
  run "$PRIMER_SOURCE/tests/lib/enter" sh -c \
    "umount -l /proc; mount -o remount,bind,ro / 2>/dev/null; exec '$bare' sh -c 'sleep 300 & setsid sleep 300 & exit 6'"
  assert_equal "$status" 6
}

@test "with -v a zombie whose parent lives is named with that parent" {
  entry_start "$PRIMER" -v sh -c 'sh -c "exit 0" & exec sleep 300'
  wait_until 20 grep -Eq 'zombie [0-9]+ \(.*\) is not reaped by its parent, which lives: [0-9]+: sleep' "$ERR"
  kill -TERM "$ENTRY"
  entry_wait
}

@test "-v names the orphans it reaps" {
  run "$PRIMER" -v sh -c 'sh -c "sleep 0.05 & exit 0"; sleep 0.3'
  assert_line --regexp '^primer: reaped orphan [0-9]+ \(sleep\)$'
}

# forwarded_in HOW COMMAND…: some hundred orphans; the median time of a signal through COMMAND in microseconds, in MEDIAN if it
# is the best yet. Fails when an orphan or a signal is lost.
forwarded_in() {
  local how=$1 line median
  shift
  line=$("$@" "$orphans" 250 "$how")
  [[ $line =~ ^orphans=250\ signals=[0-9]+\ lost=0\ median_us=([0-9]+)\  ]] || {
    printf '%s\n' "$line" >&2
    return 1
  }
  median=${BASH_REMATCH[1]}
  ((MEDIAN >= 0 && MEDIAN <= median)) || MEDIAN=$median
}

@test "orphans, trickling and at once, while signals are forwarded: none is lost, and none late" {
  local how MEDIAN ours bare
  for how in trickle once; do
    MEDIAN=-1
    forwarded_in "$how" "$PRIMER_BUILD/helpers/entry_bare" fork
    forwarded_in "$how" "$PRIMER_BUILD/helpers/entry_bare" fork
    bare=$MEDIAN MEDIAN=-1
    for _ in 1 2 3 4 5 6; do # the best of these: the machine may do other work, which a look every 20 ms does not get over
      forwarded_in "$how" "$PRIMER"
      ours=$MEDIAN
      ((ours > 5 * bare + 5000)) || break
    done
    printf '%s: %s us, the bare loop %s us\n' "$how" "$ours" "$bare"
    # The sanitizers' build; scripts/bench orphans measures.
    ((ours <= 5 * bare + 5000))
  done
}
