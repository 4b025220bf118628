/*
 * show: a manager's records for people and as JSON, on standard output.
 */
#ifndef PRIMER_CTL_SHOW_H
#define PRIMER_CTL_SHOW_H

#include "ctl/talk.h"

#include "base/text.h"

/* What was told, all of it, a terminated line behind the other. */
struct told {
    char *at; /* a mapping; NULL: nothing yet, or no room */
    size_t len;
};
void show_keep(void *context, const char *line); /* CONTEXT: a struct told */

/* Units, those that failed first. */
void show_list(const struct ctl *c, const struct told *told);
/* One unit, or the manager and what failed. */
void show_status(const struct ctl *c, const struct told *told);
void show_line(void *context, const char *line);
/* How a job ended that did not end well, as a sentence on standard error. */
void show_job(const char *unit, const char *end);

#endif
