# For tests/ns/entrypoint*: a primer that runs beside the case, and what it says.
# shellcheck shell=bash disable=SC2034 # the cases read what is set here

entry_helpers=$PRIMER_BUILD/helpers
# A program that got signals from the sanitizer would not show what primer was given.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0

# entry_start COMMAND…: leaves it running; its pid is in ENTRY, its output in OUT and its words in ERR.
entry_start() {
  OUT=$BATS_TEST_TMPDIR/out ERR=$BATS_TEST_TMPDIR/err
  "$@" >"$OUT" 2>"$ERR" </dev/null 3>&- &
  ENTRY=$!
}

# entry_says LINE: whether a line of OUT is that.
entry_says() {
  grep -qx -- "$1" "$OUT"
}

# entry_wait [SECONDS]: waits for the end; the status is in $status, as run does.
entry_wait() {
  status=0
  wait_until "${1:-20}" entry_gone || {
    cat -- "$ERR" >&2
    return 1
  }
  wait "$ENTRY" || status=$?
  ENTRY=
  output=$(<"$OUT")
}

entry_gone() {
  ! kill -0 "$ENTRY" 2>/dev/null
}

# entry_main: the pid of main, from entry_echo's first line.
entry_main() {
  sed -n 's/^ready //p' "$OUT"
}

# gone PID…: whether none of them is a process that runs; zombies do not.
gone() {
  local pid
  for pid in "$@"; do
    [[ ! -e /proc/$pid/stat ]] || [[ $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) == [ZX]* ]] || return 1
  done
}

entry_teardown() {
  if [[ -n ${ENTRY-} ]]; then
    [[ -n ${BATS_TEST_COMPLETED-} ]] || sed 's/^/primer: /' "$ERR" "$OUT"
    kill -KILL "$ENTRY" 2>/dev/null || true
    wait "$ENTRY" 2>/dev/null || true
  fi
}
