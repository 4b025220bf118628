/*
 * pattern: the files whose names are as a pattern says, glob(7); a leading "." only matches itself.
 *
 * The C library's glob(3) brings the user database along, for one setting.
 */
#ifndef PRIMER_EXEC_PATTERN_H
#define PRIMER_EXEC_PATTERN_H

#include "exec/vector.h"

#include <stdbool.h>

/* Whether the file name NAME, a single component, is what PATTERN says. */
bool pattern_matches(const char *pattern, const char *name);

/*
 * Adds all existing files that the absolute path PATTERN matches to OUT, sorted by strcmp. Takes memory and may block.
 * 0 (also when there are none) or -errno; folders that cannot be read have nothing in them.
 */
int pattern_expand(const char *pattern, struct vector *out);

#endif
