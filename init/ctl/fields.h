/*
 * fields: a record of the control protocol, primer-protocol(7): fields with tabs between, KEY=TEXT or KEY:NUMBER.
 *
 * The manager makes them and primerctl reads them; what primerctl finds out by itself it puts into such records too, so that
 * all is shown in the same ways.
 */
#ifndef PRIMER_CTL_FIELDS_H
#define PRIMER_CTL_FIELDS_H

#include "base/text.h"

/* A part of a record. */
struct field {
    const char *at;
    size_t len;
};

/* Nothing, when there is no VALUE. What is no text within a line is a blank. */
void record_put(struct text *t, const char *key, const char *value);
void record_number(struct text *t, const char *key, int64_t value);
/* In seconds; nothing, when it is 0. */
void record_time(struct text *t, const char *key, uint64_t time_ns);

/* The value of KEY in LINE; empty when it is not there. */
struct field talk_field(const char *line, const char *key);
bool talk_is(const char *line, const char *key, const char *value);

#endif
