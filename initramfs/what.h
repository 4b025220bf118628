/*
 * what: what can stand at a name: a file, folder, link, device, pipe or socket.
 */
#ifndef PRIMER_PACK_WHAT_H
#define PRIMER_PACK_WHAT_H

#include <sys/stat.h>
#include <sys/types.h>

struct what {
    mode_t mode; /* type and permissions */
    uid_t uid;
    gid_t gid;
    unsigned major, minor; /* of a device */
    const char *target;    /* of a symbolic link */
    const char *source;    /* of a file: where its bytes are on this host */
    off_t size;            /* of a file */
    unsigned twins;        /* names with the same number, if not 0, are hard links of one file */
};

/* Of the regular file at PATH of this host, owned by root, with its own permissions. Returns -errno when it
 * cannot be looked at, -EISDIR or -EINVAL when it is something else. */
int what_of_file(const char *path, struct what *what);

/* The same with 0755 or 0644 for permissions, whatever umask it was made under; set-user-ID stays. */
int what_of_program(const char *path, struct what *what);

/* The first thing in which A and B, of one type, differ, as a noun; NULL when they are the same. Files are
 * the same when their bytes are. */
const char *what_difference(const struct what *a, const struct what *b);

/* A new number for twins. */
unsigned what_twins(void);

/* "a file", "a folder", … */
const char *what_type(mode_t mode);

#endif
