/*
 * modindex: what depmod(8) wrote down about the modules of one kernel, modules.dep(5).
 *
 * The plain files are read, not the ones in libkmod's own format beside them. A name is compared with "-" and "_" alike.
 */
#ifndef PRIMER_BOOT_MODINDEX_H
#define PRIMER_BOOT_MODINDEX_H

#include "unit/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct modindex {
    struct arena *arena;
    const char *folder; /* ROOT/lib/modules/RELEASE/ */
    const char *dep;
    const char *builtin;
    const char *modinfo; /* of the builtin ones: NAME.KEY=VALUE strings */
    size_t modinfo_size;
};

/* A module that is a file. Strings in the index's arena, relative to its folder or absolute. */
struct module_files {
    const char *path;
    char *
        needs; /* the files of all that it needs, directly or not, with a space between: the last must be loaded first */
};

/* Opens the index of RELEASE (uname(2)) below ROOT. 0, or -errno when there is no modules.dep. */
int modindex_open(struct modindex *x, struct arena *arena, const char *root, const char *release);

/* Whether there is a file of the module NAME, a name of modname_copy. */
bool modindex_find(const struct modindex *x, const char *name, struct module_files *found);

/* Whether the kernel has NAME in itself, as a module's name or as an alias of one. */
bool modindex_is_builtin(const struct modindex *x, const char *name);
bool modindex_is_builtin_alias(const struct modindex *x, const char *name);

/* N bytes of S as the kernel writes a module's name: with "_" for "-", but not inside the brackets of a pattern. */
char *modname_copy(struct arena *arena, const char *s, size_t n);

/* The name of the module in the file PATH: what stands before ".ko". */
char *modname_of_path(struct arena *arena, const char *path);

#endif
