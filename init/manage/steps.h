/*
 * steps: rows that more than one life has in its tables; each takes the struct manager as its context.
 */
#ifndef PRIMER_MANAGE_STEPS_H
#define PRIMER_MANAGE_STEPS_H

int step_open(void *context);    /* signals, epoll */
int step_tracker(void *context); /* cgroups, or why not */
int step_sockets(void *context); /* the folder /run/primer and the notify socket in it */
int step_control(void *context); /* and the control socket */
int step_load(void *context);    /* the loader begins its work */
int step_units(void *context);   /* and has ended it */
int step_start(void *context);   /* the first job */

int step_terminate(void *context); /* TERM to what no service owns */
int step_drain(void *context);     /* until they are gone, or 10 seconds have */
int step_kill(void *context);      /* KILL to what is left */
int step_drain_killed(void *context);
int step_result(void *context); /* how the run went, as the last event */
int step_flush(void *context);  /* until whoever reads events has them all, or a second has gone */

#endif
