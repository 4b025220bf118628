/*
 * specifier: %n, %i and their like, systemd.unit(5) "Specifiers", as a system manager resolves them.
 */
#ifndef PRIMER_UNIT_SPECIFIER_H
#define PRIMER_UNIT_SPECIFIER_H

#include <stdbool.h>

struct assignment;

/*
 * S with its specifiers replaced: S itself where there is none, else a string in the arena. NULL when one cannot be
 * resolved, and A has a finding that says so. IN_NAME: S is to be the name of a unit, where fewer are known.
 */
const char *specifier_expand(const struct assignment *a, const char *s, bool in_name);

#endif
