/*
 * record: a line of an answer: fields with tabs between, KEY=TEXT or KEY:NUMBER; primer-protocol(7).
 *
 * It is made in the client's own line, and what does not fit is cut.
 */
#ifndef PRIMER_MANAGE_RECORD_H
#define PRIMER_MANAGE_RECORD_H

#include "ctl/fields.h"
#include "manage/control.h"

#include <stdint.h>

/* C's line as a text, empty; record_end makes a record of it, whatever did not fit. */
struct text record_begin(struct client *c);
void record_end(struct client *c, const struct text *t);

/* All about a unit that fits into a line. */
void record_unit(const struct manager *m, uint32_t unit, struct text *t);

#endif
