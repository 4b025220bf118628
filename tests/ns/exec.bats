#!/usr/bin/env bats
# Between fork and exec: the settings that need a right, and every honoured directive from its line to its effect, as
# root and in a user namespace, with cgroups and without. The cases are in C, and enter the namespaces by themselves.

load ../lib/common
load ../lib/ns

setup() {
  ns_setup
}

# passes NAME: the unit test NAME passes in this variant.
passes() {
  local program=$PRIMER_BUILD/unit/$1
  [[ -x $program ]] || skip_loudly "$program is not built"
  run "$program"
  assert_success
  assert_output --partial "PASSED"
}

@test "users, groups, capabilities, runtime folders and cgroups are as the unit says" {
  passes test_exec_rights
  # Without cgroups, and only then, the case about them is skipped.
  if [[ $PRIMER_TRACKER == cgroup ]]; then
    refute_output --partial SKIPPED
  fi
}

@test "every honoured directive of systemd.exec has its effect" {
  passes test_exec_directives
}
