/*
 * reap: takes the status of every child that has ended, main's and orphans', a bounded number a turn.
 */
#ifndef PRIMER_ENTRYPOINT_REAP_H
#define PRIMER_ENTRYPOINT_REAP_H

#include "entrypoint/life.h"

enum reap_result {
    REAP_NO_CHILDREN,
    REAP_CHILDREN, /* there are some, and none has ended */
    REAP_MORE,     /* the turn is over: signals first, then again */
    REAP_FAILED,   /* the kernel would not say: look again after a moment */
};

enum reap_result reap(struct life *life);

#endif
