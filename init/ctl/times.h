/*
 * times: when each unit began to start, was up, and ended, from a manager's records and events.
 */
#ifndef PRIMER_CTL_TIMES_H
#define PRIMER_CTL_TIMES_H

#include "ctl/units.h"

/* A unit that was started; all in ns of CLOCK_BOOTTIME, and 0 for what has not happened or is not known any more. */
struct span {
    const char *line; /* the manager's record */
    uint64_t begun_ns;
    uint64_t up_ns;  /* it was up, or its work was done */
    uint64_t end_ns; /* it ended */
};

/* What the manager of C tells. An exit status: then it was said why. */
struct times {
    struct told units;
    struct told manager; /* its own record first */
    struct span *spans;  /* of the units that were started, by name */
    unsigned count;
};
int times_ask(const struct ctl *c, struct times *times);

/* The field KEY of LINE; 0 when it is not there. */
uint64_t times_field(const char *line, const char *key);

/* How long SPAN's start took. */
static inline uint64_t times_took(const struct span *span)
{
    return span->up_ns > span->begun_ns ? span->up_ns - span->begun_ns : 0;
}

#endif
