#!/usr/bin/env bats
# Between fork and exec: the settings that need a right, as root and in a user namespace, with cgroups and
# without. The cases themselves are in tests/unit/test_exec_rights.c, which enters the namespaces by itself.

load ../lib/common
load ../lib/ns

setup() {
  ns_setup
}

@test "users, groups, capabilities, runtime folders and cgroups are as the unit says" {
  local program=$PRIMER_BUILD/unit/test_exec_rights
  [[ -x $program ]] || skip_loudly "$program is not built"
  run "$program"
  assert_success
  # Without cgroups, and only then, the case about them is skipped.
  if [[ $PRIMER_TRACKER == cgroup ]]; then
    refute_output --partial SKIPPED
  fi
  assert_output --partial "PASSED"
}
