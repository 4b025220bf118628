/*
 * cycles: ordering cycles in a transaction, told and broken as systemd does it.
 */
#ifndef PRIMER_SERVICE_CYCLES_H
#define PRIMER_SERVICE_CYCLES_H

#include "service/transaction.h"

/*
 * Starts: units that do not matter are dropped, one a cycle, until there is no cycle; -EDEADLK: all in one matter.
 * Stops (t->stops): one in each cycle waits for nobody; always 0. Each cycle is told by NOTE_CYCLE, arrow by arrow.
 */
int cycles_break(struct transaction *t);

#endif
