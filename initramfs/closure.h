/*
 * closure: everything that programs and scripts of the image need to start, put into the image.
 */
#ifndef PRIMER_PACK_CLOSURE_H
#define PRIMER_PACK_CLOSURE_H

#include "image.h"
#include "root.h"

/* What is missing is an error for the files that PLACE names, ... */
enum closure_how {
    CLOSURE_STRICT, /* ... always, */
    CLOSURE_TREE,   /* ... for programs; a warning for libraries and scripts, which trees hold many of
                     * that nobody starts */
};

/* Puts into IMAGE what the file at NODE needs, and what that needs, and so on. ROOT is the one that has it
 * under the same path, or NULL. Errors are told. */
void closure_add(struct image *image, const struct roots *roots, struct node *node, enum closure_how how,
                 struct place place);

/* Finds the file PATH in the roots and puts it into IMAGE with rank RANK, with the links that lead to it.
 * Returns its node; NULL when no root has it, which is not told, or when that was an error. */
struct node *closure_fetch(struct image *image, const struct roots *roots, const char *path, enum rank rank,
                           struct place place);

#endif
