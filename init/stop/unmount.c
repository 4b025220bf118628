/*
 * unmount: filesystems are left in the reverse order of their mounting, read off /proc/self/mountinfo, proc(5).
 *
 * What lives in memory is left alone, unless it is mounted below what keeps data and so makes that busy. What stays busy
 * (the root, files that back a device) becomes read-only, so that nothing is lost. Never: forces, or detaches what may
 * still be written to.
 */
#include "stop/unmount.h"

#include "base/fd.h"
#include "unit/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { MEMORY = 256 << 20, LIST = 64 << 10, ROUNDS = 4 };

/* Filesystems that are the kernel's own or live in memory: there is nothing to save in them. */
static const char *const without_data[] = {
    "proc",     "sysfs",   "devtmpfs", "devpts",    "tmpfs",   "ramfs",      "rootfs",
    "cgroup",   "cgroup2", "mqueue",   "debugfs",   "tracefs", "securityfs", "pstore",
    "configfs", "bpf",     "efivarfs", "hugetlbfs", "autofs",  "fusectl",    "binfmt_misc",
};

static bool keeps_data(const char *type)
{
    for (size_t i = 0; i < sizeof without_data / sizeof without_data[0]; i++) {
        if (strcmp(without_data[i], type) == 0) {
            return false;
        }
    }
    return true;
}

/* mountinfo writes a space as \040 and so on; back in place. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s != '\0'; s++) {
        if (s[0] == '\\' && s[1] != '\0' && s[2] != '\0' && s[3] != '\0') {
            *to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
            s += 3;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
}

struct mounted {
    const char *target;
    bool keeps_data;
};

/* The mounts of this round, in the order of their making. */
struct round {
    struct arena arena;
    struct vec all; /* struct mounted */
    const struct unmount_report *report;
    bool last;        /* what is left after it stays */
    unsigned keepers; /* that keep data */
    unsigned gone;    /* of these, unmounted in this round */
    int result;
};

/* A line: the fifth word is the target, the type is the first word behind " - ". */
static bool parse_line(char *line, struct mounted *m)
{
    char *type = strstr(line, " - ");
    char *word = line;
    for (int i = 0; i < 4 && word != NULL; i++) {
        word = strchr(word, ' ');
        word = word == NULL ? NULL : word + 1;
    }
    if (word == NULL || type == NULL) {
        return false;
    }
    type += 3;
    type[strcspn(type, " ")] = '\0';
    word[strcspn(word, " ")] = '\0';
    unescape(word);
    *m = (struct mounted){ .target = word, .keeps_data = keeps_data(type) };
    return true;
}

static int read_mounts(struct round *r)
{
    char *list;
    size_t size = LIST;
    ssize_t n;
    do {
        list = arena_take(&r->arena, size);
        n = fd_read_file(AT_FDCWD, "/proc/self/mountinfo", list, size);
        size *= 2;
    } while (n == -EFBIG);
    for (char *line; n > 0 && (line = strsep(&list, "\n")) != NULL;) {
        struct mounted m;
        if (parse_line(line, &m)) {
            *(struct mounted *)vec_add(&r->arena, &r->all, sizeof m) = m;
        }
    }
    return n < 0 ? (int)n : 0;
}

/* Nothing that a user mounts or links over a name can lead elsewhere: UMOUNT_NOFOLLOW. */
static bool leave(const char *target)
{
    return umount2(target, UMOUNT_NOFOLLOW) == 0;
}

static bool is_below(const char *path, const char *top)
{
    size_t len = strlen(top);
    return strncmp(path, top, len) == 0 && path[len] == '/';
}

/* /proc in a chroot, a tmpfs for scratch: they hold what they are mounted on. True: one of them is gone. */
static bool leave_what_is_below(const struct round *r, const char *top)
{
    const struct mounted *all = r->all.at;
    bool gone = false;
    for (uint32_t i = r->all.count; i-- > 0;) {
        if (!all[i].keeps_data && is_below(all[i].target, top)) {
            gone |= leave(all[i].target);
        }
    }
    return gone;
}

static void leave_or_protect(struct round *r, const char *target)
{
    bool root = strcmp(target, "/") == 0;
    if (!root && (leave(target) || (leave_what_is_below(r, target) && leave(target)))) {
        r->gone++;
        return;
    }
    int error = mount(NULL, target, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
    r->result = error < 0 ? error : r->result;
    if (r->last && (error < 0 || !root)) {
        r->report->left(r->report->who, target, error);
    }
}

/* From the last to the first. One that is gone may free one that was busy: a file on it was a disk. */
static int one_round(struct round *r)
{
    int error = read_mounts(r);
    const struct mounted *all = r->all.at;
    for (uint32_t i = r->all.count; i-- > 0;) {
        if (all[i].keeps_data) {
            r->keepers++;
            leave_or_protect(r, all[i].target);
        }
    }
    return error < 0 ? error : r->result;
}

int unmount_all(const struct unmount_report *report)
{
    struct round r = { .report = report };
    int result = 0;
    for (unsigned i = 1; i <= ROUNDS && !r.last; i++) {
        r = (struct round){ .report = report, .last = i == ROUNDS || (i > 1 && r.gone == 0) };
        result = arena_open(&r.arena, MEMORY);
        if (result < 0) {
            return result;
        }
        result = one_round(&r);
        arena_close(&r.arena);
        if (r.keepers == r.gone) {
            break;
        }
    }
    return result;
}
