# files: verdict.c
# Restart= does not care that somebody asked for the end.
# caught: who is to be stopped does not begin again by itself
s/s->flags & FLAG_STOPPED || s->job == JOB_STOP || //
