# primer.explain tells every step with its reason and its manual page; primer.break= stops before one,
# with a shell for a person, who is played by expect. Both on the demo.
# timeout: 600
load ../lib/common
load ../lib/events
load ../lib/steps

setup() {
  export PRIMER=$PRIMER_RELEASE/primer EVENTS=$BATS_TEST_TMPDIR/events
  boot=$PRIMER_SOURCE/scripts/boot
  here=$PRIMER_SOURCE/tests/boot/explain
  cd "$BATS_TEST_TMPDIR" || return
}

# rows_of FILE: the names of the steps in its table. told_by TABLE: those of its step events.
rows_of() {
  step_rows "$PRIMER_SOURCE/$1" | awk '{ print $4 }'
}

told_by() {
  jq -r "select(.event == \"step\" and .table == \"$1\").step" "$EVENTS"
}

@test "primer.explain: the boot, its helper, each service's child and the way down, step by step" {
  run "$boot" "--events=$EVENTS" primer.explain </dev/null
  assert_success
  # The rows of the tables, in their order, none left out and none beside them. A service's child tells what was for
  # it to do.
  told_by boot >told
  rows_of init/boot/boot.c | diff - told
  told_by setup >told
  rows_of init/boot/setup.c | diff - told
  # Behind "unmount" nobody may see the events any more.
  told_by stop >told
  rows_of init/stop/stop.c | head -n "$(wc -l <told)" | diff - told
  grep -q -x status told
  told_by exec | sort -u >told
  assert_equal "$(comm -13 <(rows_of init/exec/command.c | sort) told)" ''
  assert_in_order \
    '.event == "step" and .table == "boot" and .step == "setup"' \
    '.event == "step" and .table == "setup" and .step == "hostname"' \
    '.event == "step" and .table == "exec" and .unit == "primes.service" and .step == "session"' \
    '.event == "step" and .table == "exec" and .unit == "primes.service" and .step == "identity"' \
    '.event == "step" and .table == "exec" and .unit == "primes.service" and .step == "exec"' \
    '.event == "exec" and .unit == "primes.service"' \
    '.event == "step" and .table == "stop" and .step == "terminate"'
  # What was not for it to do is not told: only primes.service has a user.
  assert_equal "$(events 'select(.event == "step" and .step == "identity") | .unit')" '"primes.service"'

  # Each of them is a line on the console, in the same order: table, unit, name, reason and manual page.
  # (Those behind the last look at the events are seen by nobody any more.)
  local line='^\[[0-9.]+\] (boot|setup|exec [a-z]+\.service|stop) [a-z-]+: [^ ].*[.] \([A-Za-z0-9_.-]+\([0-9][a-z]*\)\)( nothing to do)?$'
  local wanted told
  wanted=$(events 'select(.event == "step" and .errno == null) | [.table, .unit, .step | values] | join(" ")' | tr -d '"')
  told=$(grep -E "$line" <<<"$output" | sed -E 's/^\[[0-9.]+\] ([^:]*): .*/\1/')
  assert_equal "$(head -n "$(wc -l <<<"$told")" <<<"$wanted")" "$told"
  (($(wc -l <<<"$told") >= $(wc -l <<<"$wanted") - 3))
}

@test "without primer.explain nobody is asked for their children's steps" {
  run "$boot" "--events=$EVENTS" </dev/null
  assert_success
  assert_equal "$(events 'select(.event == "step" and .table == "exec" and .errno == null)')" ''
  refute_line --regexp '^\[[0-9.]+\] boot '
}

@test "primer.break=: before a step of the boot, of a service's child and of the way down" {
  run expect "$here/break.exp" "$boot" "--events=$EVENTS" "primer.break=cgroup,primes.service/identity,unmount"
  assert_success
  assert_in_order \
    '.event == "step" and .step == "tmp"' \
    '.event == "break" and .step == "cgroup"' \
    '.event == "step" and .step == "cgroup"' \
    '.event == "break" and .step == "identity" and .unit == "primes.service"' \
    '.event == "step" and .step == "identity" and .unit == "primes.service"' \
    '.event == "state" and .unit == "primes.service" and .state == "running"' \
    '.event == "break" and .step == "unmount"' \
    '.event == "step" and .step == "unmount"'
  assert_equal "$(events 'select(.event == "break")' | wc -l)" 3
}

@test "whoever is at a break in a child is not late: neither a start's time-out nor the helper's ends it" {
  run expect "$here/late.exp" "$PRIMER_SOURCE/scripts/vm" run --manifest "$PRIMER_SOURCE/initramfs/demo" \
    --events "$EVENTS" --append "primer.main=tour.service primer.break=hostname,primes.service/identity"
  assert_success
  assert_equal "$(events 'select(.event == "report" or .event == "restart" and .unit == "primes.service")')" ''
  assert_equal "$(events 'select(.event == "spawn" and .unit == "primes.service")' | wc -l)" 1
}

@test "primer.break= with no such step is refused with the nearest, and the boot goes on" {
  run "$PRIMER_SOURCE/scripts/vm" run --manifest "$PRIMER_SOURCE/initramfs/demo" --events "$EVENTS" \
    --append "primer.main=tour.service primer.break=cgrup,proc primer.explian"
  assert_success
  assert_equal "$(events 'select(.event == "option") | [.argument, .nearest]')" \
    '["cgrup","cgroup"]
["proc",null]
["primer.explian","explain"]'
  assert_equal "$(events 'select(.event == "break")')" ''
}

@test "primer.break= knows every step by its name, stops before each that comes, and no other" {
  local file names=()
  for file in init/boot/boot.c init/boot/setup.c init/exec/command.c init/stop/stop.c; do
    mapfile -t -O "${#names[@]}" names < <(rows_of "$file")
  done
  # No shell comes along, so each stop is over at once.
  printf '[Service]\nType=exec\nExecStart=%s 0\n' /opt/show >"$BATS_TEST_TMPDIR/x.service"
  run "$PRIMER_SOURCE/scripts/vm" run --unit "$BATS_TEST_TMPDIR/x.service" --file "$PRIMER_BUILD/helpers/entry_show:/opt/show" \
    --events "$EVENTS" --append "primer.main=x.service primer.break=$(
      IFS=,
      printf '%s' "${names[*]}"
    )"
  assert_success
  # Those that had run before the command line was read are refused, each with the reason, and none else is.
  assert_equal "$(jq -r 'select(.event == "option").argument' "$EVENTS")" "$(rows_of init/boot/boot.c | sed '/^command-line$/q')"
  jq -r 'select(.event == "break").step' "$EVENTS" >told
  {
    rows_of init/boot/boot.c | sed '1,/^command-line$/d'
    rows_of init/boot/setup.c
    rows_of init/exec/command.c
    rows_of init/stop/stop.c
  } | sort >known
  sort told | diff known -
}

@test "rescue gives a shell before the services, emergency one before the boot's helper" {
  local word last
  while read -r word last; do
    run expect "$here/rescue.exp" "$boot" "--events=$EVENTS" "$word"
    assert_success
    assert_in_order \
      ".event == \"step\" and .step == \"$last\"" \
      ".event == \"step\" and .step == \"$word\"" \
      '.event == "spawn"' \
      '.event == "status" and .code == 0'
  done <<'END'
rescue units
emergency loopback
END
}
