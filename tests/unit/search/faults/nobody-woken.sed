# files: roster.c
# The end of a job is told to nobody who waits for it.
# caught: whoever waits has a deadline, a process, or a job that goes on
s/services\[other\].blocker == unit/services[other].blocker == unit + r->count/
