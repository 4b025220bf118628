#!/usr/bin/env bats
# tini, dumb-init and catatonit as they are installed here, beside primer under their names: the same command lines,
# variables and signals give the same output and the same status. Where primer differs, docs/containers.md says so.
# variants: root/group
# shellcheck disable=SC2016 # the variables are the shells' that are run

load ../lib/common
load ../lib/entry

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir ours theirs
  touch plain
}

teardown() {
  entry_teardown
}

echo=$PRIMER_BUILD/helpers/entry_echo

# beside NAME: the two of that name, ours/NAME and theirs/NAME.
beside() {
  local path
  path=$(type -P "$1") || skip_loudly "$1 is not installed: apt-get install $1"
  ln -s "$path" "theirs/$1"
  ln -s "$PRIMER" "ours/$1"
}

# same [VARIABLE=VALUE…] NAME ARGUMENT…: both print the same on stdout and end with the same status.
same() {
  local variables=() whose outputs=() statuses=()
  while [[ $1 == *=* ]]; do
    variables+=("$1")
    shift
  done
  local name=$1
  shift
  for whose in theirs ours; do
    local said=0 text
    text=$(env "${variables[@]}" "$whose/$name" "$@" 2>/dev/null </dev/null) || said=$?
    outputs+=("$text")
    statuses+=("$said")
  done
  [[ ${outputs[0]} == "${outputs[1]}" && ${statuses[0]} == "${statuses[1]}" ]] || {
    printf '%s: they %s %q, primer %s %q\n' "${variables[*]} $name $*" "${statuses[0]}" "${outputs[0]}" "${statuses[1]}" \
      "${outputs[1]}" >&2
    return 1
  }
}

# What both have in common whatever their options: statuses of main, and main's arguments.
same_for_every_name() {
  local name=$1 n
  for n in 0 42 255; do
    same "$name" -- sh -c "exit $n"
  done
  for n in HUP TERM KILL; do
    same "$name" -- sh -c "kill -$n \$\$"
  done
  same "$name" -- sh -c 'printf "<%s>" "$0" "$@"' a 'b c' '' -- -x
  same "$name" -- pwd
  same "$name"
  same "$name" --no-such-option true
  same "$name" -Z true
  # Which of the three it leads: a group, a session, and where it is.
  same "$name" -- sh -c 'read -r pid name state parent group session rest </proc/self/stat
    for lead in $group $session; do [ $lead = $pid ] && echo yes || echo no; done'
}

# Whether the process has TERM blocked, bit 14, or waits for it in rt_sigtimedwait(2), which unblocks it meanwhile: number 128.
takes_signals() {
  grep -q '^SigBlk:.*[4567cdef]...$' "/proc/$1/status" || grep -q '^128 ' "/proc/$1/syscall"
}

# Whether main has got URG so many times.
urgent_times() {
  [[ $(grep -cx 23 "$OUT") == "$1" ]]
}

# signals_of NAME OPTIONS… -- SIGNAL…: what main gets when primer, or they, get these, is the same.
signals_of() {
  local name=$1 words=() whose seen=()
  shift
  while [[ $1 != -- ]]; do
    words+=("$1")
    shift
  done
  shift
  for whose in theirs ours; do
    entry_start "$whose/$name" "${words[@]}" -- "$echo" status=3
    wait_until 10 entry_says "ready .*"
    local signal times=0
    for signal in "$@"; do
      env kill "-$signal" "$ENTRY"
      # One behind it shows that it has been dealt with.
      env kill -URG "$ENTRY"
      wait_until 10 urgent_times $((++times))
    done
    kill -64 "$(entry_main)"
    entry_wait
    seen+=("$(grep -v ^ready <<<"$output" | tr '\n' ' ')$status")
  done
  [[ ${seen[0]} == "${seen[1]}" ]] || {
    printf '%s, signals %s: they gave main %s, primer %s\n' "$name ${words[*]}" "$*" "${seen[0]}" "${seen[1]}" >&2
    return 1
  }
}

@test "tini: the same" {
  beside tini
  same_for_every_name tini
  same tini no-such-program
  same tini ./plain
  same tini -e 143 -- sh -c 'kill -TERM $$'
  same tini -e 5 -e 6 -- sh -c 'exit 6'
  same tini -e 5 -- sh -c 'exit 6'
  same tini -e5 -- sh -c 'exit 5'
  same tini -e 256 true
  same tini -e x true
  same tini -p NONE true
  same tini -p SIGTERM -- sh -c 'exit 4'
  same tini -sgw -- sh -c 'exit 9'
  same tini -e
  same TINI_SUBREAPER= TINI_KILL_PROCESS_GROUP= TINI_VERBOSITY=0 tini -- sh -c 'exit 8'
  same TINI_VERBOSITY=none tini true
  signals_of tini -- TERM INT HUP QUIT USR1 USR2 WINCH CONT ALRM 37 63
  signals_of tini -s -g -- TERM INT USR1
}

@test "dumb-init: the same" {
  beside dumb-init
  same_for_every_name dumb-init
  same dumb-init -c -- sh -c 'read -r pid name state parent group session rest </proc/self/stat; test $session = $pid'
  same DUMB_INIT_SETSID=0 dumb-init -- sh -c 'read -r pid name state parent group session rest </proc/self/stat
    test $session = $pid'
  same dumb-init --single-child --verbose --rewrite 15:3 -- sh -c 'exit 7'
  local value
  for value in '' x x:y 15 15::12 15:y 0:1 32:1 1:32 -1:2; do
    same dumb-init -r "$value" true
  done
  same dumb-init -r
  same DUMB_INIT_DEBUG=1 dumb-init -- sh -c 'exit 6'
  signals_of dumb-init -- TERM INT HUP QUIT USR1 USR2 WINCH CONT ALRM
  signals_of dumb-init -r 15:3 -r 10:0 --rewrite 1:12 -- TERM USR1 HUP INT
  signals_of dumb-init -c -- TERM INT USR1
  signals_of dumb-init -c -r 2:15 -- INT USR1
}

@test "catatonit: the same" {
  beside catatonit
  same_for_every_name catatonit
  same catatonit -g -- sh -c 'exit 5'
  same CATATONIT_LOG=1 catatonit true
  same CATATONIT_DEBUG= catatonit -- sh -c 'exit 6'
  signals_of catatonit -- TERM INT HUP QUIT USR1 USR2 WINCH CONT ALRM 37 63
  signals_of catatonit -g -- TERM INT USR1
  local whose signal
  for whose in theirs ours; do
    for signal in TERM INT; do
      entry_start "$whose/catatonit" -P
      wait_until 10 takes_signals "$ENTRY"
      kill "-$signal" "$ENTRY"
      entry_wait
      assert_equal "$status" 0
    done
  done
}
