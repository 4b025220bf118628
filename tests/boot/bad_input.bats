# Bad input in one machine: unit files that are damaged, huge, folders, links in a ring, ordered in a ring; a /run that is full;
# a fork bomb, and with it forks of process 1 that fail. Process 1 lives, the rest starts, and each is told once.
#
# timeout: 300
load ../lib/common
load ../lib/events

# The units, as they are in the guest: FOLDER/NAME.
write_units() {
  local folder=$1
  "$PRIMER_SOURCE/tests/boot/bad_input/mutate" "$folder" 200 7
  printf '%s\n' '[Unit]' "Wants=$(cd "$folder" && printf '%s ' mutant-*.service)" >"$folder/mutants.target"
  printf '%s\n' '[Service]' Type=oneshot ExecStart=/bin/true | tee "$folder/good.service" >"$folder/also-good.service"

  truncate -s 100M "$folder/huge.service"
  mkdir "$folder/folder.service"
  ln -s ring.service "$folder/ring.service"
  printf '%s\n' '[Unit]' 'Wants=huge.service folder.service ring.service' >"$folder/no-files.target"

  # Each waits for the next one; the last for the first.
  local -A next=(["cycle-a"]=cycle-b ["cycle-b"]=cycle-c ["cycle-c"]=cycle-a)
  local name
  for name in "${!next[@]}"; do
    printf '%s\n' '[Unit]' "After=${next[$name]}.service" '[Service]' Type=oneshot ExecStart=/bin/true >"$folder/$name.service"
  done
  printf '%s\n' '[Unit]' 'Wants=cycle-a.service cycle-b.service cycle-c.service' >"$folder/cycle.target"

  # In /run is room for nothing, not even for a name.
  cat >"$folder/full.service" <<'END'
[Unit]
After=mutants.target no-files.target cycle.target
[Service]
Type=oneshot
ExecStart=/bin/mount -o remount,size=64k,nr_inodes=48 /run
ExecStart=-/bin/sh -c 'n=0; while n=$((n + 1)); true >/run/$n; do :; done 2>/dev/null'
END
  cat >"$folder/in-full.service" <<'END'
[Unit]
After=full.service
[Service]
Type=oneshot
RuntimeDirectory=in-full
ExecStart=/bin/true
END
  cat >"$folder/beside-full.service" <<'END'
[Unit]
After=full.service in-full.service
[Service]
Type=oneshot
ExecStart=/bin/true
END

  # At the limit of the machine nobody can fork, root and process 1 neither. The ticker has to, all the while.
  cat >"$folder/ticker.service" <<'END'
[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/bin/true
Restart=always
RestartSec=20ms
END
  cat >"$folder/bomb.service" <<'END'
[Unit]
After=beside-full.service ticker.service
[Service]
Type=oneshot
ExecStart=/opt/bomb 300
END
  cat >"$folder/after-bomb.service" <<'END'
[Unit]
After=bomb.service
[Service]
Type=oneshot
ExecStart=/bin/true
END
}

setup_file() {
  local folder=$BATS_FILE_TMPDIR status=0 tree=$BATS_FILE_TMPDIR/root
  mkdir -p "$tree/etc/primer" "$tree/etc/sysctl.d"
  write_units "$tree/etc/primer"
  printf 'kernel.threads-max = 400\n' >"$tree/etc/sysctl.d/few.conf"
  printf '%s\n' '[Unit]' \
    'Wants=mutants.target no-files.target cycle.target full.service in-full.service beside-full.service' \
    'Wants=ticker.service bomb.service after-bomb.service' 'After=after-bomb.service' \
    '[Service]' Type=oneshot ExecStart=/bin/true >"$folder/last.service"
  "$PRIMER_SOURCE/scripts/vm" run --timeout 240 --memory 1024 --events "$folder/events" --console "$folder/console" \
    --unit "$folder/last.service" --append primer.main=last.service --tree "$tree:/" \
    --file /bin/true --file /bin/sh --file /bin/mount \
    --file "$PRIMER_RELEASE/helpers/bomb:/opt/bomb" >"$folder/out" 2>"$folder/err" || status=$?
  printf '%d\n' "$status" >"$folder/status"
}

setup() {
  export EVENTS=$BATS_FILE_TMPDIR/events
}

teardown() {
  [[ -n ${BATS_TEST_COMPLETED-} ]] || tail -n 40 -- "$BATS_FILE_TMPDIR/err" "$BATS_FILE_TMPDIR/out"
}

# result_of UNIT: its first start job's.
result_of() {
  events "select(.event == \"job\" and .unit == \"$1\" and .job == \"start\") | .result" | head -n 1
}

@test "the machine comes up, its last unit runs, and it goes down with that unit's status" {
  assert_equal "$(<"$BATS_FILE_TMPDIR/status")" 0
  assert_equal "$(events 'select(.event == "exit" and .unit == "last.service") | .status')" 0
  assert_equal "$(events 'select(.event == "gap")')" ''
  assert_equal "$(jq -s '[.[].seq] == [range(1; length + 1)]' "$EVENTS")" true
}

@test "each of 200 damaged unit files is started, or is told with what is wrong" {
  run jq -s '
    (map(select(.event == "job" and .job == "start").unit) + map(select(.event == "finding" and .severity == "error").unit))
    | map(select(startswith("mutant-"))) | unique | length' "$EVENTS"
  assert_output 200
  # There are many of both.
  run jq -s '
    map(select((.unit // "") | startswith("mutant-")))
    | [(map(select(.event == "exec").unit) | unique | length), (map(select(.event == "finding").unit) | unique | length)]
    | map(. > 10)' -c "$EVENTS"
  assert_output '[true,true]'
  assert_equal "$(result_of good.service)" '"done"'
}

@test "a huge file, a folder and a ring of links are one error each" {
  run events 'select(.event == "finding" and (.unit | IN("huge.service", "folder.service", "ring.service"))) | [.unit, .severity]'
  assert_equal "$(sort <<<"$output")" $'["folder.service","error"]\n["huge.service","error"]\n["ring.service","error"]'
}

@test "an ordering cycle is told by its path, and broken at one of its jobs" {
  run events 'select(.event == "cycle") | [.unit, .before]'
  assert_equal "$(sort <<<"$output")" \
    $'["cycle-a.service","cycle-b.service"]\n["cycle-b.service","cycle-c.service"]\n["cycle-c.service","cycle-a.service"]'
  assert_equal "$(events 'select(.event == "exit" and (.unit | startswith("cycle-"))) | .status')" $'0\n0'
}

@test "in a full /run a runtime directory cannot be made: the step and its error are told, and others start" {
  assert_equal "$(events 'select(.event == "exec-failed" and .unit == "in-full.service") | [.step, .errno]')" '["runtime-directory","ENOSPC"]'
  assert_equal "$(result_of in-full.service)" '"failed"'
  assert_equal "$(result_of beside-full.service)" '"done"'
}

@test "a fork bomb: it ends with its service, process 1's forks that failed are told, and what waited for them starts" {
  assert_equal "$(events 'select(.event == "exit" and .unit == "bomb.service" and .phase == "ExecStart") | .status')" 0
  assert_equal "$(events 'select(.event == "spawn-failed") | [.unit, .errno]' | sort -u)" '["ticker.service","EAGAIN"]'
  # It is there again once the bomb has gone.
  assert_in_order '.event == "spawn-failed" and .unit == "ticker.service"' \
    '.event == "kill" and .unit == "bomb.service"' \
    '.event == "job" and .unit == "after-bomb.service" and .result == "done"'
  run jq -s '(map(.event == "spawn-failed") | rindex(true)) < (map(.event == "exit" and .unit == "ticker.service") | rindex(true))' "$EVENTS"
  assert_output true
}
