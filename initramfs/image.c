/*
 * image: the tree of names, and the one walk that finds and makes things in it. Relies on root for a look
 * at this host's links; opens no file but to compare two that want to be at one name.
 */
#include "image.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "root.h"

#define LINKS_MAX 40 /* as the kernel: path_resolution(7) */

/* A walk down the tree, and where it ended. */
struct walk {
    struct image *image;
    const char *root; /* where to look for links that the image does not have, or NULL */
    bool make;        /* make folders that are missing */
    bool follow;      /* follow a link at the end, too */
    struct place place;

    struct node *parent; /* the last folder, */
    const char *name;    /* the name in it, */
    struct node *found;  /* and what is there, or NULL */
};

void image_init(struct image *image)
{
    *image = (struct image){ .top = { .name = "", .what.mode = S_IFDIR | 0755 } };
}

char *image_path(const struct node *node)
{
    if (!node->parent)
        return mem_string("/", 1);
    const char *above = node->parent->parent ? image_path(node->parent) : "";
    return mem_text("%s/%s", above, node->name);
}

/* The first of the kids of FOLDER that does not come before NAME: where NAME is, or would be. */
static size_t kid_index(const struct node *folder, const char *name)
{
    size_t low = 0, high = folder->kid_count;

    while (folder->kids && low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(folder->kids[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct node *kid_find(const struct node *folder, const char *name)
{
    size_t index = kid_index(folder, name);
    struct node *kid = folder->kids && index < folder->kid_count ? folder->kids[index] : NULL;

    return kid && strcmp(kid->name, name) == 0 ? kid : NULL;
}

static struct node *kid_new(struct node *folder, const char *name, const struct what *what, enum rank rank,
                            struct place place)
{
    struct node *kid = mem_new(sizeof(*kid));
    size_t index = kid_index(folder, name);

    *kid = (struct node){ .name = name, .parent = folder, .rank = rank, .place = place, .what = *what };
    folder->kids = mem_room(folder->kids, folder->kid_count, &folder->kid_room, sizeof(struct node *));
    memmove(folder->kids + index + 1, folder->kids + index,
            (folder->kid_count - index) * sizeof(struct node *));
    folder->kids[index] = kid;
    folder->kid_count++;
    return kid;
}

/* A new node for the link that WALK's root has at NAME in FOLDER; NULL when it has none there. */
static struct node *link_like_root(const struct walk *walk, struct node *folder, const char *name)
{
    char target[PATH_MAX];
    char *real;

    if (!walk->root || root_find(walk->root, mem_text("%s/%s", image_path(folder), name), false, &real) < 0)
        return NULL;
    ssize_t size = readlink(real, target, sizeof(target) - 1);
    if (size <= 0)
        return NULL;
    const struct what what = { .mode = S_IFLNK | 0777, .target = mem_string(target, (size_t)size) };
    return kid_new(folder, name, &what, RANK_FOUND, walk->place);
}

/* The kid NAME of the last folder, made when it is missing and may be made, at the LAST part of a path. */
static int step_down(struct walk *walk, const char *name, bool last)
{
    static const struct what folder = { .mode = S_IFDIR | 0755 };
    struct node *here = walk->found;

    walk->parent = here;
    walk->name = name;
    walk->found = kid_find(here, name);
    if (!walk->found)
        walk->found = link_like_root(walk, here, name);
    if (last || (walk->found && S_ISLNK(walk->found->what.mode)))
        return 0;
    if (!walk->found && !walk->make)
        return -ENOENT;
    if (!walk->found)
        walk->found = kid_new(here, name, &folder, RANK_PARENT, walk->place);
    return S_ISDIR(walk->found->what.mode) ? 0 : -ENOTDIR;
}

static void set_here(struct walk *walk, struct node *here)
{
    walk->parent = here->parent ? here->parent : here;
    walk->name = here->name;
    walk->found = here;
}

/* Walks down PATH. Returns 0, -ENOENT, -ENOTDIR (walk->found is what stands in the way) or -ELOOP. */
static int walk_down(struct walk *walk, const char *path)
{
    unsigned links = 0;

    set_here(walk, &walk->image->top);
    for (;;) {
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        const char *part = path;

        if (length == 0)
            return 0;
        path += length;
        bool last = path[strspn(path, "/")] == '\0';
        if (length == 1 && part[0] == '.')
            continue;
        if (length == 2 && part[0] == '.' && part[1] == '.') {
            set_here(walk, walk->parent);
            continue;
        }
        int result = step_down(walk, mem_string(part, length), last);
        if (result < 0)
            return result;
        const struct node *found = walk->found;
        if (found && S_ISLNK(found->what.mode) && (!last || walk->follow)) {
            if (++links > LINKS_MAX)
                return -ELOOP;
            set_here(walk, found->what.target[0] == '/' ? &walk->image->top : walk->parent);
            path = mem_text("%s/%s", found->what.target, path);
        } else if (last) {
            return 0;
        }
    }
}

struct node *image_find(struct image *image, const char *path)
{
    struct walk walk = { .image = image, .follow = true };

    return walk_down(&walk, path) == 0 ? walk.found : NULL;
}

static const char *place_text(struct place place)
{
    return place.file ? mem_text("%s:%u", place.file, place.line) : "the command line";
}

static void tell_conflict(const char *path, const struct node *old, const struct what *what,
                          struct place place)
{
    if ((old->what.mode & S_IFMT) != (what->mode & S_IFMT))
        say_error(place, "%s is to be %s here, but %s at %s; take one of the two out", path,
                  what_type(what->mode), what_type(old->what.mode), place_text(old->place));
    else
        say_error(place, "%s is %s already at %s, with another %s; take one of the two out", path,
                  what_type(what->mode), place_text(old->place), what_difference(&old->what, what));
}

/* Two wishes for one name. */
static struct node *settle(struct node *old, const char *path, const struct what *what, enum rank rank,
                           struct place place)
{
    bool folders = S_ISDIR(old->what.mode) && S_ISDIR(what->mode);

    if (rank == RANK_SAID && old->rank == RANK_SAID) {
        if ((old->what.mode & S_IFMT) == (what->mode & S_IFMT) && !what_difference(&old->what, what))
            return old;
        tell_conflict(path, old, what, place);
        return NULL;
    }
    if (rank < old->rank && S_ISDIR(what->mode))
        return old; /* what is to be in it comes through a link, or is told itself */
    if (!folders && (S_ISDIR(old->what.mode) || S_ISDIR(what->mode))) {
        tell_conflict(path, old, what, place);
        return NULL;
    }
    if (rank > old->rank) {
        old->what = *what;
        old->rank = rank;
        old->place = place;
    }
    return old;
}

static struct node *put(struct walk *walk, const char *path, const struct what *what, enum rank rank)
{
    int result = walk_down(walk, path);

    if (result == -ELOOP) {
        say_error(walk->place, "%s: the symbolic links on the way go round in a circle", path);
        return NULL;
    }
    if (result == -ENOTDIR) {
        say_error(walk->place, "%s cannot be: %s on the way is %s at %s", path, image_path(walk->found),
                  what_type(walk->found->what.mode), place_text(walk->found->place));
        return NULL;
    }
    if (walk->found)
        return settle(walk->found, path, what, rank, walk->place);
    return kid_new(walk->parent, walk->name, what, rank, walk->place);
}

struct node *image_put(struct image *image, const char *path, const struct what *what, enum rank rank,
                       struct place place)
{
    /* For all but a line "dir" a link to a folder is as good as a folder. */
    bool follow = S_ISDIR(what->mode) && rank < RANK_DEFAULT;
    struct walk walk = { .image = image, .make = true, .follow = follow, .place = place };

    return put(&walk, path, what, rank);
}

struct node *image_put_like(struct image *image, const char *root, const char *path, const struct what *what,
                            enum rank rank, struct place place)
{
    struct walk walk = { .image = image, .root = root, .make = true, .follow = true, .place = place };

    return put(&walk, path, what, rank);
}

static int each(struct node *node, int (*visit)(struct node *node, void *context), void *context)
{
    for (size_t i = 0; i < node->kid_count; i++) {
        int result = visit(node->kids[i], context);

        if (result == 0)
            result = each(node->kids[i], visit, context);
        if (result != 0)
            return result;
    }
    return 0;
}

int image_each(struct image *image, int (*visit)(struct node *node, void *context), void *context)
{
    return each(&image->top, visit, context);
}
