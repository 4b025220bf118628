/*
 * capability: bounding and ambient sets, capabilities(7), through libcap.
 *
 * Sets are masks: bit N is capability N. libcap may take memory, so this is not for a child that shares its
 * parent's. (Its IAB calls are not used: they want CAP_SETPCAP even where the kernel does not.)
 */
#ifndef PRIMER_EXEC_CAPABILITY_H
#define PRIMER_EXEC_CAPABILITY_H

#include <stdint.h>

/* Drops all but KEEP from the bounding set: no program can have them after exec. 0 or -errno. */
int capability_bound(uint64_t keep);

/*
 * Makes SET ambient: the program has them, whoever it runs as. They must be permitted now, so the change of user
 * before it has to keep them (identity_take). 0 or -errno.
 */
int capability_make_ambient(uint64_t set);

#endif
