/*
 * root: folders that stand for a system's "/", on this host or one unpacked somewhere. Names are looked
 * up in them as after chroot(2): absolute links start at the root again, ".." ends there.
 */
#ifndef PRIMER_PACK_ROOT_H
#define PRIMER_PACK_ROOT_H

#include <stdbool.h>
#include <stddef.h>

struct roots {
    const char **paths; /* real paths, "" for this host's own root; in the order of search */
    size_t count, room;
};

/* Adds the folder PATH. Returns -errno when it is none. */
int roots_add(struct roots *roots, const char *path);

/* What PATH is in the folder ROOT: *REAL becomes its place on this host, with no link in it but the last
 * part, when FOLLOW is false. Returns 0 when it is there, else -ENOENT, -ENOTDIR, -ELOOP or the like. */
int root_find(const char *root, const char *path, bool follow, char **real);

/* The same in all roots: the first that has PATH as a regular file. *ROOT becomes that root. */
int roots_find_file(const struct roots *roots, const char *path, const char **root, char **real);

/* The name of this host's file PATH, an absolute path, inside the innermost root that it lies in, which
 * becomes *ROOT; or NULL. */
const char *roots_name(const struct roots *roots, const char *path, const char **root);

#endif
