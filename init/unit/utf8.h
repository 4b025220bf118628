/*
 * utf8: whether bytes are text, RFC 3629.
 */
#ifndef PRIMER_UNIT_UTF8_H
#define PRIMER_UNIT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* No overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_is_valid(const char *s, size_t n);

#endif
