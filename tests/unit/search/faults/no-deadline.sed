# files: turn.c
# Signals are sent, and their effect is waited for without a time-out.
# caught: whoever waits has a deadline, a process, or a job that goes on
s/turn_set_state(t, state, turn_stop_timeout_ns(t));/turn_set_state(t, state, NEVER_NS);/
