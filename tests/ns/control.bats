#!/usr/bin/env bats
# primerctl and the control socket, against a manager that leads a whole life in each case.
# variants: root/cgroup user/group
# timeout: 300
# shellcheck disable=SC2154 # ns_wait sets status

load ../lib/common
load ../lib/ns
load ../lib/manager
load ../lib/ctl

setup() {
  ctl_setup
  unit x.service <<<$'[Unit]\nWants=web.service\n[Service]\nType=exec\nExecStart=sleep 1000'
  unit web.service <<<$'[Unit]\nDescription=A web server\n[Service]\nType=exec\nExecStart=sleep 1000\nEnvironment=SECRET=swordfish'
}

teardown() {
  ns_teardown
}

@test "start, stop, restart and try-restart wait for the job, and their status is its result" {
  running
  ctl stop web
  assert_told '[.[] | select(.unit == "web.service" and .event == "state")][-1].state == "dead"'
  run ctl is-active web
  assert_output inactive
  assert_equal "$status" 3
  ctl try-restart web.service # it is not up: nothing
  run ctl is-active web
  assert_output inactive
  ctl start web x
  run ctl is-active web x
  assert_output $'active\nactive'
  assert_success
  local before
  before=$(ctl status --json web | jq '.["main-pid"]')
  ctl restart web
  [[ $(ctl status --json web | jq '.["main-pid"]') != "$before" ]]
  assert_told "any(.event == \"killed\" and .pid == $before)"
  before=$(ctl status --json web | jq '.["main-pid"]')
  ctl try-restart web
  [[ $(ctl status --json web | jq '.["main-pid"]') != "$before" ]]
}

@test "reload runs ExecReload=, and its status is the job's; what cannot reload says so, or is started again" {
  cat >"$UNITS/x.service" <<'END'
[Unit]
Requires=web.service
[Service]
Type=exec
ExecStart=sleep 1000
ExecReload=sh -c "test -e /run/good && kill -CONT $MAINPID"
END
  running
  local before
  before=$(ctl status --json x web | jq '.["main-pid"]')
  run ctl reload x
  assert_failure 1
  ns_in touch /run/good
  ctl reload x
  ctl reload-or-restart x
  assert_equal "$(ctl status --json x web | jq '.["main-pid"]')" "$before"
  assert_told 'times(.unit == "x.service" and .state == "reload") == 3'
  run ctl reload web
  assert_output --partial 'it has no ExecReload='
  ctl reload-or-restart web
  ctl wait x
  [[ $(ctl status --json web | jq '.["main-pid"]') != "$(tail -n 1 <<<"$before")" ]]
  ctl stop x
  run ctl reload x
  assert_output --partial 'it is not up'
  ctl reload-or-restart x
  ctl is-active x
}

@test "a restart takes along what requires the unit, and a file that has gone refuses it before the stop" {
  unit x.service <<<$'[Unit]\nRequires=web.service\nAfter=web.service\n[Service]\nType=exec\nExecStart=sleep 1000'
  running
  local before
  before=$(ctl status --json x | jq '.["main-pid"]')
  ctl restart web
  ctl wait x
  [[ $(ctl status --json x | jq '.["main-pid"]') != "$before" ]]
  rm -- "$UNITS/web.service"
  ctl daemon-reload
  run ctl restart web
  assert_failure 4
  run ctl is-active web
  assert_output active
}

@test "a start that fails says which step, which errno and what to do; so does status, also when the ring has forgotten" {
  unit bad.service <<<$'[Service]\nType=exec\nExecStart=/no/such/program'
  unit loud.service <<<$'[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=true'
  running
  run ctl start bad
  assert_failure 1
  assert_output --partial 'bad.service: failed, exit-code, status 127, step exec: ENOENT; there is no such file'
  run ctl is-failed bad
  assert_success
  assert_output failed
  run ctl is-failed web
  assert_failure 1
  run ctl status bad
  assert_success
  assert_line --regexp '^ *errno: ENOENT \(no such file or directory\)$'
  assert_line --partial 'step "exec" failed for /no/such/program'
  local _
  for _ in {1..30}; do ctl start loud; done
  run ctl status --json bad
  assert_equal "$(jq -c '[.step, .errno, .result, .status, (.events | length)]' <<<"$output")" '["exec","ENOENT","exit-code",127,0]'
  assert_equal "$(jq -r .hint <<<"$output")" 'there is no such file: look at its spelling, and whether its package is there'
  ctl reset-failed bad
  run ctl status --json bad
  assert_equal "$(jq -c '[.active, .step]' <<<"$output")" '["inactive",null]'
}

@test "reset-failed lets a unit start that was started too often" {
  unit often.service <<<$'[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=1000\n[Service]\nType=oneshot\nExecStart=true'
  running
  ctl start often
  ctl start often
  run ctl start often
  assert_failure 1
  assert_output --partial start-limit-hit
  ctl reset-failed often
  ctl start often
}

@test "list: those that failed first; a line each, of JSON too; status without a unit tells what failed" {
  unit zz.service <<<$'[Service]\nType=oneshot\nExecStart=false'
  unit x.service <<<$'[Unit]\nWants=web.service zz.service\n[Service]\nExecStart=sleep 1000'
  running
  run ctl list
  assert_success
  assert_line --index 0 --regexp $'^zz.service\tfailed\tfailed\t'
  assert_line --regexp $'^web.service\tactive\trunning\t[0-9]+\tA web server$'
  run ctl list --json
  assert_equal "$(jq -s -r 'map(.unit) | .[0], length' <<<"$output" | xargs)" "zz.service $(ctl list | wc -l)"
  assert_equal "$(jq -r 'select(.unit == "web.service").description' <<<"$output")" 'A web server'
  run ctl status --json
  assert_equal "$(jq -c '[.life, .progress, .failed, ["\(.["failed-units"][].unit)"]]' <<<"$output")" '["manager","up",1,["zz.service"]]'
  run ctl wait boot
  assert_failure 1
  refute_output --partial $'\033'
}

@test "status tells what the file asks for in vain; nobody is told values of its environment" {
  printf '[Service]\nType=exec\nExecStart=sleep 1000\nEnvironment=SECRET=swordfish\nPrivateTmp=yes\nSlice=a.slice\n' >"$UNITS/web.service"
  running
  run ctl status --json web
  assert_equal "$(jq -r '.path' <<<"$output")" "$UNITS/web.service"
  assert_equal "$(jq -c '.findings[] | select(.directive == "PrivateTmp") | [.finding, .line]' <<<"$output")" '["unconfined",5]'
  for request in 'status web.service' 'status web.service json' list 'events now debug' 'events now json'; do
    run raw <<<"1 $request"
    assert_line --index -1 end=done
    refute_output --partial swordfish
  done
}

@test "kill: a signal to all, or to the main process" {
  running
  local main
  main=$(ctl status --json web | jq '.["main-pid"]')
  run ctl kill web --signal NONE
  assert_failure 1
  run ctl kill web --whom control
  assert_failure 1
  assert_output --partial ESRCH
  ctl kill web --signal=SIGUSR1 --whom main
  ctl wait web || true
  assert_told "any(.event == \"killed\" and .pid == $main and .signal == \"USR1\")"
  run ctl status --json web
  assert_equal "$(jq -c '[.active, .result, .signal]' <<<"$output")" '["failed","signal","USR1"]'
}

@test "wait: for a unit until it rests, with a time-out; no-block does not wait" {
  unit slow.service <<END
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c 'until test -e $BATS_TEST_TMPDIR/go; do sleep 0.05; done'
END
  running
  ctl start --no-block slow
  run ctl wait --timeout 1 slow
  assert_failure 124
  ctl wait slow >"$BATS_TEST_TMPDIR/word" &
  local waiter=$!
  touch -- "$BATS_TEST_TMPDIR/go"
  wait "$waiter"
  assert_equal "$(<"$BATS_TEST_TMPDIR/word")" active
}

@test "events: those so far, those of one unit, and those to come" {
  running
  ctl events --json >"$BATS_TEST_TMPDIR/followed" &
  local follower=$!
  wait_until 20 grep -q '"event":"up"' "$BATS_TEST_TMPDIR/followed"
  ctl restart web
  wait_until 20 grep -q '"job":"start","result":"done"' "$BATS_TEST_TMPDIR/followed"
  kill "$follower"
  run ctl events --json --now web
  assert_success
  assert_equal "$(jq -r .unit <<<"$output" | sort -u)" web.service
  assert_equal "$(jq -s 'any(.event == "killed")' <<<"$output")" true
  run ctl events --now
  assert_line --regexp '^\[[0-9.]+\] x.service: running$'
}

@test "daemon-reload reads the files again, and says when it could not" {
  running
  unit new.service <<<$'[Service]\nType=exec\nExecStart=sleep 1000'
  run ctl start new
  assert_failure 4
  ctl daemon-reload
  ctl start new
  # What is looked on at meanwhile goes on by name.
  ctl events --json new >"$BATS_TEST_TMPDIR/followed" &
  local follower=$!
  wait_until 20 grep -q '"state":"running"' "$BATS_TEST_TMPDIR/followed"
  unit aaa.service <<<$'[Service]\nExecStart=sleep 1000'
  ctl daemon-reload
  ctl stop new
  wait_until 20 grep -q '"state":"dead"' "$BATS_TEST_TMPDIR/followed"
  kill "$follower"
}

@test "another user may look, and is refused every change" {
  running
  local verb
  run as_another status --json web
  assert_success
  assert_equal "$(jq -r .active <<<"$output")" active
  as_another list >/dev/null
  as_another wait boot
  as_another events --now >/dev/null
  for verb in 'start web' 'stop web' 'restart web' 'try-restart web' 'kill web' 'reset-failed web' reset-failed \
    daemon-reload power-off poweroff reboot halt; do
    # shellcheck disable=SC2086 # a verb and its unit
    run as_another $verb
    assert_failure 1
    assert_output --partial EACCES
  done
  run ctl is-active web
  assert_output active
  assert_told 'all(.event != "stopping") and times(.event == "spawn" and .unit == "web.service") == 1'
}

@test "power-off ends a manager; what only a machine can do is refused" {
  running
  local verb
  for verb in reboot halt; do
    run ctl "$verb"
    assert_failure 1
    assert_output --partial EOPNOTSUPP
  done
  ctl power-off || [[ $? == 137 ]] # the end of PID 1 is the end of everybody there
  ns_wait
  assert_equal "$status" 0
  assert_told 'any(.event == "stopping" and .how == "exit")'
}

@test "who speaks to nobody, or not the protocol, is told so" {
  running
  run ctl --run "$BATS_TEST_TMPDIR" list
  assert_failure 5
  assert_output --partial ENOENT
  run ctl statsu
  assert_failure 2
  assert_output --partial 'did you mean status?'
  run ctl start
  assert_failure 2
  run ctl list --jsno
  assert_failure 2
  assert_output --partial 'did you mean --json?'
  run raw <<<'2 list'
  assert_output --partial 'end=refused	errno=EPROTO'
  run raw <<<'1 lsit'
  assert_output --partial 'end=refused	errno=ENOSYS'
}

@test "check: file, line and finding, without a manager; its status is for a machine" {
  printf '[Service]\nExecStart=sleep 1\nNonsense=1\n' >"$UNITS/bad.service"
  run "$ctl_program" check "$UNITS/web.service"
  assert_success
  assert_output ''
  run "$ctl_program" check "$UNITS"
  assert_failure 1
  assert_output --partial "$UNITS/bad.service:3: error: there is no directive Nonsense="
  run "$ctl_program" check --json "$UNITS/bad.service"
  assert_failure 1
  assert_equal "$(jq -c '[.finding, .line]' <<<"$output")" '["error",3]'
  run "$ctl_program" check "$UNITS/missing.service"
  assert_failure 1
  assert_output --partial ENOENT
}

@test "notify: a script says that it is ready, and ends after it was heard" {
  unit said.service <<END
[Service]
Type=notify
NotifyAccess=all
ExecStart=sh -c '$ctl_program notify READY=1 "STATUS=at work" && exec sleep 1000'
END
  running
  ctl start said
  assert_told 'before(.event == "notify" and .unit == "said.service" and .message == "READY=1"; .event == "state" and .unit == "said.service" and .state == "running")'
  assert_told 'any(.event == "notify" and .message == "STATUS=at work")'
  run "$ctl_program" notify READY=1
  assert_failure 5
}

@test "a thousand clients that say nothing, garbage, half a request or too much, or read nothing: others are answered" {
  running
  # shellcheck disable=SC2016 # for perl
  ns_in perl -MIO::Socket::UNIX -e '
    $SIG{PIPE} = "IGNORE";
    my @kinds = ("", "\0\xff\n", "1 sta", "x" x 600, "1 events json debug\n");
    my @all;
    for my $i (1 .. 1000) {
      my $s = IO::Socket::UNIX->new(Peer => "/run/primer/control") or die "$i: $!";
      $s->blocking(0);
      syswrite $s, $kinds[$i % @kinds];
      push @all, $s;
    }
    syswrite STDOUT, "ready\n";
    while (1) {
      for my $s (@all) { syswrite $s, "y" x 65536; }
      for (1 .. 20) { my $s = IO::Socket::UNIX->new(Peer => "/run/primer/control") or next; push @all, $s; shift @all; }
      select undef, undef, undef, 0.01;
    }' >"$BATS_TEST_TMPDIR/flood" 3>&- &
  local flood=$!
  wait_until 60 grep -q ready "$BATS_TEST_TMPDIR/flood"
  local _
  for _ in {1..20}; do
    run ctl status --json web
    assert_success
    assert_equal "$(jq -r .active <<<"$output")" active
  done
  # A service that crashes comes back meanwhile, and a change is made.
  ctl restart web
  kill "$flood"
  run bash -c "ls /proc/$NS_INIT/fd | wc -l"
  assert [ "$output" -lt 80 ]
  manager_stop
  assert_equal "$status" 0
}

# The deadline that was next is gone without a process or an input: the one behind it must come all the same.
@test "a stop of a unit that waits to be started again does not keep others waiting" {
  unit soon.service <<'END'
[Service]
Restart=always
RestartSec=3s
ExecStart=false
END
  unit later.service <<'END'
[Service]
Restart=always
RestartSec=4s
ExecStart=false
END
  unit x.service <<'END'
[Unit]
Wants=soon.service later.service
[Service]
ExecStart=sleep 1000
END
  manager_start
  wait_told 'any(.unit == "soon.service" and .state == "auto-restart") and any(.unit == "later.service" and .state == "auto-restart")'
  ctl stop soon
  wait_told 'times(.event == "spawn" and .unit == "later.service") == 2'
  assert_told 'times(.event == "spawn" and .unit == "soon.service") == 1'
  manager_stop
}
