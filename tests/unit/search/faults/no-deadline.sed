# files: service.c
# Signals are sent, and their effect is waited for without a time-out.
# caught: whoever waits has a deadline, a process, or a job that goes on
s/set_state(t, state, stop_timeout_ns(t));/set_state(t, state, NEVER_NS);/
