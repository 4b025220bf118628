#!/usr/bin/env bats
# The entrypoint life while everything goes wrong: its calls fail, and signals come at the worst moments.
# variants: root/group
# timeout: 600

load ../lib/common
load ../lib/ns

bats_require_minimum_version 1.5.0

setup() {
  ns_setup
}

# The release binary has the calls that users get, and no sanitizer's.
release=$PRIMER_RELEASE/primer

# possible COMMAND…: as run does; skips the case when the command says, with 77, that it cannot be done here.
possible() {
  run "$@"
  [[ $status != 77 ]] || skip_loudly "$output"
}

@test "every system call fails in turn with every errno of its page: no hang, no false 0, nothing left in silence" {
  [[ -x $release ]] || skip_loudly "no $release: run scripts/build release"
  possible "$PRIMER_BUILD/fault/entry_fault" "$release"
  printf '%s\n' "$output"
  assert_success
  assert_line --regexp '^[0-9]{4} runs, 0 findings, 0 errors that no run met with'
}

@test "all 64 signals at random moments of start, run and stop: the status is right, and nothing is left" {
  # In a namespace of its own, with which everything ends should the storm itself be ended.
  possible "$PRIMER_SOURCE/tests/lib/enter" "$PRIMER_BUILD/fault/entry_storm" "$PRIMER" 10
  printf '%s\n' "$output"
  assert_success
  assert_line --regexp '^[0-9]+ runs, 640 signals, 0 findings$'
}
