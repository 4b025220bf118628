/*
 * conf: the lines of all files of settings of one sort, as sysctl.d(5), modules-load.d(5) and modprobe.d(5) want them.
 *
 * The files are those called *.conf in several folders, in the order of their names wherever they are; of two with one
 * name the one in the earlier folder counts, and a link to /dev/null takes the name out. For helpers: it may block,
 * and it reads nothing but regular files.
 */
#ifndef PRIMER_BOOT_CONF_H
#define PRIMER_BOOT_CONF_H

#include "boot/failures.h"
#include "unit/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where one sort of settings is. */
struct conf_place {
    const char *const *folders; /* the first counts most; NULL ends it */
    const char *last;           /* a file by itself, read behind all others; or NULL */
    bool joins;                 /* a backslash at its end joins a line to the next one */
};

struct conf {
    struct arena *arena;
    struct failures *failures;
    const struct conf_place *place;
    struct vec files; /* struct conf_file, in the order of reading */
    uint32_t next_file;
    const char *name; /* of the file that the last line was from */
    unsigned line;    /* that line's number */
    unsigned lines;   /* lines cut off so far */
    char *rest;       /* of that file; NULL: at its end */
};

/* Finds the files below ROOT, which is "" but in tests. */
void conf_open(struct conf *c, struct arena *arena, const char *root, const struct conf_place *place,
               struct failures *failures);

/*
 * The next line that is neither empty nor a comment ("#" and ";"), without space around it, the caller's to change; NULL
 * at the end. What cannot be read is a failure, and is passed over.
 */
char *conf_next(struct conf *c);

/* A failure of the last line, told as "FILE:LINE". */
void conf_fail(struct conf *c, int error, const char *advice);

/* S without space around it, cut in place. */
char *conf_trim(char *s);

/*
 * The whole regular file PATH as a terminated text of ARENA. Its length, or -errno: -EFBIG beyond MOST bytes, -EINVAL
 * for what is no file.
 */
ssize_t conf_read(struct arena *arena, const char *path, size_t most, char **text);

/* The names in the folder PATH, sorted, without hidden ones: strings in a vec of const char *. 0 or -errno. */
int conf_names(struct arena *arena, const char *path, struct vec *names);

/* Three strings in a row, in ARENA. */
char *conf_join(struct arena *arena, const char *a, const char *b, const char *c);

#endif
