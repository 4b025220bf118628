# For the tests of lessons: what a program printed, and what process 1 has seen of it.
#
#   assert_orphans OUTPUT EVENTS    the claims of the lesson "orphans", on the files of both
#
# Relies on common.bash and events.bash.
# shellcheck shell=bash

# number_in FILE PATTERN: what the pattern's parenthesis is in the file; exactly one line has it.
number_in() {
  local found
  found=$(sed -n -E "s/.*$2.*/\1/p" "$1")
  [[ $found =~ ^[0-9]+$ ]] || {
    printf 'not one number for "%s" in %s: %s\n' "$2" "$1" "$found" >&2
    cat -- "$1" >&2
    return 1
  }
  printf '%s\n' "$found"
}

assert_orphans() {
  # shellcheck disable=SC2034 # for events
  local output=$1 EVENTS=$2 main first second zombie question
  # The numbers by which the program knew its family, question by question.
  for question in 1 2 3; do
    sed -n "/^$question\. /,/answer/p" "$output" >"$BATS_TEST_TMPDIR/question$question"
  done
  first=$(number_in "$BATS_TEST_TMPDIR/question1" 'forked child ([0-9]+)')
  main=$(number_in "$BATS_TEST_TMPDIR/question1" 'the grandparent ([0-9]+)')
  second=$(number_in "$BATS_TEST_TMPDIR/question2" 'forked child ([0-9]+)')
  zombie=$(number_in "$BATS_TEST_TMPDIR/question3" 'child ([0-9]+) has ended')

  # What the program saw: process 1 adopts, but for a subreaper's orphan; a zombie stays one under KILL.
  assert_equal "$(sed -n 's/ *answer: //p' "$output" | tr -d '\n')" cbc
  assert_equal "$(number_in "$BATS_TEST_TMPDIR/question1" 'getppid\(\): ([0-9]+)')" 1
  assert_equal "$(number_in "$BATS_TEST_TMPDIR/question2" 'getppid\(\): ([0-9]+)')" "$main"
  assert_file_contains "$BATS_TEST_TMPDIR/question3" 'status 7; its state: Z'

  # What process 1 saw: it collected the first child, with its status the zombie that its main process
  # left behind, and the subreaper's orphan never.
  assert_equal "$(events 'select(.event == "orphan" and .pid != '"$zombie"') | [.unit, .pid, .code]')" \
    "[\"orphans.service\",$first,0]"
  assert_in_order ".event == \"exit\" and .unit == \"orphans.service\" and .pid == $main and .status == 0" \
    ".event == \"orphan\" and .unit == \"orphans.service\" and .pid == $zombie and .code == 7"
  assert_equal "$(events "select(.pid == $second or .parent == $second)")" ''
}
