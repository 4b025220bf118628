# What every .bats file loads first: load ../lib/common
#
# Gives the helper libraries, the environment (also to a file that is run by hand, as in
# "bats tests/ns/reap.bats"), a wait for conditions and a skip that gives its reason.
# Never sleeps for longer than 20 ms at a time.
# shellcheck shell=bash

bats_load_library bats-support
bats_load_library bats-assert
bats_load_library bats-file

: "${PRIMER_SOURCE:=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)}"
: "${PRIMER_BUILD:=$PRIMER_SOURCE/build/dev}"
: "${PRIMER_RELEASE:=$PRIMER_SOURCE/build/release}"
: "${PRIMER:=$PRIMER_BUILD/primer}"
: "${PRIMER_AS:=$( ((EUID == 0)) && echo root || echo user)}" # or user: in a user namespace
: "${PRIMER_TRACKER:=group}"                                  # or cgroup
export PRIMER_SOURCE PRIMER_BUILD PRIMER_RELEASE PRIMER PRIMER_AS PRIMER_TRACKER

# wait_until SECONDS COMMAND…: until the command succeeds; fails, and says what did not come true,
# when it has not after SECONDS. Use a function for a condition of several words.
wait_until() {
  local seconds=$1
  shift
  local deadline=$((${EPOCHREALTIME/./} + seconds * 1000000))
  until "$@"; do
    if ((${EPOCHREALTIME/./} >= deadline)); then
      printf 'after %s s still not true: %s\n' "$seconds" "$*" >&2
      return 1
    fi
    sleep 0.01
  done
}

# skip_loudly REASON…: ends the test case as skipped; scripts/test lists it with its reason.
skip_loudly() {
  [[ -n ${1-} ]] || {
    printf 'skip_loudly: a skip needs a reason\n' >&2
    return 1
  }
  skip "$*"
}
