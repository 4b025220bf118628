/*
 * tree: a folder of this host as wishes, one for everything in it.
 */
#ifndef PRIMER_PACK_TREE_H
#define PRIMER_PACK_TREE_H

#include "wish.h"

/* Adds wishes of RANK for all that is in the folder SOURCE to be at TARGET, as it is but for its owners, which
 * become root. SOURCE may be a single file, too. Errors are told. */
void tree_add(struct wishes *wishes, const char *source, const char *target, enum rank rank,
              struct place place);

#endif
