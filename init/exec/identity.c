#include "exec/identity.h"

#include "base/step.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void identity_none(struct identity *out)
{
    out->has_user = false;
    out->has_group = false;
    out->has_groups = false;
    out->group_count = 0;
}

static int refuse(struct child_notes *notes, enum exec_hint hint, const char *who, int error)
{
    if (error == -ESRCH) {
        notes->hint = (uint16_t)hint;
    }
    text_copy(notes->detail, sizeof notes->detail, who);
    return error;
}

/* Written into the struct itself, as if it had been read. */
static void make_up_user(struct passwd_user *u, const char *line)
{
    char *end = u->line;
    text_copy(u->line, sizeof u->line, line);
    const char **fields[] = { &u->name, &u->home, &u->shell };
    for (unsigned i = 0; i < 3; i++) {
        *fields[i] = end;
        end += strcspn(end, ":");
        if (*end == ':') {
            *end++ = '\0';
        }
    }
}

static int find_user(const char *who, bool group_given, struct identity *out, struct child_notes *notes)
{
    unsigned number = 0;
    bool is_number = passwd_number(who, &number);
    int result = passwd_user(PASSWD_FILE, who, &out->user);
    if (result == -ESRCH && (strcmp(who, "root") == 0 || (is_number && number == 0))) {
        make_up_user(&out->user, "root:/root:/bin/sh");
        out->user.uid = 0;
        out->user.gid = 0;
        result = 0;
    } else if (result == -ESRCH && is_number && group_given) {
        make_up_user(&out->user, "");
        out->user.uid = number;
        out->user.gid = 0; /* not used: the group is given */
        result = 0;
    }
    if (result < 0) {
        return refuse(notes, is_number ? HINT_GROUP_UNKNOWN : HINT_NO_USER, who, result);
    }
    out->uid = out->user.uid;
    out->gid = out->user.gid;
    out->has_user = true;
    out->has_group = true;
    return 0;
}

static int find_group(const char *who, gid_t *out, struct child_notes *notes)
{
    int result = passwd_group(GROUP_FILE, who, out);
    if (result == -ESRCH && strcmp(who, "root") == 0) {
        *out = 0;
        return 0;
    }
    return result < 0 ? refuse(notes, HINT_NO_GROUP, who, result) : 0;
}

int identity_find(const char *user, const char *group, struct identity *out, struct child_notes *notes)
{
    identity_none(out);
    if (user != NULL) {
        int result = find_user(user, group != NULL, out, notes);
        if (result < 0) {
            return result;
        }
    }
    if (group != NULL) {
        int result = find_group(group, &out->gid, notes);
        if (result < 0) {
            return result;
        }
        out->has_group = true;
    }
    if (user != NULL) {
        int count = passwd_groups(GROUP_FILE, out->user.name, out->gid, out->groups, IDENTITY_GROUPS);
        if (count < 0) {
            return refuse(notes, HINT_NONE, user, count);
        }
        out->group_count = (unsigned)count;
        out->has_groups = true;
    }
    return 0;
}

int identity_add_group(const char *group, struct identity *identity, struct child_notes *notes)
{
    gid_t gid;
    int result = find_group(group, &gid, notes);
    if (result < 0) {
        return result;
    }
    if (identity->group_count == IDENTITY_GROUPS) {
        return refuse(notes, HINT_NONE, group, -EOVERFLOW);
    }
    identity->groups[identity->group_count++] = gid;
    identity->has_groups = true;
    return 0;
}

static bool is_in(gid_t gid, const gid_t *list, unsigned count)
{
    while (count > 0 && list[count - 1] != gid) {
        count--;
    }
    return count > 0;
}

/* Whether the process has exactly these groups already; its own gid may be among them or not. */
static bool has_groups(const struct identity *identity)
{
    gid_t now[IDENTITY_GROUPS];
    long n = syscall(SYS_getgroups, IDENTITY_GROUPS, now);
    if (n < 0) {
        return false;
    }
    gid_t own = (gid_t)syscall(SYS_getegid);
    for (unsigned i = 0; i < identity->group_count; i++) {
        if (identity->groups[i] != own && !is_in(identity->groups[i], now, (unsigned)n)) {
            return false;
        }
    }
    for (unsigned i = 0; i < (unsigned)n; i++) {
        if (now[i] != own && !is_in(now[i], identity->groups, identity->group_count)) {
            return false;
        }
    }
    return true;
}

/*
 * Raw calls from here on: the C libraries' wrappers make all threads of a process change, with signals and locks, and a
 * child before exec has no threads.
 */
int identity_take_groups(const struct identity *identity)
{
    if (!identity->has_groups) {
        return STEP_NOTHING;
    }
    if (syscall(SYS_setgroups, identity->group_count, identity->groups) == 0) {
        return 0;
    }
    /* user_namespaces(7): without a mapping by root, setgroups is denied for good. */
    int error = -errno;
    return error == -EPERM && has_groups(identity) ? STEP_NOTHING : error;
}

int identity_take(const struct identity *identity, bool keep_caps)
{
    if (!identity->has_group && !identity->has_user) {
        return STEP_NOTHING;
    }
    if (keep_caps && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) {
        return -errno;
    }
    if (identity->has_group && syscall(SYS_setresgid, identity->gid, identity->gid, identity->gid) < 0) {
        return -errno;
    }
    if (identity->has_user && syscall(SYS_setresuid, identity->uid, identity->uid, identity->uid) < 0) {
        return -errno;
    }
    return 0;
}
