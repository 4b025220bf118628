#include "stop/unmount.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

enum { LIST = 1 << 20, ROUNDS = 4 };

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
    char *target;
    char *type;
};

/* One line of /proc/self/mountinfo, proc(5): the fifth word is the target, the type is the first word behind " - ". */
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
    *m = (struct mounted){ .target = word, .type = type };
    return true;
}

/*
 * One filesystem. 1: it is gone; 0: it is read-only now; -errno: neither. Nothing that a user mounts over a name can
 * lead elsewhere: UMOUNT_NOFOLLOW.
 */
static int leave(const struct mounted *m)
{
    bool root = strcmp(m->target, "/") == 0;
    if (!root && umount2(m->target, UMOUNT_NOFOLLOW) == 0) {
        return 1;
    }
    return mount(NULL, m->target, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
}

/* From the last line to the first: mounts stand in the order in which they were made. */
static int one_round(char *list, unsigned *gone)
{
    int result = 0;
    *gone = 0;
    for (char *line; (line = strrchr(list, '\n')) != NULL;) {
        struct mounted m;
        *line = '\0';
        char *start = strrchr(list, '\n');
        start = start == NULL ? list : start + 1;
        if (parse_line(start, &m) && keeps_data(m.type)) {
            int left = leave(&m);
            *gone += left == 1;
            result = left < 0 && result == 0 ? left : result;
        }
    }
    return result;
}

int unmount_all(void)
{
    char *list = mmap(NULL, LIST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (list == MAP_FAILED) {
        return -errno;
    }
    int result = 0;
    unsigned gone = 1;
    for (unsigned i = 0; i < ROUNDS && gone > 0; i++) { /* one that is gone may free one that was busy */
        ssize_t n = fd_read_file(AT_FDCWD, "/proc/self/mountinfo", list, LIST);
        if (n < 0 && n != -EFBIG) {
            result = (int)n;
            break;
        }
        result = one_round(list, &gone);
    }
    munmap(list, LIST);
    return result;
}
