/*
 * units: the units that a call of primerctl is about: patterns become names, and names become what their files say.
 *
 * Files are read here, by the loader's own code, from the folders that the manager reads; so what is told of them is what
 * they say now, which a reload would make true.
 */
#ifndef PRIMER_CTL_UNITS_H
#define PRIMER_CTL_UNITS_H

#include "ctl/show.h"

#include "unit/load.h"

/*
 * Every argument gets its suffix; one that is a pattern, glob(7), gives way to the names of all units that the manager knows
 * and it matches. An exit status.
 */
int units_expand(struct ctl *c);

/* The unit called NAME; negative, when there is none or no file for it: said so. */
int64_t units_find(const struct snapshot *s, const char *name);

/*
 * Reads all units that C's manager would, and those that C names; REQUEST says who wants to see files. 0 and *OUT, or an
 * exit status: said why. It stays until the process ends.
 */
int units_read(const struct ctl *c, struct load_request *request, const struct snapshot **out);

/* Memory that is never given back; NULL: there is none. */
void *units_take(size_t size);

#endif
