# files: transaction.c
# The search for cycles does not see that a restart has a start in it.
# caught: whoever waits has a deadline, a process, or a job that goes on
s/return s->job == JOB_START || s->job == JOB_RESTART || restarts || is_brought(t, unit);/(void)restarts;\n    return s->job == JOB_START || is_brought(t, unit);/
