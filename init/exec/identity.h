/*
 * identity: who a program runs as: user, group and supplementary groups, credentials(7).
 *
 * Looking up and taking on are two things: the first reads files, as the user that primer is; the second is three
 * system calls in the order that loses no right too early. For every table of steps that ends in exec.
 */
#ifndef PRIMER_EXEC_IDENTITY_H
#define PRIMER_EXEC_IDENTITY_H

#include "exec/child.h"
#include "exec/passwd.h"

#include <stdbool.h>
#include <stdint.h>

enum { IDENTITY_GROUPS = 256 };

struct identity {
    bool has_user;   /* a user was named: uid, gid, user and groups are his */
    bool has_group;  /* gid counts: given, or the user's */
    bool has_groups; /* groups count: the user's, or some were given */
    uid_t uid;
    gid_t gid;
    unsigned group_count;
    gid_t groups[IDENTITY_GROUPS];
    struct passwd_user user; /* name, home, shell; "" where there is none */
};

/* Nobody in particular: all stays as primer is. */
void identity_none(struct identity *out);

/*
 * Looks up USER and GROUP, names or numbers; NULL: as primer is. A group that is not given is the user's; a user's
 * number without an entry is taken when the group is given. root needs no entry. 0 or -errno (-ESRCH), and
 * then NOTES says which one it was.
 */
int identity_find(const char *user, const char *group, struct identity *out, struct child_notes *notes);

/* Adds a supplementary group, after identity_find. The same results. */
int identity_add_group(const char *group, struct identity *identity, struct child_notes *notes);

/* setgroups(2), unless they are so already and may not be set. 0, STEP_NOTHING or -errno. */
int identity_take_groups(const struct identity *identity);

/*
 * setresgid(2), then setresuid(2), where they were asked for. KEEP_CAPS: the permitted capabilities outlive the change
 * of user (until exec). 0, STEP_NOTHING or -errno.
 */
int identity_take(const struct identity *identity, bool keep_caps);

#endif
