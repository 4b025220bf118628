# The lesson "orphans" where primer is process 1 of a whole machine.
# timeout: 300
load ../lib/common
load ../lib/events
load ../lib/lesson

bats_require_minimum_version 1.5.0

@test "scripts/lesson --vm: the claims hold in a machine" {
  run --separate-stderr "$PRIMER_SOURCE/scripts/vm" run \
    --unit "$PRIMER_SOURCE/services/lessons/orphans.service" \
    --file "$PRIMER_RELEASE/lessons/orphans:/opt/lessons/orphans" \
    --append "primer.unit=orphans.service primer.main=orphans.service primer.log=error" \
    --events "$BATS_TEST_TMPDIR/events"
  assert_success
  printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/output"
  assert_orphans "$BATS_TEST_TMPDIR/output" "$BATS_TEST_TMPDIR/events"
  assert_equal "$(EVENTS=$BATS_TEST_TMPDIR/events events 'select(.event == "hello") | [.life, .pid]')" '["boot",1]'

  PRIMER='' run "$PRIMER_SOURCE/scripts/lesson" --vm orphans
  assert_success
  assert_line "   The kernel's answer: b) its grandparent, who is still there"
}
