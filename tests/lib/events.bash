# For tests that assert on primer's events, the JSON lines of a run. They are in the file $EVENTS.
#
#   events FILTER               what jq finds in each event, one line each
#   seq_of FILTER               the number of the first event for which FILTER is true; fails without one
#   assert_in_order FILTER…     each FILTER's first event comes after the one before
#
# Relies on common.bash and jq.
# shellcheck shell=bash disable=SC2154 # EVENTS is the caller's

events() {
  jq -c "$1" "$EVENTS"
}

seq_of() {
  local seq
  seq=$(jq -s "map(select($1))[0].seq // empty" "$EVENTS")
  [[ -n $seq ]] || {
    printf 'no event is: %s\n' "$1" >&2
    return 1
  }
  printf '%s\n' "$seq"
}

assert_in_order() {
  local filter before=0 seq
  for filter in "$@"; do
    seq=$(seq_of "$filter")
    ((seq > before)) || {
      printf 'comes too early, as number %d and before %d: %s\n' "$seq" "$before" "$filter" >&2
      return 1
    }
    before=$seq
  done
}
