# Ten thousand orphans end in one moment, while services start, end and are told to stop; see tests/boot/flood.bats.
# It is the release binary: with the sanitizer's the orphans would wait for minutes. KillMode=process, because with process groups
# a service that waits for its last process waits for all of them.
# variants: root/cgroup root/group
# timeout: 300
load ../lib/common
load ../lib/events
load ../lib/ns
load ../lib/flood

setup() {
  ns_setup
  export EVENTS=$BATS_TEST_TMPDIR/events OUT=$BATS_TEST_TMPDIR/out
}

teardown() {
  ns_teardown
}

@test "the manager loses no status, keeps no signal waiting and tells of all orphans" {
  local units=$BATS_TEST_TMPDIR/units options=()
  mkdir "$units"
  flood_units "$units" "$units"
  printf '%s\n' '[Unit]' After=idler.service '[Service]' KillMode=process \
    "ExecStart=$PRIMER_RELEASE/helpers/flood 10000 1@0 1@10 0@60" "StandardOutput=file:$OUT" >"$units/flood.service"
  [[ $PRIMER_TRACKER == cgroup ]] || options+=(--no-cgroups)
  ns_start "$PRIMER_RELEASE/primer" --manager --units "$units" --main flood.service --events "$EVENTS" "${options[@]}"
  ns_wait 250
  assert_equal "$status" 0
  assert_equal "$(sed -n 's/ gate=.*//p' "$OUT")" orphans=10000
  assert_flood_is_counted 10000
  assert_flood_has_statuses
  # Both of its signals were taken, as one or as two; when, only a machine that counts can say.
  run events 'select(.event == "signal" and .signal == "HUP") | .signal'
  assert_line '"HUP"'
  assert_in_order '.event == "exit" and .unit == "flood.service"' '.event == "exit" and .unit == "idler.service" and .status == 5'
}
