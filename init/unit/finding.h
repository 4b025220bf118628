/*
 * finding: what the loader has to say about a file, as one clear sentence with its place.
 */
#ifndef PRIMER_UNIT_FINDING_H
#define PRIMER_UNIT_FINDING_H

#include "unit/loader.h"

/*
 * Adds a finding at A's place. The sentence is made of the strings that follow, up to NULL, and ends without a full
 * stop. An error makes the unit bad.
 */
__attribute__((sentinel)) void finding_add(const struct assignment *a, enum severity severity, ...);

/* A value that does not parse: an error in the first folder or where it is vital, else a warning: it is ignored. */
__attribute__((sentinel)) void finding_value(const struct assignment *a, ...);

/* The path of a file, as a string of the snapshot. */
ref finding_path(struct loader *l, struct entry *file);

#endif
