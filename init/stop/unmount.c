/*
 * unmount: filesystems are left in the reverse order of their mounting, read off /proc/self/mountinfo, proc(5).
 *
 * What lives in memory is left alone, unless it is mounted below what keeps data and so makes that busy. What stays busy
 * (the root, files that back a device) becomes read-only, so that nothing is lost. Never: forces, or detaches what may
 * still be written to.
 */
#include "stop/unmount.h"

#include "base/fd.h"
#include "base/text.h"
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

void unmount_unescape(char *s)
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
    bool stays;
    int error; /* why it stays writable, or 0 */
};

/* All mounts, in the order of their making. */
struct round {
    struct arena arena;
    struct vec all;   /* struct mounted */
    unsigned keepers; /* that keep data */
    unsigned gone;    /* of these, unmounted in this round */
};

/* A line: the fifth word is the target, the type is the first word behind " - ". */
static bool parse_line(char *line, struct mounted *m)
{
    char *type = text_find(line, " - ");
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
    unmount_unescape(word);
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

static void leave_or_protect(struct round *r, struct mounted *m)
{
    bool root = strcmp(m->target, "/") == 0;
    r->keepers++;
    if (!root && (leave(m->target) || (leave_what_is_below(r, m->target) && leave(m->target)))) {
        r->gone++;
        return;
    }
    m->error = mount(NULL, m->target, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
    m->stays = !root || m->error < 0; /* nobody expects the root to go */
}

static int one_round(struct round *r)
{
    int error = read_mounts(r);
    struct mounted *all = r->all.at;
    for (uint32_t i = r->all.count; i-- > 0;) {
        if (all[i].keeps_data) {
            leave_or_protect(r, &all[i]);
        }
    }
    return error;
}

static int tell(const struct round *r, const struct unmount_report *report)
{
    const struct mounted *all = r->all.at;
    int error = 0;
    for (uint32_t i = 0; i < r->all.count; i++) {
        if (all[i].stays) {
            report->left(report->who, all[i].target, all[i].error);
            error = all[i].error < 0 ? all[i].error : error;
        }
    }
    return error;
}

/* One that is gone may free one that was busy, a file on which was a disk: so once more, until nothing goes. */
int unmount_all(const struct unmount_report *report)
{
    for (unsigned i = 1;; i++) {
        struct round r = { 0 };
        int error = arena_open(&r.arena, MEMORY);
        if (error < 0) {
            return error;
        }
        error = one_round(&r);
        bool last = error < 0 || r.gone == 0 || r.gone == r.keepers || i == ROUNDS;
        if (last) {
            int left = tell(&r, report);
            error = error < 0 ? error : left;
        }
        arena_close(&r.arena);
        if (last) {
            return error;
        }
    }
}
