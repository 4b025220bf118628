# files: roster.c
# A start does not wait for what it is ordered after.
# caught: no start before what it is after is settled, no stop before what is after it
s/|| is_blocked(r, unit)) {/|| (is_blocked(r, unit) \&\& s->job != JOB_START)) {/
