#!/usr/bin/env bats
# primerctl's verbs that tell more: of files, dependencies, times and processes, against a manager that runs.
# variants: root/cgroup user/group
# timeout: 300
# shellcheck disable=SC2154 # ns_wait sets status

load ../lib/common
load ../lib/ns
load ../lib/manager
load ../lib/ctl

setup() {
  ctl_setup
  unit x.service <<<$'[Unit]\nWants=web.service\nAfter=web.service\n[Service]\nType=exec\nExecStart=sleep 1000'
  unit web.service <<<$'[Unit]\nDescription=A web server\nRequires=db.service\nAfter=db.service\n[Service]\nType=exec\nExecStart=sleep 1000\n Environment = SECRET=swordfish \\\n# not the end\n OTHER=swordfish\nEnvironment=A=swordfish'
  unit db.service <<<$'[Service]\nType=exec\nExecStart=sleep 1000'
}

teardown() {
  ns_teardown
}

@test "cat: the file and its drop-ins in the order in which they count, each below its path; values are root's" {
  mkdir "$UNITS/web.service.d" "$UNITS/service.d"
  printf '[Service]\nNice=1' >"$UNITS/web.service.d/20-b.conf"
  printf '[Service]\nNice=2\n' >"$UNITS/service.d/10-a.conf"
  running
  run ctl cat --json web
  assert_success
  assert_equal "$(jq -c '[.unit, .path]' <<<"$output")" "[\"web.service\",\"$UNITS/web.service\"]
[\"web.service\",\"$UNITS/service.d/10-a.conf\"]
[\"web.service\",\"$UNITS/web.service.d/20-b.conf\"]"
  run ctl cat web db
  assert_success
  assert_line --index 0 "# $UNITS/web.service"
  assert_line --regexp "^Environment=A=swordfish$"
  assert_line "# $UNITS/db.service"
  if [[ $PRIMER_AS == root ]]; then # as_another is root, from outside, where the manager is a user's
    run as_another cat web
    assert_success
    refute_output --partial swordfish
    assert_equal "$(grep -c 'Environment=(for root alone)' <<<"$output")" 2
    assert_line ExecStart='sleep 1000'
  fi
  run ctl cat no-such web
  assert_failure 4
  assert_line "# $UNITS/web.service"
  assert_line --partial 'no-such.service: there is no such unit'
  # Without a manager.
  run "$ctl_program" cat --units "$UNITS" db
  assert_success
  assert_line --index 0 "# $UNITS/db.service"
}

@test "deps: a tree of what is required and wanted, and of who requires and wants it; a circle ends" {
  unit db.service <<<$'[Unit]\nWants=x.service\n[Service]\nType=exec\nExecStart=sleep 1000'
  running
  run ctl deps x
  assert_success
  assert_line --index 0 '● x.service'
  assert_line --regexp '^● (├─|└─)web.service$'
  assert_line --regexp '^● [│ ]+ (├─|└─)db.service$'
  assert_line --regexp '^● .*x.service \(above\)$'
  run ctl deps --json web
  assert_equal "$(jq -c 'select(.of == "web.service" and .unit == "db.service")' <<<"$output")" \
    '{"unit":"db.service","of":"web.service","kind":"requires","depth":1}'
  run ctl deps --json --reverse db
  assert_success
  assert_equal "$(jq -c 'select(.depth == 1)' <<<"$output")" \
    '{"unit":"web.service","of":"db.service","kind":"required-by","depth":1}'
  assert_equal "$(jq -r 'select(.of == "web.service").unit' <<<"$output")" x.service
}

@test "show: KEY=VALUE, all or those that are asked for, of several units" {
  unit pass.service <<<$'[Unit]\nPropagatesReloadTo=web.service\n[Service]\nExecStart=true'
  running
  run ctl show web
  assert_success
  assert_line unit=web.service
  assert_line active=active
  assert_line "path=$UNITS/web.service"
  assert_line --regexp '^main-pid=[0-9]+$'
  assert_line --regexp '^requires=(.* )?db.service( .*)?$'
  assert_line wanted-by=x.service
  refute_output --partial swordfish
  run ctl show --property state,main-pid web
  assert_line --index 0 state=running
  assert_equal "${#lines[@]}" 2
  run ctl show --json --property=unit,restarts,path 'w*' db
  assert_equal "$(jq -c . <<<"$output")" "{\"unit\":\"web.service\",\"restarts\":0,\"path\":\"$UNITS/web.service\"}
{\"unit\":\"db.service\",\"restarts\":0,\"path\":\"$UNITS/db.service\"}"
  run ctl show pass
  assert_line propagates-reload-to=web.service
  run ctl show nothing
  assert_failure 4
}

@test "zombies: each with the parent that does not wait" {
  unit bad.service <<<$'[Service]\nType=exec\nExecStart=perl -e \'fork or exit; $0 = "careless"; sleep 1000\''
  running
  run ctl zombies
  assert_success
  assert_output ''
  ctl start bad
  local parent
  parent=$(ctl show --property main-pid bad)
  is_there() { [[ $(ctl zombies --json | jq -r .parent) == "${parent#*=}" ]]; }
  wait_until 20 is_there
  run ctl zombies --json
  assert_equal "$(jq -c '[.name, ."parent-name", (.pid | type)]' <<<"$output")" '["perl","careless","number"]'
}

@test "patterns: all units that match; several units have a result each, and one status" {
  unit a1.service <<<$'[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true'
  unit a2.service <<<$'[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=false'
  running
  run ctl start --json 'a?.service' a1 b1
  assert_failure 1
  assert_equal "$(grep "^{" <<<"$output" | jq -c '[.unit, .end, .active, .result, .errno]')" '["a1.service","done","active",null,null]
["a2.service","failed","failed","exit-code",null]
["a1.service","done","active",null,null]
["b1.service","refused",null,null,"ENOENT"]'
  run ctl is-active 'a*'
  assert_output $'active\nfailed'
  run ctl stop '[ax]*'
  assert_success
  run ctl is-active x a1
  assert_output $'inactive\ninactive'
  run ctl start 'z*'
  assert_failure 4
  assert_output --partial 'no unit is called so'
}

@test "blame and critical-chain: who took how long, and what it waited for" {
  unit db.service <<END
[Service]
Type=notify
NotifyAccess=all
ExecStart=sh -c 'sleep 1; $ctl_program notify READY=1 && exec sleep 1000'
END
  running
  run ctl blame --json
  assert_success
  assert_equal "$(jq -s -r '.[0].unit' <<<"$output")" db.service
  assert_equal "$(jq -s '.[0].took >= 1 and (map(.took) == (map(.took) | sort | reverse)) and all(.ready > 0)' <<<"$output")" true
  run ctl blame
  assert_line --index 0 --regexp $'^[1-9][0-9]*\.[0-9]{6}\t[0-9.]+\tdb.service$'
  run ctl critical-chain --json x
  assert_success
  assert_equal "$(jq -r .unit <<<"$output" | head -3 | xargs)" 'x.service web.service db.service'
  run ctl critical-chain
  assert_line --index 0 --regexp $'\tx.service$'
  run ctl critical-chain none
  assert_failure 4
}

@test "explain: the steps that are in force for this unit's file, in their order, and no others" {
  unit all.service <<'END'
[Service]
User=root
Nice=3
UMask=077
LimitNOFILE=100
NoNewPrivileges=yes
ExecStartPre=+true
ExecStart=sleep 1000
END
  running
  run ctl explain --json db
  assert_success
  assert_equal "$(jq -r .step <<<"$output" | xargs)" 'fork session stdio environment arguments signals exec'
  assert_equal "$(jq -s -c 'map(.phase) | unique' <<<"$output")" '["ExecStart"]'
  assert_equal "$(jq -s -r '.[-1].page' <<<"$output")" 'execve(2)'
  run ctl explain --json all
  assert_equal "$(jq -r 'select(.phase == "ExecStart").step' <<<"$output" | xargs)" \
    'fork session umask account stdio nice environment arguments limits groups identity no-new-privileges signals exec'
  assert_equal "$(jq -r 'select(.phase == "ExecStartPre").step' <<<"$output" | xargs)" \
    'fork session umask account stdio nice environment arguments signals exec'
  run ctl explain db
  assert_line --regexp $'^ExecStart\texec\texecve\\(2\\)\t'
}
