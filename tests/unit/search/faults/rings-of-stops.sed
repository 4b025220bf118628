# files: transaction.c
# Stops, or reloads, that wait for each other in a ring are left to it.
# caught: whoever waits has a deadline, a process, or a job that goes on
s|^    t->cuts = (uint8_t)job;|    return;|
