# For tests/ns: a primer, or any program, as PID 1 of namespaces in this run's variant.
#
#   load ../lib/common
#   load ../lib/ns
#   setup() { ns_setup; }
#   teardown() { ns_teardown; }
#
# Relies on common.bash and on tests/lib/enter, which says what the variants are.
# shellcheck shell=bash disable=SC2034 # the cases read what is set here

# ns_setup: skips the case where its variant cannot be had; opens its folder to the variant's user.
ns_setup() {
  local why
  NS_INIT='' NS_JOB=''
  why=$("$PRIMER_SOURCE/tests/lib/enter" --check) || skip_loudly "$PRIMER_AS/$PRIMER_TRACKER: $why"
  chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
  chmod 1777 "$BATS_TEST_TMPDIR"
}

# ns_start PROGRAM ARGS…: starts it as PID 1 and leaves it running. Its pid on the host is then in
# NS_INIT, its output in NS_LOG.
ns_start() {
  local pid_file=$BATS_TEST_TMPDIR/ns.pid
  NS_LOG=$BATS_TEST_TMPDIR/ns.log
  rm -f -- "$pid_file"
  # Descriptor 3 is bats' own: whoever holds it open keeps bats waiting.
  "$PRIMER_SOURCE/tests/lib/enter" --pid-file "$pid_file" "$@" >"$NS_LOG" 2>&1 </dev/null 3>&- &
  NS_JOB=$!
  wait_until 20 test -e "$pid_file"
  NS_INIT=$(<"$pid_file")
  if [[ -z $NS_INIT ]]; then
    cat -- "$NS_LOG" >&2
    return 1
  fi
}

# ns_in COMMAND…: runs it beside PID 1, in the same namespaces, as the same user, but not in the
# same cgroup.
ns_in() {
  local namespaces=(--mount --uts --ipc --pid) become=()
  [[ $PRIMER_TRACKER != cgroup ]] || namespaces+=(--cgroup)
  if [[ $PRIMER_AS == user ]]; then
    namespaces+=(--user --preserve-credentials)
    ((EUID != 0)) || become=(setpriv --reuid=61234 --regid=61234 --clear-groups)
  fi
  "${become[@]}" nsenter --target "$NS_INIT" "${namespaces[@]}" -- "$@" 3>&-
}

# ns_wait [SECONDS]: waits for the end of PID 1 and leaves its status in $status, as run does.
ns_wait() {
  status=0
  wait_until "${1:-20}" ns_gone
  wait "$NS_JOB" || status=$?
  NS_JOB=
}

ns_gone() {
  ! kill -0 "$NS_JOB" 2>/dev/null
}

# ns_teardown: shows the log of a case that failed; ends what is left.
ns_teardown() {
  if [[ -n ${NS_JOB-} ]]; then
    [[ -z ${BATS_TEST_COMPLETED-} && -e $NS_LOG ]] && sed 's/^/PID 1: /' "$NS_LOG"
    # The end of PID 1 is the end of everything in its namespace.
    [[ -z $NS_INIT ]] || kill -KILL "$NS_INIT" 2>/dev/null || true
    wait "$NS_JOB" 2>/dev/null || true
  fi
}
