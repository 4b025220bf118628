/*
 * number: strict numbers from text. No sign, no space, no trailing character, no overflow.
 */
#ifndef PRIMER_BASE_NUMBER_H
#define PRIMER_BASE_NUMBER_H

#include <stdint.h>

/* S as a number of BASE (8, 10 or 16) up to MAX. 0, -EINVAL or -ERANGE; *OUT is untouched on error. */
int number_parse(const char *s, unsigned base, uint64_t max, uint64_t *out);

#endif
