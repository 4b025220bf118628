/*
 * carry: what a reload keeps of the snapshot before: units that are alive, but whose files are gone or bad.
 *
 * They stay as they were, so that they can still be stopped as their files once asked.
 */
#ifndef PRIMER_UNIT_CARRY_H
#define PRIMER_UNIT_CARRY_H

#include "unit/loader.h"

/* Has every unit that is alive loaded, whatever it has become. */
void carry_want_alive(struct loader *l);

/* If D is alive, makes it what it was; D's flags say already why it cannot be started. True: it was. */
bool carry_over(struct loader *l, struct draft *d);

#endif
