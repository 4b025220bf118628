/*
 * finish: a service from its defaults (systemd 252's) to the structs that units share.
 */
#ifndef PRIMER_UNIT_FINISH_H
#define PRIMER_UNIT_FINISH_H

#include "unit/loader.h"

/* Nothing was said yet. */
void finish_begin(struct draft_service *s);

/* Gives D what is in l->service. */
void finish_share(struct loader *l, struct draft *d);

/*
 * All was read: fills in what follows from other settings, refuses what cannot run, says what protection is missing.
 * The draft gets its service, exec and commands; when it cannot run, such as nobody starts.
 */
void finish_service(const struct assignment *a);

#endif
