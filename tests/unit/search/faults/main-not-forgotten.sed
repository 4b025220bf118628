# files: service.c
# A main process that was reaped is taken for alive.
# caught: a stop of everything ends, whatever happens
s/s->main_pid = 0;/(void)s;/
