# files: state.c
# A forking service whose main process is not known is not told when nobody is left.
# caught: whoever waits has a deadline, a process, or a job that goes on
s/bool unknown = s->state >= STATE_START .*/bool unknown = false;/
