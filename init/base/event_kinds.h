/*
 * event_kinds: one table row a kind of event, from which its sentence, its JSON object and the list in
 * primer-events(7) are made.
 */
#ifndef PRIMER_BASE_EVENT_KINDS_H
#define PRIMER_BASE_EVENT_KINDS_H

#include "base/event.h"

/* Which fields a kind has beside code, word and text. */
enum event_fields {
    HAS_UNIT = 1,
    HAS_PID = 2,
    HAS_PARENT = 4,
    HAS_COUNT = 8,
    HAS_STEP = 16,
    HAS_ENDED_BY = 32, /* the count is a signal's number, or 0 */
};

struct event_kind_row {
    const char *name;
    enum event_level level;
    unsigned fields;  /* enum event_fields */
    const char *code; /* the JSON keys of code, word and text; NULL: not used */
    const char *word;
    const char *text;
    /*
     * %u is the unit, %p the pid, %P the parent, %c the code, %s the code as a signal's name, %e the code as an errno,
     * %n the count, %w the word, %t the text, %S the step; [ … ] is shown only when the field that stands in it is not
     * empty.
     */
    const char *sentence;
};

extern const struct event_kind_row event_kinds[EVENT_KINDS];

#endif
