/*
 * stop: from the last service's end to power-off, as a table. What may block (a dead filesystem, a device) is done in a
 * child with a deadline; PID 1 goes on turning.
 */
#ifndef PRIMER_STOP_STOP_H
#define PRIMER_STOP_STOP_H

#include "base/step.h"

extern const struct step_table stop_steps;

#endif
