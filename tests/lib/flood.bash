# For the tests of floods: services that start and end all the while, and what must be true of the events of a run
# in which tests/helpers/flood was the main unit's program. Its output is in the file $OUT.
#
# Relies on common.bash and events.bash.
# shellcheck shell=bash disable=SC2154

# flood_units FOLDER [PROGRAMS]: the units, and their programs, which they run as PROGRAMS/NAME.
flood_units() {
  local folder=$1 programs=${2:-/opt} name
  printf '#!/bin/sh\nexit 7\n' >"$folder/seven"
  printf '#!/bin/sh\nkill -USR1 $$\n' >"$folder/killed"
  printf '#!/bin/sh\ntrap "exit 5" TERM\nmkfifo /run/idler\nread -r _ <>/run/idler\n' >"$folder/idler"
  chmod +x "$folder"/{seven,killed,idler}
  for name in seven killed; do
    printf '%s\n' '[Unit]' StartLimitIntervalSec=0 '[Service]' "ExecStart=$programs/$name" \
      Restart=always RestartSec=30ms 'SuccessExitStatus=7 USR1' >"$folder/$name.service"
  done
  printf '%s\n' '[Service]' "ExecStart=$programs/idler" SuccessExitStatus=5 >"$folder/idler.service"
  printf '%s\n' '[Service]' Type=oneshot ExecStart=/nowhere/at/all >"$folder/failing.service"
}

# flood_span: the times, in seconds since the boot, at which the flood began and its last orphan was told.
flood_span() {
  local gate
  gate=$(sed -n 's/.* gate=//p' "$OUT")
  jq -rs --argjson gate "$gate" '[$gate / 1e9, (map(select(.event == "orphan").time) | max)] | join(" ")' "$EVENTS"
}

assert_flood_is_counted() {
  assert_equal "$(jq -s 'map(select(.event == "orphan").count) | add' "$EVENTS")" "$1"
  assert_equal "$(events 'select(.event == "gap")')" ''
  # What the gate lets through: 32, and 16 a second.
  assert_equal "$(jq -s 'map(select(.event == "orphan")) | length <= 34 + 16 * (.[-1].time - .[0].time)' "$EVENTS")" true
  assert_equal "$(jq -s '[.[].seq] == [range(1; length + 1)]' "$EVENTS")" true
  assert_equal "$(events 'select(.event == "exec-failed") | [.unit, .errno]')" '["failing.service","ENOENT"]'
}

assert_flood_has_statuses() {
  # Every process of these that was forked has ended, and is told with its own status.
  assert_equal "$(events 'select(.event == "exit" or .event == "killed") | select(.unit == "seven.service") | [.event, .status]' | sort -u)" \
    '["exit",7]'
  assert_equal "$(events 'select(.event == "exit" or .event == "killed") | select(.unit == "killed.service") | [.event, .signal]' | sort -u)" \
    '["killed","USR1"]'
  local unit
  for unit in seven killed; do
    assert_equal "$(events "select(.event == \"spawn\" and .unit == \"$unit.service\") | .pid" | sort)" \
      "$(events "select((.event == \"exit\" or .event == \"killed\") and .unit == \"$unit.service\") | .pid" | sort)"
  done
}

# What services do goes on in the flood, not only around it.
assert_services_in_the_flood() {
  local begin end unit
  read -r begin end <<<"$(flood_span)"
  for unit in seven killed; do
    run events "select((.event == \"exit\" or .event == \"killed\") and .unit == \"$unit.service\" and .time > $begin and .time < $end)"
    refute_output ''
  done
}

# assert_signals_in_time: for a clock that only counts what is done in the machine.
assert_signals_in_time() {
  local begin end told
  read -r begin end <<<"$(flood_span)"
  # For each signal that was sent the first that was told from then on (two can become one). Before process 1 runs for
  # the first time, it can wait for the processor as long as all others; then it is in the first turn, of 64 orphans.
  # Later, an eighth of the flood is many turns.
  told=$(jq -cs --rawfile out "$OUT" --argjson limit "$(jq -n "($end - $begin) / 8")" \
    '[$out | scan("sent 1 ([0-9]+)") | .[0] | tonumber / 1e9] as $sent
     | map(select(.event == "orphan")) as $orphans
     | map(select(.event == "signal" and .signal == "HUP")) as $seen
     | [$sent[] as $at | [$seen[] | select(.time >= $at)][0]
        | .time - $at < $limit or (.seq as $seq | [$orphans[] | select(.seq < $seq).count] | add // 0) <= 64]' "$EVENTS")
  assert_equal "$told" '[true,true]'
}

# assert_flood_is_interrupted UNIT: a signal, UNIT's end and the stop that it brings are not put off until the flood is over.
assert_flood_is_interrupted() {
  local begin end
  read -r begin end <<<"$(flood_span)"
  assert_in_order '.event == "signal" and .signal == "HUP"' \
    ".event == \"exit\" and .unit == \"$1\" and .status == 0" \
    '.event == "stopping"' \
    '.event == "kill" and .unit == "idler.service" and .signal == "TERM"' \
    '.event == "exit" and .unit == "idler.service" and .status == 5' \
    ".event == \"orphan\" and .time == $end"
}
