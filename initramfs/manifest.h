/*
 * manifest: the language of manifests, which is that of the kernel's gen_init_cpio with four words more:
 * elf, tree, include and defaults.
 */
#ifndef PRIMER_PACK_MANIFEST_H
#define PRIMER_PACK_MANIFEST_H

#include <stdio.h>

#include "root.h"
#include "wish.h"

struct manifest {
    const char *base;          /* where relative sources are, an absolute path */
    const struct roots *roots; /* where "elf SRC" finds the name for what has no DST */
    struct wishes *wishes;     /* what was asked for so far */
};

/* Reads the manifest FILE, "-" for standard input. Errors are told. */
void manifest_read(const struct manifest *manifest, const char *file);

/* Prints the language, one form a line. */
void manifest_help(FILE *out);

#endif
