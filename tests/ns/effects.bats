#!/usr/bin/env bats
# Every honoured directive that the manager itself acts on, from its line to what becomes of a service: tests/lib/effects.
# (Those of what a process finds around itself are in tests/unit/test_exec_directives.c, in the same way.)
# variants: root/cgroup user/group
# timeout: 600

load ../lib/common
load ../lib/ns
load ../lib/manager
load ../lib/effects

# --- systemd.unit(5) ---

# beside_other LINE COMMAND: x.service with LINE, after other.service, which is done when COMMAND is.
beside_other() {
  unit x.service <<END
[Unit]
$1
After=other.service
[Service]
ExecStart=true
END
  unit other.service <<END
[Service]
Type=oneshot
ExecStart=$2
END
}

@test "effect: [Unit] Description: a start says what the unit is" {
  unit x.service <<'END'
[Unit]
Description=A clock without hands, which says nothing \
   at all
[Service]
ExecStart=true
END
  effect 'any(.event == "spawn" and .description == "A clock without hands, which says not")'
}

@test "effect: [Unit] Requires: where it fails, the unit does not start" {
  beside_other Requires=other.service false
  effect 'any(.event == "job" and .unit == "x.service" and .result == "dependency")'
}

@test "effect: [Unit] Wants: it is started too, and its failure is its own" {
  beside_other Wants=other.service false
  effect 'any(.event == "state" and .unit == "other.service" and .state == "failed") and
    any(.event == "spawn" and .unit == "x.service")'
}

@test "effect: [Unit] Conflicts: of the two only one starts" {
  unit x.service <<'END'
[Unit]
Wants=other.service
[Service]
ExecStart=true
END
  unit other.service <<'END'
[Unit]
Conflicts=x.service
[Service]
ExecStart=true
END
  effect 'any(.event == "spawn" and .unit == "x.service") and (any(.event == "spawn" and .unit == "other.service") | not)'
}

@test "effect: [Unit] Before: the other one starts when this one is done" {
  unit x.service <<'END'
[Unit]
Wants=other.service
Before=other.service
[Service]
Type=oneshot
ExecStart=sleep 0.3
END
  unit other.service <<'END'
[Service]
ExecStart=true
END
  effect 'before(.event == "exit" and .unit == "x.service"; .event == "spawn" and .unit == "other.service")'
}

@test "effect: [Unit] After: this one starts when the other one is done" {
  beside_other Wants=other.service 'sleep 0.3'
  effect 'before(.event == "exit" and .unit == "other.service"; .event == "spawn" and .unit == "x.service")'
}

@test "effect: [Unit] DefaultDependencies: without them the unit brings no target" {
  unit x.service <<'END'
[Unit]
DefaultDependencies=no
[Service]
ExecStart=true
END
  effect 'any(.event == "spawn" and .unit == "x.service") and
    (any(.event == "state" and .unit == "sysinit.target") | not)'
}

# passes_on X OTHER: x.service, with the line X, can reload; other.service, with OTHER, does so by itself, and ends.
passes_on() {
  unit x.service <<END
[Unit]
$1
Wants=other.service
[Service]
ExecStart=sleep 1000
ExecReload=sh -c "kill -HUP \$MAINPID"
END
  unit other.service <<END
[Unit]
$2
After=x.service
[Service]
NotifyAccess=main
ExecStart=@HELPERS@/notify RELOADING=1 true
END
}
reload_seen='any(.event == "killed" and .unit == "x.service" and .signal == "HUP")'
reload_over='any(.event == "killed" and .unit == "x.service") or
  (any(.event == "state" and .unit == "other.service" and .state == "dead") and
    (any(.event == "state" and .unit == "x.service" and .state == "reload") | not))'

@test "effect: [Unit] PropagatesReloadTo: these reload too" {
  passes_on '' PropagatesReloadTo=x.service
  effect "$reload_seen" "$reload_over"
}

@test "effect: [Unit] PropagateReloadTo: the same by its old name" {
  passes_on '' PropagateReloadTo=x.service
  effect "$reload_seen" "$reload_over"
}

@test "effect: [Unit] ReloadPropagatedFrom: the same from the other side" {
  passes_on ReloadPropagatedFrom=other.service ''
  effect "$reload_seen" "$reload_over"
}

@test "effect: [Unit] PropagateReloadFrom: and that by its old name" {
  passes_on PropagateReloadFrom=other.service ''
  effect "$reload_seen" "$reload_over"
}

@test "effect: [Service] ExecReload: the program is told, by what it is told with" {
  passes_on '' PropagatesReloadTo=x.service
  effect "$reload_seen" "$reload_over"
}

# A service that ends at once and is always started again.
restless() {
  unit x.service
  cat >>"$UNITS/x.service" <<'END'
[Service]
Restart=always
RestartSec=1ms
ExecStart=true
END
}

# Five starts in ten seconds are the default.
six_starts='times(.event == "spawn") >= 6'
two_starts='times(.event == "spawn") == 2 and any(.event == "state" and .state == "failed" and .result == "start-limit-hit")'

@test "effect: [Unit] StartLimitIntervalSec: 0 counts no starts" {
  restless <<<$'[Unit]\nStartLimitIntervalSec=0'
  effect "$six_starts" "$six_starts"
}

@test "effect: [Unit] StartLimitInterval: the same by its old name" {
  restless <<<$'[Unit]\nStartLimitInterval=0'
  effect "$six_starts" "$six_starts"
}

@test "effect: [Unit] StartLimitBurst: two starts, and no more" {
  restless <<<$'[Unit]\nStartLimitBurst=2'
  effect "$two_starts" "$six_starts"
}

@test "effect: [Service] StartLimitInterval: the same in its old place" {
  restless <<<$'[Service]\nStartLimitInterval=0'
  effect "$six_starts" "$six_starts"
}

@test "effect: [Service] StartLimitBurst: the same in its old place" {
  restless <<<$'[Service]\nStartLimitBurst=2'
  effect "$two_starts" "$six_starts"
}

# --- systemd.service(5): a life's stages ---

@test "effect: [Service] Type: oneshot has started when its process has ended" {
  unit x.service <<'END'
[Service]
Type=oneshot
ExecStart=sleep 0.1
END
  effect 'before(.event == "exit" and .unit == "x.service"; .event == "job" and .unit == "x.service")' \
    'any(.event == "exit" and .unit == "x.service") and any(.event == "job" and .unit == "x.service")'
}

@test "effect: [Service] Type: notify has started when it says so" {
  unit x.service <<'END'
[Service]
Type=notify
ExecStart=sh -c "sleep 0.2; exec @HELPERS@/notify READY=1 sleep 1000"
END
  effect 'before(.event == "notify" and .message == "READY=1"; .event == "state" and .state == "running" and .unit == "x.service")'
}

@test "effect: [Service] Type: exec has not started when there is nothing to execute" {
  unit x.service <<'END'
[Service]
Type=exec
ExecStart=/no/such/program
END
  effect 'any(.event == "job" and .unit == "x.service" and .result == "failed")' 'any(.event == "state" and .state == "failed")'
}

@test "effect: [Service] Type: forking has started when its program has ended, and lives on in what that left" {
  unit x.service <<'END'
[Service]
Type=forking
ExecStart=sh -c "setsid sleep 1000 & sleep 0.1"
END
  effect 'before(.event == "exit" and .phase == "ExecStart"; .event == "state" and .state == "running" and .unit == "x.service") and
    before(.event == "exit"; .event == "main" and .comm == "sleep")' 'any(.event == "exit")'
}

@test "effect: [Service] Type: idle begins when nothing else is left to be done" {
  unit x.service <<'END'
[Unit]
Wants=other.service
[Service]
Type=idle
ExecStart=true
END
  unit other.service <<'END'
[Service]
Type=oneshot
ExecStart=sleep 0.5
END
  effect 'before(.event == "exit" and .unit == "other.service"; .event == "exec" and .unit == "x.service")' \
    'any(.event == "exit" and .unit == "other.service") and any(.event == "exec" and .unit == "x.service")'
}

# Two processes are left by a start that is over before one of them writes the PID file.
forked_two() {
  unit x.service <<'END'
[Service]
Type=forking
PIDFile=x.pid
ExecStart=sh -c "sleep 1000 & sh -c 'sleep 0.2; echo $$$$ >/run/x.pid; exec sleep 1000' &"
END
}

@test "effect: [Service] PIDFile: it says who the main process is, and the service is not up before" {
  forked_two
  effect 'before(.event == "exit" and .phase == "ExecStart"; .event == "main") and
    before(.event == "main"; .event == "state" and .state == "running" and .unit == "x.service")'
}

@test "effect: [Service] GuessMainPID: no, and it is up without one" {
  unit x.service <<'END'
[Service]
Type=forking
GuessMainPID=no
ExecStart=sh -c "setsid sleep 1000 & sleep 0.1"
END
  effect 'any(.event == "state" and .state == "running" and .unit == "x.service") and (any(.event == "main") | not)'
}

@test "effect: [Service] RemainAfterExit: it is up when its process has ended" {
  unit x.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=true
END
  effect 'any(.event == "state" and .unit == "x.service" and .state == "exited")'
}

@test "effect: [Service] ExecStart: that is what runs, one after the other" {
  unit x.service <<'END'
[Service]
Type=oneshot
ExecStart=true
ExecStart=sh -c "exit 7"
END
  effect 'before(.event == "exit" and .status == 0; .event == "exit" and .status == 7)'
}

@test "effect: [Service] ExecStartPre: it has ended before the program begins" {
  unit x.service <<'END'
[Service]
ExecStartPre=sleep 0.1
ExecStart=true
END
  effect 'before(.event == "exit" and .phase == "ExecStartPre"; .event == "spawn" and .phase == "ExecStart")'
}

@test "effect: [Service] ExecStartPre: where it fails the program does not run, unless it may" {
  unit x.service <<'END'
[Service]
ExecStartPre=-false
ExecStartPre=sh -c "exit 3"
ExecStart=true
END
  effect 'any(.event == "exit" and .phase == "ExecStartPre" and .status == 3) and
    (any(.event == "spawn" and .phase == "ExecStart") | not) and any(.event == "state" and .state == "failed")'
}

@test "effect: [Service] ExecStartPost: it runs when the program does, and the unit is up after it" {
  unit x.service <<'END'
[Service]
ExecStart=sleep 1000
ExecStartPost=true
END
  effect 'before(.event == "spawn" and .phase == "ExecStart"; .event == "exit" and .phase == "ExecStartPost") and
    before(.event == "exit" and .phase == "ExecStartPost"; .event == "state" and .state == "running" and .unit == "x.service")'
}

@test "effect: [Service] ExecStop: it asks the program to end, before any signal does" {
  unit x.service <<'END'
[Service]
ExecStart=sleep 1000
ExecStop=kill -INT $MAINPID
END
  effect 'before(.event == "spawn" and .phase == "ExecStop"; .event == "killed" and .phase == "ExecStart" and .signal == "INT")'
}

@test "effect: [Service] ExecStopPost: it runs when the program is gone, and knows how it went" {
  unit x.service <<'END'
[Service]
ExecStart=sh -c "exit 5"
ExecStopPost=sh -c "test $SERVICE_RESULT:$EXIT_CODE:$EXIT_STATUS = exit-code:exited:5 && exit 9"
END
  effect 'before(.event == "exit" and .phase == "ExecStart"; .event == "exit" and .phase == "ExecStopPost" and .status == 9)' \
    'any(.event == "state" and .state == "failed")'
}

@test "effect: [Service] Restart: after a failure it is started again" {
  unit x.service <<'END'
[Service]
Restart=on-failure
ExecStart=sh -c "kill -SEGV $$$$"
END
  effect 'any(.event == "restart" and .unit == "x.service")' 'any(.event == "restart")'
}

@test "effect: [Service] RestartSec: so long it waits before" {
  unit x.service <<'END'
[Service]
Restart=always
RestartSec=1500ms
ExecStart=true
END
  effect 'map(select(.event == "spawn") | .time) | length == 2 and .[1] - .[0] >= 1.5' 'times(.event == "spawn") == 2'
}

@test "effect: [Service] RestartPreventExitStatus: such an end is the last one" {
  unit x.service <<'END'
[Service]
Restart=always
RestartPreventExitStatus=3
ExecStart=sh -c "exit 3"
END
  effect 'any(.event == "state" and .state == "failed") and times(.event == "restart") == 0' \
    'any(.event == "state" and .state == "failed") or any(.event == "restart")'
}

@test "effect: [Service] RestartForceExitStatus: such an end is never the last one" {
  unit x.service <<'END'
[Service]
RestartForceExitStatus=SEGV 3
RestartSec=1ms
ExecStart=sh -c "exit 3"
END
  effect 'any(.event == "restart")' 'any(.event == "state" and .state == "failed") or any(.event == "restart")'
}

@test "effect: [Service] RuntimeMaxSec: when it has run for so long, it is stopped and has failed" {
  unit x.service <<'END'
[Service]
RuntimeMaxSec=100ms
ExecStart=sleep 1
END
  effect 'any(.event == "state" and .state == "failed" and .result == "timeout")' 'any(.event == "exit" or .event == "killed")'
}

@test "effect: [Service] RestartKillSignal: that one ends it when it is to be started again" {
  unit x.service <<'END'
[Unit]
Requires=other.service
After=other.service
[Service]
RestartKillSignal=USR1
ExecStart=sleep 1000
END
  unit other.service <<'END'
[Service]
Restart=on-failure
RestartSec=1ms
ExecStart=sh -c "test -e /run/mark && exec sleep 1000; : >/run/mark; sleep 0.3; exit 1"
END
  effect 'any(.event == "killed" and .unit == "x.service" and .signal == "USR1")' \
    'any(.event == "killed" and .unit == "x.service")'
}

@test "effect: [Service] SuccessExitStatus: an end that would be a failure is none" {
  unit x.service <<'END'
[Service]
SuccessExitStatus=3 USR1
ExecStart=sh -c "exit 3"
END
  effect 'any(.event == "state" and .state == "dead" and .unit == "x.service")' 'any(.event == "exit")'
}

@test "effect: [Service] NotifyAccess: with all, a child's word counts" {
  unit x.service <<'END'
[Service]
Type=notify
NotifyAccess=all
ExecStart=sh -c "@HELPERS@/notify READY=1 sleep 1000 & exec sleep 1000"
END
  effect 'any(.event == "notify" and .message == "READY=1") and any(.event == "state" and .state == "running" and .unit == "x.service")' \
    'any(.event == "up" or .event == "notify-refused")'
}

@test "effect: [Service] NotifyAccess: with none there is no socket to speak to" {
  unit x.service <<'END'
[Service]
Type=oneshot
NotifyAccess=main
ExecStart=sh -c 'test -S "$$NOTIFY_SOCKET"'
END
  effect 'any(.event == "exit" and .status == 0)' 'any(.event == "exit")'
}

# --- time-outs ---

@test "effect: [Service] TimeoutStartSec: a start that takes longer is ended" {
  unit x.service <<'END'
[Service]
TimeoutStartSec=100ms
ExecStartPre=sleep 1
ExecStart=true
END
  effect 'any(.event == "state" and .unit == "x.service" and .state == "failed" and .result == "timeout")'
}

# A service that is ready once it ignores TERM, and ends by itself within a second.
stubborn() {
  unit x.service
  unit rest <<'END'
[Service]
Type=notify
ExecStart=sh -c "trap : HUP USR1; trap '' TERM; exec @HELPERS@/notify READY=1 sleep 1"
END
  cat "$UNITS/rest" >>"$UNITS/x.service"
  rm "$UNITS/rest"
}

@test "effect: [Service] TimeoutStopSec: what has not ended by then is killed" {
  stubborn <<<$'[Service]\nTimeoutStopSec=100ms'
  effect 'any(.event == "killed" and .unit == "x.service" and .signal == "KILL")'
}

@test "effect: [Service] TimeoutSec: it bounds a start" {
  unit x.service <<'END'
[Service]
TimeoutSec=100ms
ExecStartPre=sleep 1
ExecStart=true
END
  effect 'any(.event == "state" and .unit == "x.service" and .state == "failed" and .result == "timeout")'
}

@test "effect: [Service] TimeoutSec: and a stop" {
  stubborn <<<$'[Service]\nTimeoutSec=100ms'
  effect 'any(.event == "killed" and .unit == "x.service" and .signal == "KILL")'
}

# --- systemd.kill(5) ---

@test "effect: [Service] KillMode: with process, its child outlives the service" {
  unit x.service <<'END'
[Service]
Type=notify
KillMode=process
ExecStart=sh -c "sleep 1000 & exec @HELPERS@/notify READY=1 sleep 1000"
END
  effect 'before(.event == "left" and .signal == "TERM"; .event == "orphan" and .unit == "x.service")'
}

@test "effect: [Service] KillSignal: that one asks it to end" {
  unit x.service <<'END'
[Service]
KillSignal=USR1
ExecStart=sleep 1000
END
  effect 'any(.event == "killed" and .unit == "x.service" and .signal == "USR1")'
}

@test "effect: [Service] FinalKillSignal: that one follows when it has not ended in time" {
  stubborn <<<$'[Service]\nTimeoutStopSec=100ms\nFinalKillSignal=USR1'
  effect 'before(.event == "kill" and .signal == "TERM"; .event == "killed" and .unit == "x.service" and .signal == "USR1")'
}

@test "effect: [Service] SendSIGKILL: no, and nobody is killed" {
  stubborn <<<$'[Service]\nTimeoutStopSec=100ms\nSendSIGKILL=no'
  effect 'any(.event == "kill" and .signal == "TERM") and (any(.signal == "KILL") | not)'
}

@test "effect: [Service] SendSIGHUP: it follows KillSignal=" {
  stubborn <<<$'[Service]\nSendSIGHUP=yes'
  effect 'any(.event == "killed" and .unit == "x.service" and .signal == "HUP")'
}

# --- systemd.exec(5): what is seen only when a life is over ---

@test "effect: [Service] RuntimeDirectoryPreserve: the next life finds what this one left" {
  unit x.service <<'END'
[Service]
Restart=on-failure
RestartSec=1ms
RuntimeDirectory=kept
RuntimeDirectoryPreserve=restart
ExecStart=sh -c "test -e /run/kept/mark && exit 0; : >/run/kept/mark; exit 1"
END
  effect 'before(.event == "exit" and .status == 1; .event == "exit" and .status == 0)' \
    'any(.event == "exit" and .status == 0) or times(.event == "spawn") >= 3'
}
