/*
 * passwd: users and groups from /etc/passwd and /etc/group, passwd(5) and group(5).
 *
 * Nothing but those two files: getpwnam(3) brings 160 KiB of name service into a static program, and may ask the
 * network. Reads a file as a stream, in bounded memory, and believes nothing that is not well-formed.
 */
#ifndef PRIMER_EXEC_PASSWD_H
#define PRIMER_EXEC_PASSWD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE  "/etc/group"

enum { PASSWD_LINE = 1024 }; /* longer ones are passed over */

struct passwd_user {
    uid_t uid;
    gid_t gid;
    /* Into `line`: a struct passwd_user cannot be copied. */
    const char *name;
    const char *home;
    const char *shell;
    char line[PASSWD_LINE];
};

/* WHO as a number, as user and group names may be given; false when it is a name. */
bool passwd_number(const char *who, unsigned *out);

/* The user WHO, a name or a number, in FILE. 0, -ESRCH (not in it) or another -errno. */
int passwd_user(const char *file, const char *who, struct passwd_user *out);

/* The group's number in FILE; a number needs no entry. 0, -ESRCH or another -errno. */
int passwd_group(const char *file, const char *who, gid_t *out);

/*
 * The groups in FILE that have USER as a member, and FIRST before them, each once, as initgroups(3) does. How many,
 * -EOVERFLOW when there are more than MAX, or another -errno. A missing FILE has no groups.
 */
int passwd_groups(const char *file, const char *user, gid_t first, gid_t *list, unsigned max);

#endif
