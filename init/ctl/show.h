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

/* The line behind LINE, or the first one. NULL: there is none. */
const char *told_next(const struct told *told, const char *line);
/* The record of the unit called NAME, or "". */
const char *told_unit(const struct told *told, const char *name);

void show_text(const char *s);
/* A record as a JSON object on a line. */
void show_object(const char *line);

/* One sign and a blank for how the unit with this record is, in its colour on a terminal. */
void show_mark(const struct ctl *c, struct text *t, const char *line);

/* All records, those that failed first: a column for each of the keys COLUMNS, up to NULL; or an object each. */
void show_table(const struct ctl *c, const struct told *told, const char *const *columns);
/* One unit, or the manager and what failed. */
void show_status(const struct ctl *c, const struct told *told);
void show_line(void *context, const char *line);
/* How a job ended that did not end well, as a sentence on standard error. */
void show_job(const char *unit, const char *end);

#endif
