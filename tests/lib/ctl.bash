# For tests of primerctl against a manager that runs.
#
#   ctl_setup           as manager_setup, with everybody let in
#   running             starts the manager and waits until it is up
#   ctl ARGS…           primerctl beside the manager, as its user
#   as_another ARGS…    primerctl as somebody who is neither root there nor the manager's user
#   raw                 the input as it is, to the socket; what comes back
#
# Relies on common.bash, ns.bash and manager.bash.
# shellcheck shell=bash

ctl_setup() {
  manager_setup
  chmod 755 "$UNITS"
  ctl_program=$BATS_TEST_TMPDIR/primerctl
  ln -s "$PRIMER" "$ctl_program"
}

running() {
  manager_start
  wait_told 'any(.event == "up")'
}

ctl() {
  ns_in "$ctl_program" "$@"
}

as_another() {
  if [[ $PRIMER_AS == root ]]; then
    ns_in setpriv --reuid=4321 --regid=4321 --clear-groups "$ctl_program" "$@"
  else
    "$ctl_program" --run "/proc/$NS_INIT/root/run/primer" "$@" # from outside: nobody has this uid in there
  fi
}

raw() {
  ns_in socat -t 20 - UNIX-CONNECT:/run/primer/control
}
