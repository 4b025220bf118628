#!/usr/bin/env bats
# The manager life, a whole one in each case: as root and in a user namespace, with cgroups and without.
# variants: root/cgroup root/group user/cgroup user/group
# shellcheck disable=SC2154 # ns_wait sets status

load ../lib/common
load ../lib/ns
load ../lib/manager

setup() {
  manager_setup
}

teardown() {
  ns_teardown
}

# chain NAME…: services that run until they are told to end, each after the one before; x.service wants them all.
chain() {
  local name before=''
  printf '[Unit]\nWants=%s\nAfter=%s\n[Service]\nExecStart=sleep 1000\n' "$*" "$*" | unit x.service
  for name in "$@"; do
    printf '[Unit]\nAfter=%s\n[Service]\nType=exec\nExecStart=sleep 1000\n' "$before" | unit "$name"
    before=$name
  done
}

@test "its options are listed, and a word that is none is refused with the nearest one" {
  run "$PRIMER" --manager --help
  assert_success
  assert_line --regexp '^  --events FILE +write every event there, a JSON line each$'
  run "$PRIMER" --manager --evnts
  assert_failure 125
  assert_output --partial 'did you mean --events?'
}

@test "services start in order, and TERM stops them in the reverse one" {
  chain c.service a.service b.service
  manager_start
  wait_told 'any(.event == "up" and .count == 0)'
  manager_stop
  assert_equal "$status" 0
  assert_equal "$(jq -r 'select(.event == "state" and .state == "running" and (.unit | endswith(".service"))) | .unit' "$EVENTS" | xargs)" \
    "c.service a.service b.service x.service"
  assert_equal "$(jq -r 'select(.event == "state" and .state == "dead" and (.unit | endswith(".service"))) | .unit' "$EVENTS" | xargs)" \
    "x.service b.service a.service c.service"
  assert_told 'before(.event == "signal" and .signal == "TERM" and .act == "exit"; .event == "stopping" and .how == "exit")'
  # Each is gone before the next one is told.
  assert_told 'before(.event == "killed" and .unit == "b.service"; .event == "kill" and .unit == "a.service")'
  assert_told '.[-1] | .event == "status" and .code == 0'
}

@test "INT and RTMIN+3 end it as TERM does" {
  local signal
  chain a.service
  for signal in 2 37; do
    manager_start
    wait_told 'any(.event == "up")'
    kill "-$signal" "$NS_INIT"
    ns_wait
    assert_equal "$status" 0
    assert_told 'any(.event == "stopping" and .how == "exit") and any(.event == "state" and .unit == "a.service" and .state == "dead")'
  done
}

@test "the main unit's end ends all, and its status is the manager's" {
  local end expected
  unit other.service <<<$'[Service]\nExecStart=sleep 1000'
  while read -r expected end; do
    printf '[Unit]\nWants=other.service\n[Service]\nExecStart=sh -c "%s"\n' "$end" | unit x.service
    manager_start --main x.service
    ns_wait
    assert_equal "$status" "$expected"
    assert_told 'any(.event == "state" and .unit == "other.service" and .state == "dead")'
  done <<'END'
0 exit 0
7 exit 7
137 kill -KILL $$$$
END
}

@test "where nothing runs any more it ends, and says whether anything failed" {
  unit x.service <<<$'[Service]\nType=oneshot\nExecStart=true'
  manager_start
  ns_wait
  assert_equal "$status" 0
  assert_told 'any(.event == "idle")'
  unit x.service <<<$'[Service]\nType=oneshot\nExecStart=false'
  manager_start
  ns_wait
  assert_equal "$status" 1
  assert_told 'any(.event == "status" and .reason == "failed-units")'
}

@test "a service that crashes gets another life, with another process" {
  unit x.service <<'END'
[Service]
Type=exec
Restart=on-failure
RestartSec=1ms
ExecStart=sleep 1000
END
  manager_start
  wait_told 'any(.event == "state" and .unit == "x.service" and .state == "running")'
  local first second
  first=$(jq 'select(.event == "spawn").pid' "$EVENTS")
  ns_in sh -c "kill -SEGV $first"
  wait_told 'times(.event == "state" and .unit == "x.service" and .state == "running") == 2'
  manager_stop
  assert_equal "$status" 0
  second=$(jq 'select(.event == "spawn").pid' "$EVENTS" | tail -n 1)
  [[ $first != "$second" ]]
  assert_told "before(.event == \"killed\" and .pid == $first and .signal == \"SEGV\"; .event == \"restart\" and .count == 1)"
  assert_told "any(.event == \"killed\" and .pid == $second and .signal == \"TERM\")"
}

@test "a program that cannot be executed is told with step, errno and hint, and the unit has failed" {
  printf '#!/no/interpreter\n' >"$BATS_TEST_TMPDIR/script"
  chmod 755 "$BATS_TEST_TMPDIR/script"
  printf '[Service]\nType=exec\nExecStart=%s\n' "$BATS_TEST_TMPDIR/script" | unit x.service
  manager_start
  ns_wait
  assert_equal "$status" 1
  assert_told 'any(.event == "exec-failed" and .unit == "x.service" and .step == "exec" and .errno == "ENOENT" and
    .hint != null and .advice != null)'
  assert_told 'before(.event == "exec-failed"; .event == "state" and .state == "failed" and .result == "exit-code")'
  assert_told 'any(.event == "job" and .unit == "x.service" and .result == "failed")'
  run grep -c 'x.service: EXEC: step "exec" failed' "$NS_LOG"
  assert_output 1
}

@test "an orphan is adopted, told, reaped, and told again" {
  unit x.service <<'END'
[Unit]
Wants=other.service
[Service]
Type=oneshot
RemainAfterExit=yes
KillMode=process
ExecStart=sh -c "sleep 0.2 & exit 0"
END
  # Without one that runs, the manager would end.
  unit other.service <<<$'[Service]\nExecStart=sleep 1000'
  manager_start
  wait_told 'any(.event == "orphan")'
  local main orphan
  main=$(jq 'select(.event == "spawn" and .unit == "x.service").pid' "$EVENTS")
  orphan=$(jq 'select(.event == "orphan").pid' "$EVENTS")
  assert_told "any(.event == \"adopt\" and .pid == $orphan and .parent == $main)"
  assert_told "any(.event == \"orphan\" and .parent == $main and .comm == \"sleep\" and .cause == \"exited\" and .unit == \"x.service\")"
  assert_told "before(.event == \"adopt\"; .event == \"orphan\")"
  # It is no zombie.
  run ns_in test -e "/proc/$orphan"
  assert_failure
  manager_stop
  assert_equal "$status" 0
}

@test "what the manager was given beside 0, 1 and 2 is no service's" {
  unit other.service <<<$'[Service]\nExecStart=sleep 1000' # without one that runs, the manager would end
  unit x.service <<END
[Unit]
Wants=other.service
[Service]
Type=oneshot
RemainAfterExit=yes
StandardOutput=truncate:$BATS_TEST_TMPDIR/shown
ExecStart=$manager_helpers/show fds
END
  : >"$BATS_TEST_TMPDIR/shown"
  chmod 666 "$BATS_TEST_TMPDIR/shown"
  printf 'secret\n' >"$BATS_TEST_TMPDIR/secret"
  exec 7<"$BATS_TEST_TMPDIR/secret"
  manager_start
  exec 7<&-
  wait_told 'any(.event == "up" and .count == 0)'
  # It has it itself, or there would be nothing to keep from anybody.
  run readlink "/proc/$NS_INIT/fd/7"
  assert_output "$BATS_TEST_TMPDIR/secret"
  run cut -d ' ' -f 1,2 "$BATS_TEST_TMPDIR/shown"
  assert_output $'fd 0\nfd 1\nfd 2'
  manager_stop
}

@test "beside other processes: orphans come to it all the same, and nothing of it is left" {
  unit x.service <<'END'
[Unit]
Wants=daemon.service
After=daemon.service
[Service]
ExecStart=sh -c "exit 9"
END
  # One that leaves its group and session, and ignores what is polite.
  unit daemon.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
KillMode=process
RuntimeDirectory=daemon
ExecStart=sh -c "setsid sh -c 'trap \"\" HUP; exec sleep 1000' & exit 0"
END
  # shellcheck disable=SC2016 # for the shell inside
  ns_start sh -c '
    "$0" --manager "$@"
    echo "status $?"
    for process in /proc/[0-9]*; do echo "process ${process#/proc/}"; done
    find /sys/fs/cgroup -mindepth 2 -type d
    find /run -mindepth 1 -maxdepth 1 -not -name primer -not -name mount' \
    "$PRIMER" --units "$UNITS" --unit x.service --main x.service --events "$EVENTS"
  ns_wait
  assert_told 'any(.event == "hello" and .pid != 1)'
  assert_told 'any(.event == "adopt" and .unit == "daemon.service")'
  # Whose it was, process groups cannot say of one that has left them.
  local pid
  pid=$(jq 'select(.event == "adopt").pid' "$EVENTS")
  assert_told "before(.event == \"left\" and .signal == \"TERM\"; .event == \"orphan\" and .pid == $pid)"
  # Beside primer's own folders there is nothing (that of mount(8) is not its own), and no process but the shell.
  run grep -v '^\[' "$NS_LOG"
  assert_output $'status 9\nprocess 1'
}
