/*
 * forward: one signal that primer got becomes a signal to main, or a wish to stop, or nothing.
 */
#ifndef PRIMER_ENTRYPOINT_FORWARD_H
#define PRIMER_ENTRYPOINT_FORWARD_H

#include "entrypoint/life.h"

#include <signal.h>

/* What rt_sigtimedwait(2) has returned. Main is not reaped meanwhile, so its pid is its own. */
void forward(struct life *life, const siginfo_t *info);

/* Main was stopped by SIGNO, as waitid(2) told. */
void forward_main_stopped(struct life *life, int signo);

#endif
