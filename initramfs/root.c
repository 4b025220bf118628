/*
 * root: chroot(2)'s view of a folder, worked out by hand, because packing needs neither privileges nor
 * a kernel that has openat2(2). Relies on nobody changing the folder meanwhile; never writes.
 */
#include "root.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

#define LINKS_MAX 40 /* as the kernel: path_resolution(7) */

int roots_add(struct roots *roots, const char *path)
{
    char real[PATH_MAX];
    struct stat st;

    if (!realpath(path, real) || stat(real, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    roots->paths = mem_room(roots->paths, roots->count, &roots->room, sizeof(*roots->paths));
    roots->paths[roots->count++] = strcmp(real, "/") == 0 ? "" : mem_string(real, strlen(real));
    return 0;
}

/* Makes of HERE, a name without links, its parent's. */
static void go_up(char *here)
{
    char *slash = strrchr(here, '/');

    if (slash)
        *slash = '\0';
}

int root_find(const char *root, const char *path, bool follow, char **real)
{
    char *here = mem_string("", 0); /* inside the root, without links */
    unsigned links = 0;

    for (;;) {
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        const char *part = path;
        struct stat st;

        if (length == 0)
            break;
        path += length;
        if (length == 1 && part[0] == '.')
            continue;
        if (length == 2 && part[0] == '.' && part[1] == '.') {
            go_up(here);
            continue;
        }
        here = mem_text("%s/%.*s", here, (int)length, part);
        char *there = mem_text("%s%s", root, here);
        bool last = path[strspn(path, "/")] == '\0';
        if (lstat(there, &st) < 0)
            return -errno;
        if (S_ISLNK(st.st_mode) && (!last || follow)) {
            char target[PATH_MAX];
            ssize_t size = readlink(there, target, sizeof(target) - 1);
            if (size < 0)
                return -errno;
            if (++links > LINKS_MAX)
                return -ELOOP;
            target[size] = '\0';
            go_up(here);
            if (target[0] == '/')
                here = mem_string("", 0);
            path = mem_text("%s/%s", target, path);
        } else if (!last && !S_ISDIR(st.st_mode)) {
            return -ENOTDIR;
        }
    }
    *real = here[0] || root[0] ? mem_text("%s%s", root, here) : mem_string("/", 1);
    return 0;
}

int roots_find_file(const struct roots *roots, const char *path, const char **root, char **real)
{
    for (size_t i = 0; i < roots->count; i++) {
        struct stat st;

        if (root_find(roots->paths[i], path, true, real) == 0 && stat(*real, &st) == 0 &&
            S_ISREG(st.st_mode)) {
            *root = roots->paths[i];
            return 0;
        }
    }
    return -ENOENT;
}

const char *roots_name(const struct roots *roots, const char *path, const char **root)
{
    const char *name = NULL;

    for (size_t i = 0; i < roots->count; i++) {
        size_t length = strlen(roots->paths[i]);

        if (strncmp(path, roots->paths[i], length) == 0 && path[length] == '/' &&
            (!name || path + length > name)) {
            name = path + length;
            *root = roots->paths[i];
        }
    }
    return name;
}
