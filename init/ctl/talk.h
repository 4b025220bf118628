/*
 * talk: one request to a manager and its answer; primer-protocol(7).
 */
#ifndef PRIMER_CTL_TALK_H
#define PRIMER_CTL_TALK_H

#include "ctl/ctl.h"
#include "ctl/fields.h"

enum { TALK_LINE = 1024 };

/* The last record of an answer, or "" when none came. */
struct answer {
    char end[TALK_LINE];
};

/*
 * Asks "1 REQUEST [UNIT] [MORE]" and calls ON_LINE for each record but the last. 0, or an exit status: then it has been
 * said why.
 */
int talk(const struct ctl *c, const char *request, const char *unit, const char *more,
         void (*on_line)(void *context, const char *line), void *context, struct answer *answer);

#endif
