/*
 * glob: whether a text is as a pattern with "*", "?", "[…]" and "\" says, glob(7).
 *
 * The C library's fnmatch(3) brings wide characters and their classes along: 15 KiB of the binary. Bytes are what is
 * compared here; no pattern takes longer than its length times the text's.
 */
#ifndef PRIMER_BASE_GLOB_H
#define PRIMER_BASE_GLOB_H

#include <stdbool.h>

/* Whether there is anything but ordinary characters in PATTERN. */
bool glob_is_one(const char *pattern);

/* APART, "/" for paths, is matched by itself alone; '\0': there is none such. */
bool glob_matches(const char *pattern, const char *text, char apart);

#endif
