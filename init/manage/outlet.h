/*
 * outlet: somebody outside who reads events: the console, a device with JSON lines.
 *
 * What PID 1 writes never blocks it: a line that does not go out whole waits in the outlet's own buffer, and who
 * reads too slowly gets a gap record in place of what it missed.
 */
#ifndef PRIMER_MANAGE_OUTLET_H
#define PRIMER_MANAGE_OUTLET_H

#include "base/event.h"

#include <stdbool.h>
#include <stddef.h>

enum outlet_form { FORM_CONSOLE, FORM_EXPLAIN, FORM_JSON };

struct outlet {
    int fd; /* non-blocking; -1: closed */
    enum outlet_form form;
    enum event_level level; /* of what is shown; JSON shows everything */
    struct event_reader reader;
    size_t sent; /* of the line under way */
    size_t len;
    bool waiting; /* for the descriptor to take more */
    char line[EVENT_LINE];
};

enum { OUTLET_CONSOLE, OUTLET_EVENTS, OUTLETS };

/* The outlet's line becomes E. False: it is not shown there. */
bool outlet_form_line(struct outlet *o, const struct event *e);

/* Writes as much as goes. False: it is full, and wants to be told when there is room. */
bool outlet_flush(struct outlet *o, const struct event_ring *ring);

/* Waits, at most until DEADLINE_NS, for all to be out: for the last moments of a life, in a child or before an exit. */
void outlet_finish(struct outlet *o, const struct event_ring *ring, uint64_t deadline_ns);

#endif
