# For tests of the manager life: `primer --manager` as PID 1 of namespaces in this run's variant, its units in one
# folder and its events in another.
#
#   unit NAME <<'END'           a unit file of the case
#   manager_start [OPTIONS…]    starts a manager of them; x.service is the unit to start
#   manager_stop                tells it to end, and waits until it has; $status is its own
#   told FILTER                 whether its events so far, as one array, fulfil the jq FILTER
#
# Filters may say before(FIRST; SECOND): an event is FIRST, one is SECOND, and the first of each stand in that order;
# and times(WHICH): how many are.
# Relies on common.bash and ns.bash.
# shellcheck shell=bash disable=SC2034,SC2154 # the cases read what is set here; ns.bash sets what is read

manager_helpers=$PRIMER_BUILD/helpers

# shellcheck disable=SC2016 # the variables are jq's
manager_filters='
  def before(a; b): (map(a) | index(true)) as $a | (map(b) | index(true)) as $b
    | $a != null and $b != null and $a < $b;
  def times(f): map(select(f)) | length;
'

# manager_setup: an empty folder of units, and one that the variant's user may write to.
manager_setup() {
  ns_setup
  UNITS=$BATS_TEST_TMPDIR/units EVENTS=$BATS_TEST_TMPDIR/events
  mkdir -- "$UNITS"
}

# unit NAME: its text is the input; @HELPERS@ is the folder of the test helpers.
unit() {
  sed "s|@HELPERS@|$manager_helpers|g" >"$UNITS/$1"
}

manager_start() {
  rm -f -- "$EVENTS"
  ns_start "$PRIMER" --manager --units "$UNITS" --unit x.service --events "$EVENTS" "$@"
}

told() {
  [[ -s $EVENTS ]] && jq -n -e "$manager_filters [inputs] | $1" "$EVENTS" >/dev/null 2>&1
}

# wait_told FILTER: until the events fulfil it; shows them when they do not.
wait_told() {
  wait_until 20 told "$1" || {
    cat -- "$EVENTS" >&2
    return 1
  }
}

assert_told() {
  told "$1" || {
    printf 'the events do not fulfil: %s\n' "$1" >&2
    cat -- "$EVENTS" >&2
    return 1
  }
}

manager_stop() {
  kill -TERM "$NS_INIT" 2>/dev/null || true # it may have ended by itself
  ns_wait
}
