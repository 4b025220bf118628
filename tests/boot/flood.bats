# Ten thousand orphans end in one moment, while services start, end and are told to stop. Process 1 loses no
# status, keeps no signal waiting for longer than a turn, and tells of the orphans without pushing out anything else.
#
# One machine for all of it. Its clock counts instructions, so that times can be compared whatever else this host does.
# timeout: 300
load ../lib/common
load ../lib/events
load ../lib/flood

setup_file() {
  local folder=$BATS_FILE_TMPDIR status=0
  flood_units "$folder"
  "$PRIMER_SOURCE/scripts/vm" run --timeout 240 --memory 2048 --events "$folder/events" \
    --unit "$folder/seven.service" --unit "$folder/killed.service" --unit "$folder/failing.service" \
    --unit "$folder/idler.service" --file "$folder/seven:/opt/seven" --file "$folder/killed:/opt/killed" \
    --file "$folder/idler:/opt/idler" --file /usr/bin/mkfifo --file "$PRIMER_RELEASE/helpers/flood:/opt/flood" \
    -- /opt/flood 10000 1@0 1@10 0@60 >"$folder/out" 2>"$folder/err" || status=$?
  printf '%d\n' "$status" >"$folder/status"
}

setup() {
  export EVENTS=$BATS_FILE_TMPDIR/events OUT=$BATS_FILE_TMPDIR/out
}

teardown() {
  [[ -n ${BATS_TEST_COMPLETED-} ]] || cat -- "$BATS_FILE_TMPDIR/err" "$OUT"
}

@test "all ten thousand are made, and the machine ends with the status of what made them" {
  assert_equal "$(<"$BATS_FILE_TMPDIR/status")" 0
  assert_equal "$(sed -n 's/ gate=.*//p' "$OUT")" orphans=10000
}

@test "the orphans' events add up to ten thousand, in few records and without a gap" {
  assert_flood_is_counted 10000
}

@test "every service's end has the right status, in the flood too" {
  assert_flood_has_statuses
  assert_services_in_the_flood
}

@test "signals and a service's stop come through in the midst of it" {
  assert_signals_in_time
  assert_flood_is_interrupted main.service
  # The helper that reads the unit files anew does not stand in line either.
  read -r begin end <<<"$(flood_span)"
  run events "select(.event == \"loaded\" and .time > $begin and .time < $end) | .count"
  refute_output ''
}
