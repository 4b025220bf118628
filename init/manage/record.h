/*
 * record: a line of an answer: fields with tabs between, KEY=TEXT or KEY:NUMBER; primer-protocol(7).
 *
 * It is made in the client's own line, and what does not fit is cut.
 */
#ifndef PRIMER_MANAGE_RECORD_H
#define PRIMER_MANAGE_RECORD_H

#include "base/text.h"
#include "manage/control.h"

#include <stdint.h>

/* C's line as a text, empty; record_end makes a record of it, whatever did not fit. */
struct text record_begin(struct client *c);
void record_end(struct client *c, const struct text *t);

/* Nothing, when there is no VALUE. What is no text within a line is a blank. */
void record_put(struct text *t, const char *key, const char *value);
void record_number(struct text *t, const char *key, int64_t value);
/* In seconds; nothing, when it is 0. */
void record_time(struct text *t, const char *key, uint64_t time_ns);

/* All about a unit that fits into a line. */
void record_unit(const struct manager *m, uint32_t unit, struct text *t);

#endif
