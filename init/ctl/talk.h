/*
 * talk: one request to a manager and its answer; primer-protocol(7).
 */
#ifndef PRIMER_CTL_TALK_H
#define PRIMER_CTL_TALK_H

#include "ctl/ctl.h"

#include <stddef.h>

/* A part of a record. */
struct field {
    const char *at;
    size_t len;
};

enum { TALK_LINE = 1024 };

/* The last record of an answer, or "" when none came. */
struct answer {
    char end[TALK_LINE];
};

/*
 * Asks "1 REQUEST [UNIT] [MORE]" and calls ON_LINE for each record but the last. 0, or an exit status: then it has been
 * said why. UNIT gets the suffix .service when it has none.
 */
int talk(const struct ctl *c, const char *request, const char *unit, const char *more,
         void (*on_line)(void *context, const char *line), void *context, struct answer *answer);

/* The value of KEY in LINE; empty when it is not there. */
struct field talk_field(const char *line, const char *key);
bool talk_is(const char *line, const char *key, const char *value);

#endif
