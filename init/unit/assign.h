/*
 * assign: the lines of a file, one after the other, to what the directive table says about them.
 */
#ifndef PRIMER_UNIT_ASSIGN_H
#define PRIMER_UNIT_ASSIGN_H

#include "unit/directive.h"

/* Takes all lines of A's file, which was read, into A's unit. */
void assign_file(struct assignment *a);

#endif
