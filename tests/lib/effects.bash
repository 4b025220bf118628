# For tests/ns/effects.bats: what an honoured directive does, shown by taking it away.
#
#   @test "effect: [SECTION] DIRECTIVE: what is seen of it" {
#     unit x.service <<'END' … END
#     effect FILTER [UNTIL]
#   }
#
# A case lives twice: with the directive's lines, where its events must fulfil FILTER, and without them, where they must
# not. So a directive that does nothing cannot have a case here, and neither can one that is only mentioned. Each life
# ends by itself or is told to end once its events fulfil UNTIL. tests/lint/directives reads the names of the cases, and
# knows from them which directives have one.
#
# Relies on manager.bash.
# shellcheck shell=bash disable=SC2154

setup() {
  manager_setup
  SHOWN=''
}

# A case that shows nothing is none.
teardown() {
  ns_teardown
  [[ -z ${BATS_TEST_COMPLETED-} || -n $SHOWN || -n ${BATS_TEST_SKIPPED-} ]] || {
    printf 'the case shows no effect\n' >&2
    return 1
  }
}

# take_away SECTION DIRECTIVE: its lines go from all units. Fails when there is none.
take_away() {
  local file
  for file in "$UNITS"/*; do
    awk -v section="[$1]" -v name="$2=" '
      /^\[/ { here = $0 == section }
      here && index($0, name) == 1 { gone = 1; next }
      { print }
      END { exit !gone }' "$file" >"$BATS_TEST_TMPDIR/without" || continue
    cat -- "$BATS_TEST_TMPDIR/without" >"$file"
    return 0
  done
  printf 'no unit of the case says %s= in [%s]\n' "$2" "$1" >&2
  return 1
}

settled() {
  ns_gone || told "$1"
}

# live UNTIL: one life of a manager.
live() {
  manager_start
  wait_until 20 settled "$1" || {
    cat -- "$EVENTS" >&2
    return 1
  }
  manager_stop
}

effect() {
  local filter=$1 until='any(.event == "up")'
  (($# < 2)) || until=$2
  [[ $BATS_TEST_DESCRIPTION =~ ^effect:\ \[([A-Za-z]+)\]\ ([A-Za-z]+): ]] || {
    printf 'a case is called "effect: [SECTION] DIRECTIVE: what is seen of it"\n' >&2
    return 1
  }
  local section=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]}
  live "$until"
  assert_told "$filter"
  take_away "$section" "$name"
  live "$until"
  ! told "$filter" || {
    printf '%s= makes no difference: without it, too, the events fulfil %s\n' "$name" "$filter" >&2
    cat -- "$EVENTS" >&2
    return 1
  }
  SHOWN=yes
}
