/*
 * timers: the units' deadlines, the nearest one first: a binary heap that knows where each unit is.
 */
#ifndef PRIMER_MANAGE_TIMERS_H
#define PRIMER_MANAGE_TIMERS_H

#include "service/service.h"

struct timers {
    struct service *services; /* whose deadline_ns is the key */
    uint32_t *heap;           /* units */
    uint32_t *place;          /* for each unit: its place in the heap plus 1; 0: not there */
    uint32_t count;
};

/* The unit's deadline has changed (NEVER_NS takes it out). */
void timers_update(struct timers *t, uint32_t unit);

/* The nearest deadline, NEVER_NS without one; *UNIT is whose. */
uint64_t timers_next(const struct timers *t, uint32_t *unit);

#endif
