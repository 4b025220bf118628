# files: turn.c
# It waits to begin again, and nothing wakes it.
# caught: whoever waits has a deadline, a process, or a job that goes on
s/turn_set_state(t, STATE_AUTO_RESTART, .*);/turn_set_state(t, STATE_AUTO_RESTART, NEVER_NS);/
