/*
 * tree: a folder with all that is in it, removed or given to another owner.
 *
 * What a service left in its folders is not to be trusted: no link is followed, no other filesystem is entered,
 * and depth is bounded. Blocks on the filesystem, so never in PID 1.
 */
#ifndef PRIMER_EXEC_TREE_H
#define PRIMER_EXEC_TREE_H

#include <sys/types.h>

enum { TREE_DEPTH = 64 };

/* Removes NAME below the folder DIR. What is not there is removed already. 0 or the first -errno; goes on after it. */
int tree_remove(int dir, const char *name);

/* Changes the owner of all that is in the folder NAME below DIR, and of the folder at last. As tree_remove. */
int tree_chown(int dir, const char *name, uid_t uid, gid_t gid);

#endif
