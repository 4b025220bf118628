/*
 * wish: what the lines of the manifests ask for, collected before any of it is done, so that the order of
 * lines does not matter: links first, since other names may lead through them, then the rest, then what
 * programs need.
 */
#ifndef PRIMER_PACK_WISH_H
#define PRIMER_PACK_WISH_H

#include <stdbool.h>

#include "image.h"
#include "root.h"

enum wish_kind {
    WISH_PLAIN, /* exactly this */
    WISH_ELF,   /* a program or library, and all it needs */
    WISH_TREE,  /* part of a tree: it, and what it needs if it is a program or library */
};

struct wish {
    enum wish_kind kind;
    enum rank rank;
    const char *path;
    const char *root; /* WISH_ELF: the root that has it under this path, with links on the way; or NULL */
    struct what what;
    struct place place;
};

struct wishes {
    struct wish *list;
    size_t count, room;
};

void wish_add(struct wishes *wishes, const struct wish *wish);

/* Puts all of WISHES into IMAGE. Errors are told. */
void wish_grant(const struct wishes *wishes, struct image *image, const struct roots *roots);

#endif
