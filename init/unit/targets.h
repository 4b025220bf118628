/*
 * targets: the standard targets that primer gives where no file does, systemd.special(7) and bootup(7).
 */
#ifndef PRIMER_UNIT_TARGETS_H
#define PRIMER_UNIT_TARGETS_H

#include "unit/loader.h"

#include <stdbool.h>

/* Whether primer has a target of that name. */
bool targets_has(const char *name);

/* Makes D the standard target of its name. */
void targets_make(struct loader *l, struct draft *d);

#endif
