/*
 * find: which file a unit's name leads to: folders, first wins; links as other names; masks; templates.
 *
 * Every folder is listed once, then the listing answers. systemd.unit(5), "Unit File Load Path".
 */
#ifndef PRIMER_UNIT_FIND_H
#define PRIMER_UNIT_FIND_H

#include "unit/loader.h"

/* Opens and lists the folders. 0, or -ENOENT when there are too many. */
int find_folders(struct loader *l, const char *const *paths);
void find_close(struct loader *l);

/* Finds the other names that have drop-in folders, so that their units know of them. */
void find_named_folders(struct loader *l);

/* The unit that NODE is a name of, with its file looked up. Never NULL. */
struct node *find_unit(struct loader *l, struct node *node);

/* Whether anything is there for a unit that find_unit returned: a file, a mask, a problem, or primer's own. */
bool find_exists(const struct node *unit);

/* What is in the folder E, in no order, without hidden names; listed once. */
struct entry *find_inside(const struct assignment *a, struct entry *e);

/* Reads the file E, once; a finding of SEVERITY at A says what is wrong. True: E->text and E->size are there. */
bool find_read(const struct assignment *a, struct entry *e, enum severity severity);

/* Whether E is a link, and whether it is one to /dev/null. */
bool find_is_link(const struct entry *e);
bool find_is_mask(const struct entry *e);

#endif
