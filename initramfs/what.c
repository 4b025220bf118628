/*
 * what: looks at files of this host, and compares what two lines want, files by their bytes. A file that
 * cannot be read differs; the writer will say why it cannot.
 */
#include "what.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int what_of_file(const char *path, struct what *what)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    *what = (struct what){ .mode = st.st_mode, .source = path, .size = st.st_size };
    return 0;
}

int what_of_program(const char *path, struct what *what)
{
    int result = what_of_file(path, what);

    if (result == 0)
        what->mode = (what->mode & (S_IFMT | 07000)) | ((what->mode & 0111) ? 0755 : 0644);
    return result;
}

static bool same_bytes(const char *a, const char *b)
{
    char left[16384], right[16384];
    FILE *first = fopen(a, "re"), *second = fopen(b, "re");
    bool same = first && second;

    while (same) {
        size_t size = fread(left, 1, sizeof(left), first);

        same = fread(right, 1, sizeof(right), second) == size && memcmp(left, right, size) == 0;
        if (size < sizeof(left))
            break;
    }
    same = same && !ferror(first) && !ferror(second);
    if (first)
        fclose(first);
    if (second)
        fclose(second);
    return same;
}

const char *what_difference(const struct what *a, const struct what *b)
{
    if (S_ISLNK(a->mode))
        return strcmp(a->target, b->target) == 0 ? NULL : "target";
    if (a->mode != b->mode)
        return "mode";
    if (a->uid != b->uid || a->gid != b->gid)
        return "owner";
    if (S_ISREG(a->mode) && strcmp(a->source, b->source) != 0 && !same_bytes(a->source, b->source))
        return "content";
    if ((S_ISCHR(a->mode) || S_ISBLK(a->mode)) && (a->major != b->major || a->minor != b->minor))
        return "device number";
    return NULL;
}

unsigned what_twins(void)
{
    static unsigned last;

    return ++last;
}

const char *what_type(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return "a folder";
    case S_IFLNK: return "a symbolic link";
    case S_IFREG: return "a file";
    case S_IFIFO: return "a pipe";
    case S_IFSOCK: return "a socket";
    default: return "a device";
    }
}
