# files: transaction.c
# Stops that wait for each other in a ring are left to it.
# caught: whoever waits has a deadline, a process, or a job that goes on
s/^    t->stops = true;/    return;/
