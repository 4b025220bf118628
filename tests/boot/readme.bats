# The README's commands, as it gives them, and the transcript in it, word for word but for the times.
# timeout: 900
load ../lib/common

bats_require_minimum_version 1.5.0

readme=$PRIMER_SOURCE/README.md

# The commands, and a pattern for the status of each; "above" for those that other tests run. Whether a budget is met
# is for a quiet machine to say, not for a test.
declare -gA status_of=(
  ["scripts/boot"]='above: boot/demo'
  ["scripts/test"]='above: this is one of its tests'
  ["scripts/vm run --append primer.explain -- /bin/echo hello"]='above: the transcript'
  ["scripts/vm run -- /bin/sh -c 'exit 7'"]=7
  ["scripts/lesson orphans"]=0
  ["scripts/bench boot 1"]='[01]'
  ["scripts/bench entry 10"]='[01]'
)

setup() {
  cd "$PRIMER_SOURCE" || return
  unset PRIMER # the release's
}

# commands: each on a line, without what is said about it.
commands() {
  sed -n 's/^    \(\$ \)\{0,1\}\(scripts\/.*\)/\2/p' "$readme" | sed 's/  *#.*//'
}

# transcript COMMAND: what the README shows as its output.
transcript() {
  awk -v command="    \$ $1" '$0 == command { here = 1; next } here && !/^    / { exit } here { print substr($0, 5) }' "$readme"
}

without_times() {
  sed 's/^\[[0-9.]*\] //'
}

@test "every command does what is said of it" {
  local command expected
  commands | grep -q .
  while IFS= read -r command; do
    expected=${status_of[$command]-}
    [[ -n $expected ]] || fail "no test runs what the README names: $command"
    [[ $expected != above* ]] || continue
    run bash -c "$command" </dev/null
    # shellcheck disable=SC2053 # it is a pattern
    [[ $status == $expected ]] || fail "$command: status $status, not $expected: $output"
  done < <(commands)
  for command in "${!status_of[@]}"; do
    run -0 grep -q -x -F -- "$command" <(commands)
  done
}

@test "the boot that explains itself is the one that is shown" {
  local command='scripts/vm run --append primer.explain -- /bin/echo hello'
  run --separate-stderr bash -c "$command" </dev/null
  assert_success
  # What helpers do beside the boot ends when it does: the lines are the same, their order is not promised.
  diff <(transcript "$command" | without_times | sort) <(printf '%s\n' "$output" | without_times | sort)
}
