/*
 * pattern: file names with "*", "?" and "[…]", glob(7).
 *
 * The C library's glob(3) brings wide characters, their classes and the user database along: 25 KiB of the binary for
 * one setting. Bytes are what is compared here, and a leading "." only matches itself.
 */
#ifndef PRIMER_EXEC_PATTERN_H
#define PRIMER_EXEC_PATTERN_H

#include "exec/vector.h"

#include <stdbool.h>

/* Whether there is anything to expand in PATTERN. */
bool pattern_is_one(const char *pattern);

/* Whether the file name NAME, a single component, is what PATTERN says. */
bool pattern_matches(const char *pattern, const char *name);

/*
 * Adds all existing files that the absolute path PATTERN matches to OUT, sorted by strcmp. Takes memory and may block.
 * 0 (also when there are none) or -errno; folders that cannot be read have nothing in them.
 */
int pattern_expand(const char *pattern, struct vector *out);

#endif
