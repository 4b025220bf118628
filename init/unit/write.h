/*
 * write: from drafts to the snapshot: numbers, edges in both directions, arrays, checksum.
 */
#ifndef PRIMER_UNIT_WRITE_H
#define PRIMER_UNIT_WRITE_H

#include "unit/loader.h"

/* Writes all that was loaded into FD. 0; -E2BIG: it is more than a snapshot can hold; or the errno of write(2). */
int write_snapshot(struct loader *l, struct draft *root, int fd);

#endif
