/*
 * finish: a service from its defaults (systemd 252's) to the structs that units share.
 */
#ifndef PRIMER_UNIT_FINISH_H
#define PRIMER_UNIT_FINISH_H

#include "unit/loader.h"

/* Nothing was said yet. */
void finish_begin(struct draft_service *s);

/*
 * All was read: fills in what follows from other settings, refuses what cannot run, says what protection is missing.
 * The draft gets its service, exec and commands, also when it is bad.
 */
void finish_service(const struct assignment *a);

#endif
