/*
 * start: from the first instruction to a running main: the table of the life's own steps.
 */
#ifndef PRIMER_ENTRYPOINT_START_H
#define PRIMER_ENTRYPOINT_START_H

#include "entrypoint/life.h"

/* Runs the table. 0; or primer's exit status when main could not be started, which was then said. */
int start_main(struct life *life);

/* Main has ended before it was executed: says why and returns primer's exit status. */
int start_failed(struct life *life);

extern const struct step_table entrypoint_steps;

#endif
