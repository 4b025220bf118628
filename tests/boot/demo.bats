# scripts/boot and its demo. Without a terminal it is booted once, and many things are asserted of that
# boot's events; then once with a fault; on a terminal with a person, played by expect.
# timeout: 600
# shellcheck disable=SC2154 # run sets stderr
load ../lib/common
load ../lib/events

bats_require_minimum_version 1.5.0

setup_file() {
  export PRIMER=$PRIMER_RELEASE/primer EVENTS=$BATS_FILE_TMPDIR/events
  local status=0
  "$PRIMER_SOURCE/scripts/boot" "--events=$EVENTS" </dev/null >"$BATS_FILE_TMPDIR/console" 2>&1 || status=$?
  printf '%s\n' "$status" >"$BATS_FILE_TMPDIR/status"
}

setup() {
  boot=$PRIMER_SOURCE/scripts/boot
  here=$PRIMER_SOURCE/tests/boot/demo
}

# The pid of a unit's first main process.
main_of() {
  jq -s "map(select(.event == \"spawn\" and .unit == \"$1\"))[0].pid" "$EVENTS"
}

@test "without a terminal it boots, is looked at, powers off, and ends with the machine's status" {
  cat "$BATS_FILE_TMPDIR/console"
  assert_equal "$(<"$BATS_FILE_TMPDIR/status")" 0
  assert_equal "$(events 'select(.event == "hello") | [.life, .pid]')" '["boot",1]'
  assert_equal "$(events 'select(.event == "exit" and .unit == "tour.service") | .status')" 0
  assert_equal "$(events 'select(.event == "status") | [.reason, .code]')" '["exited",0]'
  assert_equal "$(events 'select(.event == "gap" or .event == "option" or .event == "finding")')" ''
}

@test "order: prepare, then primes, then its visitor, then the target, then the tour" {
  assert_in_order \
    '.event == "state" and .unit == "sysinit.target" and .state == "running"' \
    '.event == "spawn" and .unit == "prepare.service"' \
    '.event == "exit" and .unit == "prepare.service" and .status == 0' \
    '.event == "state" and .unit == "prepare.service" and .state == "exited"' \
    '.event == "spawn" and .unit == "primes.service"' \
    '.event == "state" and .unit == "primes.service" and .state == "running"' \
    '.event == "spawn" and .unit == "visitor.service"' \
    '.event == "exit" and .unit == "visitor.service" and .status == 0' \
    '.event == "state" and .unit == "default.target" and .state == "running"' \
    '.event == "spawn" and .unit == "tour.service"' \
    '.event == "stopping" and .how == "power-off"'
}

@test "readiness: primes counts as running when it says so, and not when it is executed" {
  assert_in_order \
    '.event == "exec" and .unit == "primes.service"' \
    ".event == \"notify\" and .unit == \"primes.service\" and .pid == $(main_of primes.service) and .message == \"READY=1\"" \
    '.event == "state" and .unit == "primes.service" and .state == "running"'
}

@test "restart: unlucky crashes twice, is brought back twice, and stays" {
  assert_equal "$(events 'select(.unit == "unlucky.service" and (.event | IN("spawn", "killed", "restart")))
    | [.event, .signal // .count]')" \
    '["spawn",null]
["killed","SEGV"]
["restart",1]
["spawn",null]
["killed","SEGV"]
["restart",2]
["spawn",null]
["killed","TERM"]'
  assert_in_order '.event == "stopping"' \
    '.event == "killed" and .unit == "unlucky.service" and .signal == "TERM"'
}

@test "an orphan: adopted when its parent ends, collected when it ends itself" {
  local parent orphan
  parent=$(main_of runaway.service)
  orphan=$(jq -s 'map(select(.event == "adopt" and .unit == "runaway.service"))[0].pid' "$EVENTS")
  assert_equal "$(events 'select(.event | IN("adopt", "orphan")) | [.event, .unit, .pid, .parent, .comm, .code]')" \
    "[\"adopt\",\"runaway.service\",$orphan,$parent,\"runaway\",null]
[\"orphan\",\"runaway.service\",$orphan,$parent,\"runaway\",0]"
  assert_in_order \
    ".event == \"exit\" and .pid == $parent" \
    ".event == \"adopt\"" \
    '.event == "spawn" and .unit == "witness.service"' \
    '.event == "orphan"'
}

@test "a failure is told with its step, its errno and what to do; nobody else suffers" {
  assert_equal "$(events 'select(.event == "exec-failed") | [.unit, .step, .errno, .hint, .program]')" \
    '["broken.service","exec","ENOENT","no-script-int","/usr/bin/python2"]'
  assert_equal "$(events 'select(.event == "exec-failed") | .advice | contains("not the interpreter behind its #!")')" true
  assert_equal "$(events 'select(.event == "job" and .job == "start" and .result != "done") | [.unit, .result]')" \
    '["broken.service","failed"]'
}

@test "down: in reverse order, to the last process" {
  assert_in_order \
    '.event == "stopping"' \
    '.event == "kill" and .unit == "primes.service" and .signal == "TERM"' \
    '.event == "state" and .unit == "primes.service" and .state == "dead"' \
    '.event == "state" and .unit == "prepare.service" and .state == "dead"' \
    '.event == "state" and .unit == "sysinit.target" and .state == "dead"' \
    '.event == "status"'
  assert_equal "$(events 'select(.event == "left")')" ''
}

@test "what is not as it should be is the machine's status: without primes there is no tour" {
  EVENTS=$BATS_TEST_TMPDIR/events
  run "$boot" "--events=$EVENTS" "--file=/bin/false:/opt/demo/primes" </dev/null
  assert_failure 1
  assert_line --partial 'tour: NOT SO: primes serves'
  assert_equal "$(events 'select(.event == "job" and .unit == "visitor.service") | [.job, .result]' | head -n 1)" \
    '["start","dependency"]'
  assert_equal "$(events 'select(.event == "status") | [.reason, .code]')" '["exited",1]'
}

@test "a shell in the machine needs a terminal, and is refused without one" {
  local word
  for word in rescue emergency primer.break=cgroup; do
    run --separate-stderr "$boot" "$word" </dev/null
    assert_failure 1
    assert_equal "$stderr" "boot: \"$word\" gives you a shell in the machine, and that needs a terminal; here is none"
  done
}

@test "on a terminal: a shell with job control, whose end is the machine's, and a terminal as before" {
  EVENTS=$BATS_TEST_TMPDIR/events run expect "$here/terminal.exp" "$boot" "--events=$BATS_TEST_TMPDIR/events"
  assert_success
  EVENTS=$BATS_TEST_TMPDIR/events
  assert_in_order \
    '.event == "state" and .unit == "default.target" and .state == "running"' \
    '.event == "spawn" and .unit == "console.service"' \
    '.event == "exit" and .unit == "console.service" and .status == 3' \
    '.event == "stopping" and .how == "power-off"'
}

@test "on a terminal: poweroff and reboot end the machine in order, with status 0" {
  local EVENTS=$BATS_TEST_TMPDIR/events name how
  while read -r name how; do
    run expect "$here/leave.exp" "$name" "$boot" "--events=$EVENTS"
    assert_success
    assert_equal "$(events 'select(.event == "stopping") | .how')" "\"$how\""
    assert_equal "$(events 'select(.event == "status") | .code')" 0
  done <<'END'
poweroff power-off
/sbin/poweroff power-off
/sbin/reboot reboot
END
}
