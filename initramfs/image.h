/*
 * image: what will be in the archive, as a tree of names.
 *
 * Names are put in as their users will look them up, through the image's own symbolic links: with /lib a
 * link to usr/lib, what is put at /lib/x lands at /usr/lib/x. So no name in the archive has a link in it,
 * and the kernel, which follows links when it unpacks, does what the manifest says in any order.
 */
#ifndef PRIMER_PACK_IMAGE_H
#define PRIMER_PACK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "say.h"
#include "what.h"

/* Who wants a name, from weak to strong: the stronger one has its way, and among equals two that want
 * different things at one name are an error for RANK_SAID, and otherwise the first has its way. */
enum rank {
    RANK_PARENT,  /* a folder because something lies in it */
    RANK_FOUND,   /* a file or link that some program needs */
    RANK_TREE,    /* a folder of a tree */
    RANK_DEFAULT, /* a line of a manifest of defaults */
    RANK_SAID,    /* a line of a manifest, or a file of a tree */
};

struct node {
    const char *name;
    struct node *parent;
    struct node **kids; /* sorted by name */
    size_t kid_count, kid_room;
    enum rank rank;
    struct place place;
    struct what what;
    bool closed; /* what it needs is in the image */
};

struct image {
    struct node top;
};

void image_init(struct image *image);

/* The node at PATH with all links followed, or NULL. */
struct node *image_find(struct image *image, const char *path);

/* The absolute path of a node. */
char *image_path(const struct node *node);

/* Puts WHAT at PATH, with folders above it as they are needed, and returns its node; NULL when that was an
 * error, which is told. A folder that is put where a link to a folder stands is that folder. */
struct node *image_put(struct image *image, const char *path, const struct what *what, enum rank rank,
                       struct place place);

/* The same for a file that others look up as PATH, where the folder ROOT of this host has it: links on the
 * way, where ROOT has some and the image nothing, come along, so that every name for it works. */
struct node *image_put_like(struct image *image, const char *root, const char *path, const struct what *what,
                            enum rank rank, struct place place);

/* Calls VISIT for every node but the top, folders before what is in them, by name. Stops and returns what
 * VISIT returned when that is not 0. */
int image_each(struct image *image, int (*visit)(struct node *node, void *context), void *context);

#endif
