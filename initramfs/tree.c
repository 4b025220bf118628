/*
 * tree: walks a folder with fts(3), which does not follow links, and keeps hard links hard. Relies on
 * nobody changing the folder meanwhile; reads no file's bytes.
 */
#include "tree.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <search.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mem.h"

/* Files with several names in this run, by device and number. */
struct twins {
    dev_t device;
    ino_t number;
    unsigned id;
};

static int compare_twins(const void *a, const void *b)
{
    const struct twins *left = a, *right = b;

    if (left->device != right->device)
        return left->device < right->device ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

/* The number that all names of the file ST share, as struct what has it. */
static unsigned twins_id(const struct stat *st)
{
    static void *tree;
    struct twins *twins = mem_new(sizeof(*twins));

    *twins = (struct twins){ .device = st->st_dev, .number = st->st_ino };
    struct twins **place = tsearch(twins, &tree, compare_twins);
    if (!place)
        return 0;
    if (*place == twins)
        twins->id = what_twins();
    return (*place)->id;
}

/* Sets *WHAT to what is at PATH. Returns -errno when it cannot be read. */
static int look(const char *path, const struct stat *st, struct what *what)
{
    char target[PATH_MAX];

    *what = (struct what){ .mode = st->st_mode };
    if (S_ISLNK(st->st_mode)) {
        ssize_t size = readlink(path, target, sizeof(target));
        if (size < 0)
            return -errno;
        what->mode = S_IFLNK | 0777;
        what->target = mem_string(target, (size_t)size);
    } else if (S_ISREG(st->st_mode)) {
        what->source = mem_string(path, strlen(path));
        what->size = st->st_size;
        what->twins = st->st_nlink > 1 ? twins_id(st) : 0;
    } else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
        what->major = major(st->st_rdev);
        what->minor = minor(st->st_rdev);
    }
    return 0;
}

static void add_entry(struct wishes *wishes, const FTSENT *entry, const char *target, size_t skip,
                      enum rank rank, struct place place)
{
    struct wish wish = { .kind = WISH_TREE, .rank = rank, .place = place };
    int result = entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR
                     ? -entry->fts_errno
                     : look(entry->fts_path, entry->fts_statp, &wish.what);

    if (result < 0) {
        say_error(place, "%s cannot be read: %s", entry->fts_path, strerror(-result));
        return;
    }
    wish.path = mem_text("%s%s", target, entry->fts_path + skip);
    if (S_ISDIR(wish.what.mode)) {
        wish.rank = RANK_TREE;
        /* The folder itself may be a temporary one with mode 0700, and "/" must be open to all. */
        if (wish.path[strspn(wish.path, "/")] == '\0')
            return;
    }
    wish_add(wishes, &wish);
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

void tree_add(struct wishes *wishes, const char *source, const char *target, enum rank rank,
              struct place place)
{
    char *paths[] = { mem_string(source, strlen(source)), NULL };
    size_t skip = strlen(source);
    FTSENT *entry;

    while (skip > 1 && paths[0][skip - 1] == '/')
        paths[0][--skip] = '\0';
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
    if (!walk) {
        say_error(place, "%s cannot be read: %s", source, strerror(errno));
        return;
    }
    if (skip == 1)
        skip = 0; /* "/": what is in it has no second slash */
    while ((entry = fts_read(walk))) {
        if (entry->fts_info != FTS_DP)
            add_entry(wishes, entry, target, skip, rank, place);
    }
    fts_close(walk);
}
