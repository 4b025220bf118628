/*
 * merge: what stands beside a unit's file: drop-ins (NAME.d/…conf), NAME.wants/ and NAME.requires/; systemd.unit(5).
 */
#ifndef PRIMER_UNIT_MERGE_H
#define PRIMER_UNIT_MERGE_H

#include "unit/loader.h"

/* Takes all of them into A's unit, in their order. */
void merge_drop_ins(struct assignment *a);

#endif
