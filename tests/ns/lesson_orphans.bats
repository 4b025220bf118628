# The claims of the lesson "orphans", on the kernel's own answers and on the events of process 1.
load ../lib/common
load ../lib/ns
load ../lib/events
load ../lib/lesson

setup() { ns_setup; }
teardown() { ns_teardown; }

@test "process 1 collects orphans and left zombies, and never sees what a subreaper adopts" {
  local units=$BATS_TEST_TMPDIR/units
  mkdir "$units"
  cp "$PRIMER_SOURCE/services/lessons/orphans.service" "$units"
  # The words in quotes are for the shell that becomes primer.
  # shellcheck disable=SC2016
  ns_start sh -ec '
    mount -t tmpfs none /opt
    mkdir /opt/lessons
    cp "$1" /opt/lessons
    shift
    exec "$@" 2>"$0"' "$BATS_TEST_TMPDIR/log" "$PRIMER_BUILD/lessons/orphans" \
    "$PRIMER" --manager --units "$units" --unit orphans.service --main orphans.service \
    --events "$BATS_TEST_TMPDIR/events"
  ns_wait
  assert_equal "$status" 0
  assert_orphans "$NS_LOG" "$BATS_TEST_TMPDIR/events"
}
