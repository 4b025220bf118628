/*
 * pool: the strings of the snapshot, each kept once, at their final place from the start.
 *
 * The pool is the first thing behind the snapshot's head; the arrays follow when all strings are there.
 */
#ifndef PRIMER_UNIT_POOL_H
#define PRIMER_UNIT_POOL_H

#include "unit/arena.h"
#include "unit/snapshot.h"

#include <stdbool.h>

struct pool {
    struct arena block; /* the snapshot as it will be */
    struct arena *arena;
    ref *table; /* hashed by content */
    uint32_t count;
    uint32_t room; /* a power of two */
    bool full;     /* SNAPSHOT_MAX was reached: there is no snapshot */
};

int pool_open(struct pool *p, struct arena *arena);
void pool_close(struct pool *p);

/* S, of N bytes without NUL, as a string of the snapshot. */
ref pool_string_n(struct pool *p, const char *s, size_t n);
ref pool_string(struct pool *p, const char *s);

/* SIZE bytes as they are, shared with nobody; the last one is a NUL. */
ref pool_bytes(struct pool *p, const char *bytes, size_t size);

const char *pool_at(const struct pool *p, ref at);

#endif
