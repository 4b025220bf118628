/*
 * transaction: one request's list of units, which transaction.c makes and cycles.c frees from cycles.
 */
#ifndef PRIMER_SERVICE_TRANSACTION_H
#define PRIMER_SERVICE_TRANSACTION_H

#include "service/roster.h"

enum mark {
    MARK_IN = 1,       /* in the list */
    MARK_MATTERS = 2,  /* the request's own unit requires it: without it there is no point */
    MARK_FOREIGN = 4,  /* in the list, but not to be started by this request */
    MARK_DROPPED = 8,  /* not started after all */
    MARK_STOP = 16,    /* to be stopped */
    MARK_RESTART = 32, /* to be stopped and started again */
    MARK_ON_PATH = 64, /* the search for cycles: on the path under way, or done with */
    MARK_SEARCHED = 128,
    MARK_NEEDED = MARK_ON_PATH, /* when that search is over */
};

struct transaction {
    struct roster *r;
    uint32_t unit; /* the request's own; UNIT_NONE: all */
    uint32_t first;
    uint32_t last;
    uint32_t from; /* the search for cycles: how far in the list it has come */
    uint32_t top;  /* where its path ends */
    uint32_t gone; /* and how many units on it have no job any more */
    uint8_t
        cuts;   /* it looks at JOB_STOP or JOB_RELOAD: they are not dropped, so a cycle of them is cut open */
    bool drops; /* something was dropped */
    bool restarts; /* the request's own unit is up, and to be stopped first */
};

static inline struct service *transaction_at(const struct transaction *t, uint32_t unit)
{
    return &t->r->services[unit];
}

/* Puts UNIT at the end of the list, with MARKS; nothing when it is in it already. */
void transaction_collect(struct transaction *t, uint32_t unit, unsigned marks);

/* Its start is to come: by this request or an earlier one, at once or after a stop. */
bool transaction_starts(const struct transaction *t, uint32_t unit);

/* UNIT is skipped, and what requires it is not started by this request either; told. Leaves `blocker` alone. */
void transaction_skip(struct transaction *t, uint32_t unit);

#endif
