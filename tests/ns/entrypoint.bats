#!/usr/bin/env bats
# The entrypoint life beside other processes: what main is given, what its end gives back, which signals reach it. The
# incumbents' defects, each reproduced elsewhere, are cases of their own.
# variants: root/group user/group

load ../lib/common
load ../lib/ns
load ../lib/entry

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  entry_teardown
}

given=$PRIMER_BUILD/helpers/entry_given
show=$PRIMER_BUILD/helpers/entry_show
echo=$PRIMER_BUILD/helpers/entry_echo

@test "the status is the program's; a signal is 128 and its number" {
  local n
  for n in 0 1 7 42 126 255; do
    run "$PRIMER" sh -c "exit $n"
    assert_equal "$status" "$n"
  done
  run "$PRIMER" sh -c 'kill -TERM $$'
  assert_equal "$status" 143
  run "$PRIMER" sh -c 'kill -KILL $$'
  assert_equal "$status" 137
}

@test "SIGCHLD inherited as ignored: the status is there, and main has it ignored as before" {
  run timeout 10 "$given" ignore=17 -- "$PRIMER" "$show" 7
  assert_equal "$status" 7
  assert_line "ignored=17,"
}

@test "descriptors 0 to 2 closed, each and all: main runs, and has what was given" {
  local n
  for n in 0 1 2; do
    run "$given" close="$n" -- "$PRIMER" sh -c 'exit 3'
    assert_equal "$status" 3
  done
  run "$given" close=0 close=1 close=2 -- "$PRIMER" sh -c "'$show' >$BATS_TEST_TMPDIR/shown; exit 3"
  assert_equal "$status" 3
  run "$given" close=0 -- "$PRIMER" "$show"
  refute_line --regexp '^descriptors=0,'
}

@test "a main that may not be signalled ends nothing" {
  [[ $EUID == 0 && $PRIMER_AS == root ]] || skip_loudly "needs root, to run main as somebody else"
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" 2>/dev/null || true
  cp "$echo" ./echo
  entry_start setpriv --bounding-set -kill --inh-caps -kill "$PRIMER" -v --user 61234:61234 ./echo status=5
  wait_until 10 entry_says "ready .*"
  kill -TERM "$ENTRY"
  wait_until 10 grep -q "TERM could not be forwarded" "$ERR"
  kill -64 "$(entry_main)"
  entry_wait
  assert_equal "$status" 5
}

@test "main's mask and ignored signals are those that primer was given, 32 and 33 too" {
  run "$given" block=1 block=20 block=21 block=22 block=32 block=33 block=34 block=64 ignore=2 ignore=13 ignore=40 -- \
    "$PRIMER" "$show"
  assert_line "blocked=1,20,21,22,32,33,34,64,"
  assert_line "ignored=2,13,40,"
  run "$PRIMER" "$show"
  assert_line "blocked="
  assert_line "ignored="
}

@test "limits, directory and descriptors are given on, and main leads a group of its own" {
  local without
  without=$(bash -c "ulimit -n 77; exec 7</dev/null; exec '$show'" | grep ^descriptors=)
  run bash -c "ulimit -n 77; exec 7</dev/null; exec '$PRIMER' '$show'"
  assert_line "nofile=77"
  assert_line "$without"
  assert_line "directory=$PWD"
  local pid group
  pid=$(sed -n 's/^pid=//p' <<<"$output") group=$(sed -n 's/^group=//p' <<<"$output")
  assert_equal "$pid" "$group"
}

@test "not found is 127; not executable is 126" {
  run -127 "$PRIMER" no-such-program
  run -127 "$PRIMER" ./neither
  touch plain && chmod 644 plain
  run -126 "$PRIMER" ./plain
  run -126 "$PRIMER" /
}

@test "options end at the program: primer ls -l runs ls -l" {
  touch a-file
  run "$PRIMER" ls -l
  assert_success
  assert_output --partial a-file
  run "$PRIMER" -- ls --version
  assert_output --partial coreutils
}

@test "an idle primer is not woken" {
  local before after
  entry_start "$PRIMER" sh -c 'echo ready; sleep 1; echo later; exec sleep 60'
  wait_until 10 entry_says ready
  before=$(grep ctxt "/proc/$ENTRY/status")
  wait_until 10 entry_says later
  after=$(grep ctxt "/proc/$ENTRY/status")
  assert_equal "$after" "$before"
  kill -TERM "$ENTRY"
  entry_wait
  assert_equal "$status" 143
}

@test "all 64 signals are forwarded, but KILL and STOP" {
  local n expected=()
  # TERM is one of them, and what does not end by it within ten seconds is killed.
  entry_start "$PRIMER" --stop-timeout 600 "$echo" until=64 status=9
  wait_until 10 entry_says "ready .*"
  for ((n = 1; n <= 64; n++)); do
    ((n != 9 && n != 19)) || continue
    # bash's kill takes neither 32 nor 33.
    env kill "-$n" "$ENTRY"
    wait_until 10 entry_says "$n"
    expected+=("$n")
  done
  entry_wait
  assert_equal "$status" 9
  assert_equal "$(tail -n +2 <<<"$output" | tr '\n' ' ')" "${expected[*]} "
}

@test "what sigqueue sends along arrives" {
  entry_start "$PRIMER" "$echo" until=64
  wait_until 10 entry_says "ready .*"
  env kill -q 4711 -RTMIN+3 "$ENTRY"
  wait_until 10 entry_says "37=4711"
  kill -64 "$ENTRY"
  entry_wait
}

@test "-g signals the whole group; without it only main" {
  entry_start "$PRIMER" -g "$echo" spawn
  wait_until 10 entry_says "ready .*"
  wait_until 10 entry_says "child ready"
  kill -USR1 "$ENTRY"
  wait_until 10 entry_says 10
  wait_until 10 entry_says "child 10"
  kill -64 "$ENTRY"
  entry_wait
  entry_start "$PRIMER" --stop-timeout 100ms "$echo" spawn
  wait_until 10 entry_says "ready .*"
  wait_until 10 entry_says "child ready"
  kill -USR1 "$ENTRY"
  wait_until 10 entry_says 10
  kill -64 "$ENTRY"
  entry_wait
  run entry_says "child 10"
  assert_failure
}

@test "signals and statuses are mapped by name" {
  entry_start "$PRIMER" --map TERM=QUIT --map USR1=ignore --map RTMIN+3=TERM --exit 9=0 "$echo" status=9
  wait_until 10 entry_says "ready .*"
  kill -USR1 "$ENTRY"
  kill -TERM "$ENTRY"
  wait_until 10 entry_says 3
  env kill -37 "$ENTRY"
  wait_until 10 entry_says 15
  kill -64 "$ENTRY"
  entry_wait
  assert_equal "$status" 0
  run entry_says 10
  assert_failure
  run "$PRIMER" --exit 143=0 --exit 4=5 sh -c 'kill -TERM $$'
  assert_equal "$status" 0
  run "$PRIMER" --exit 143=0 --exit 4=5 sh -c 'exit 4'
  assert_equal "$status" 5
}

@test "--user: uid, gid and supplementary groups" {
  [[ $EUID == 0 && $PRIMER_AS == root ]] || skip_loudly "needs root, to become somebody else"
  run "$PRIMER" --user 61234:61235 id
  assert_output --regexp 'uid=61234 gid=61235'
  run "$PRIMER" --user daemon id -u
  assert_output "$(id -u daemon)"
  run "$PRIMER" --user backup id -G
  assert_output "$(id -G backup)"
  # A user with a supplementary group, in files of our own.
  mkdir etc && printf 'root:x:0:0::/:/bin/sh\nmary:x:61234:61234::/:/bin/sh\n' >etc/passwd
  printf 'mary:x:61234:\nplay:x:61300:bob,mary\nwork:x:61301:mary\nnone:x:61302:bob\n' >etc/group
  run unshare --mount sh -c "mount --bind $PWD/etc/passwd /etc/passwd && mount --bind $PWD/etc/group /etc/group &&
    exec '$PRIMER' --user mary '$show'"
  assert_line "groups=61234,61300,61301,"
  run "$PRIMER" --user nobody-at-all id
  assert_equal "$status" 125
  assert_output --partial nobody-at-all
  run "$PRIMER" --user 61234 id
  assert_equal "$status" 125
}

@test "--cap: bounding and ambient capabilities, with another user" {
  [[ $EUID == 0 && $PRIMER_AS == root ]] || skip_loudly "needs root, to give capabilities"
  run "$PRIMER" --cap '!cap_chown,^cap_net_bind_service' --user 61234:61234 \
    grep -E '^Cap(Eff|Bnd|Amb)' /proc/self/status
  assert_line --regexp 'CapAmb:.*0400$'
  assert_line --regexp 'CapEff:.*0400$'
  assert_line --regexp 'CapBnd:.*[02468ace]$'
  run "$PRIMER" --cap '!cap_nonsense' true
  assert_equal "$status" 125
  assert_output --partial "--cap !cap_nonsense"
}

@test "--no-new-privs, --chdir, LISTEN_PID" {
  mkdir sub
  run env LISTEN_PID=1 WATCHDOG_PID=1 "$PRIMER" --no-new-privs --chdir "$PWD/sub" "$show"
  assert_line no_new_privs=1
  assert_line "directory=$PWD/sub"
  assert_line LISTEN_PID=1
  # shellcheck disable=SC2016 # for the inner shell
  run sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ WATCHDOG_PID=$$; export LISTEN_FDS LISTEN_PID WATCHDOG_PID; exec "$@"' \
    sh "$PRIMER" "$show"
  local pid
  pid=$(sed -n 's/^pid=//p' <<<"$output")
  assert_line "LISTEN_PID=$pid"
  assert_line "WATCHDOG_PID=$pid"
  run "$PRIMER" --chdir /no/such/folder true
  assert_equal "$status" 125
  assert_output --partial /no/such/folder
}

@test "--chdir is entered as the user that main runs as" {
  [[ $EUID == 0 && $PRIMER_AS == root ]] || skip_loudly "needs root, to become somebody else"
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
  mkdir theirs ours
  chown 61234:61234 theirs
  chmod 700 theirs ours
  # Without the capabilities to pass by permissions root may not enter theirs, and they never may enter ours.
  run setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -dac_override,-dac_read_search \
    "$PRIMER" --user 61234:61234 --chdir "$PWD/theirs" pwd
  assert_output "$PWD/theirs"
  run "$PRIMER" --user 61234:61234 --chdir "$PWD/ours" pwd
  assert_equal "$status" 125
  assert_output --partial "permission denied (EACCES)"
}

# parent_dies SIGNAL: a primer with --parent-death whose parent then dies; it is adopted by this case.
parent_dies() {
  # shellcheck disable=SC2016 # for the inner shell
  entry_start "$given" subreaper -- sh -c '"$@" & echo "primer $!"; read -r never <fifo; kill -KILL $$' \
    sh "$PRIMER" --parent-death "$1" --stop-timeout 5 "$echo" until=15
  wait_until 10 entry_says "ready .*"
  echo go >fifo
}

@test "--parent-death: the parent's death is a signal to main" {
  mkfifo fifo
  parent_dies TERM
  wait_until 10 entry_says 15
  wait_until 10 gone "$(sed -n 's/^primer //p' "$OUT")" "$(entry_main)"
}

@test "--parent-death KILL takes main along" {
  mkfifo fifo
  parent_dies KILL
  wait_until 10 gone "$(sed -n 's/^primer //p' "$OUT")" "$(entry_main)"
}

# Whether the process is in its call of prctl(2), which is number 157 here.
in_prctl() {
  [[ $(cut -d ' ' -f 1-2 "/proc/$1/syscall" 2>/dev/null) == "157 0x1" ]]
}

@test "--parent-death: a parent that dies just before primer asks for the news is not missed" {
  local bare=$PRIMER_RELEASE/primer pid
  [[ $(uname -m) == x86_64 ]] || skip_loudly "knows system calls by their x86-64 numbers"
  [[ -x $bare ]] || skip_loudly "no $bare: run scripts/build release"
  strace -o /dev/null true || skip_loudly "strace cannot trace here"
  mkfifo fifo
  # strace holds primer's second prctl up at the kernel's door, the one that asks for the news, and the parent dies then.
  # shellcheck disable=SC2016 # for the inner shell
  entry_start "$given" subreaper -- sh -c 'strace -D -o /dev/null -e inject=prctl:delay_enter=5000000:when=2 "$@" & echo "primer $!"
    read -r never <fifo; kill -KILL $$' sh "$bare" --parent-death USR1 "$echo" until=10
  wait_until 10 entry_says "primer .*"
  pid=$(sed -n 's/^primer //p' "$OUT")
  wait_until 20 in_prctl "$pid"
  echo go >fifo
  wait_until 10 gone "$ENTRY"
  in_prctl "$pid"
  wait_until 20 entry_says 10
  wait_until 10 gone "$pid" "$(entry_main)"
}

@test "--explain narrates every step of both tables, and where it is documented" {
  run "$PRIMER" --explain true
  assert_success
  local step
  for step in block-signals wait-children adopt-orphans start-main main-group main-signals main-exec close-descriptors; do
    assert_line --regexp "^primer: $step: .* - .*\([0-9]\)$"
  done
}
