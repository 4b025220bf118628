#include "track/tracker.h"

#include "base/fd.h"
#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CGROUP_MOUNT "/sys/fs/cgroup"
#define CGROUP_NAME  "primer"

enum { PID_ROOM = 64 }; /* pids that the kernel's limit keeps free for PID 1 and a person's shell */

static void refuse(struct tracker *t, int error, const char *reason)
{
    fd_close(&t->root_fd);
    t->error = error < 0 ? -error : error;
    t->reason = reason;
}

/* primer's own cgroup as the kernel names it: the line "0::/path" of /proc/self/cgroup. "" on failure. */
static int own_path(char *path, size_t size)
{
    char lines[1024];
    ssize_t n = fd_read_file(AT_FDCWD, "/proc/self/cgroup", lines, sizeof lines);
    if (n < 0) {
        return (int)n;
    }
    const char *line = lines;
    while (line != NULL && strncmp(line, "0::/", 4) != 0) {
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    if (line == NULL) {
        return -ENODEV;
    }
    struct text t = { .at = path, .size = size };
    path[0] = '\0';
    text_add_n(&t, line + 3, strcspn(line + 3, "\n"));
    if (strcmp(path, "/") == 0) {
        path[0] = '\0';
    }
    return t.cut ? -ENAMETOOLONG : 0;
}

/*
 * Where cgroup2 is: its own mount, or below a hybrid layout's. The folder that primer is in, or -errno.
 */
static int open_own(const char *path)
{
    static const char *const mounts[] = { CGROUP_MOUNT, CGROUP_MOUNT "/unified" };
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        char full[256];
        struct text t = TEXT_OVER(full);
        text_add(&t, mounts[i]);
        text_add(&t, path);
        int fd = open(full, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
            continue;
        }
        if (faccessat(fd, "cgroup.procs", F_OK, 0) == 0 &&
            faccessat(fd, "cgroup.controllers", F_OK, 0) == 0) {
            return fd;
        }
        close(fd);
    }
    return -ENOENT;
}

/* A fork bomb in a service must leave PID 1 room: all services together get what the kernel allows, less a few. */
static void bound_pids(int own_fd, int root_fd)
{
    char number[24];
    uint64_t most;
    ssize_t n = fd_read_file(AT_FDCWD, "/proc/sys/kernel/pid_max", number, sizeof number);
    if (n <= 0) {
        return;
    }
    number[strcspn(number, "\n")] = '\0';
    if (number_parse(number, 10, INT32_MAX, &most) < 0 || most <= 4 * PID_ROOM) {
        return;
    }
    /* The kernel's other limit, threads-max, comes from the memory and is often the smaller one. */
    uint64_t threads;
    n = fd_read_file(AT_FDCWD, "/proc/sys/kernel/threads-max", number, sizeof number);
    if (n > 0) {
        number[strcspn(number, "\n")] = '\0';
        if (number_parse(number, 10, INT32_MAX, &threads) == 0 && threads < most) {
            most = threads;
        }
    }
    struct text t = TEXT_OVER(number);
    text_u64(&t, most - most / 8 - PID_ROOM);
    if (fd_write_file(own_fd, "cgroup.subtree_control", "+pids") == 0) {
        fd_write_file(root_fd, "pids.max", number);
    }
}

/*
 * Outside the real root a cgroup with processes cannot hand controllers on to its children (cgroups(7), "no internal
 * processes"), so primer moves into a leaf. The real root, which has no cgroup.type, is free of that rule.
 */
static void move_to_leaf(int own_fd)
{
    if (faccessat(own_fd, "cgroup.type", F_OK, 0) < 0) {
        return;
    }
    if (mkdirat(own_fd, CGROUP_NAME "-self", 0755) == 0 || errno == EEXIST) {
        fd_write_file(own_fd, CGROUP_NAME "-self/cgroup.procs", "0");
    }
}

void tracker_open(struct tracker *t, bool want_cgroups)
{
    *t = (struct tracker){ .root_fd = -1 };
    if (!want_cgroups) {
        refuse(t, 0, "process groups were asked for");
        return;
    }
    char path[96];
    int error = own_path(path, sizeof path);
    if (error < 0) {
        refuse(t, error, "this process is in no cgroup of version 2");
        return;
    }
    int own_fd = open_own(path);
    if (own_fd < 0) {
        refuse(t, own_fd, "no cgroup2 filesystem is mounted at " CGROUP_MOUNT);
        return;
    }
    if (mkdirat(own_fd, CGROUP_NAME, 0755) < 0 && errno != EEXIST) {
        refuse(t, errno, "the cgroup " CGROUP_NAME " cannot be made");
    } else {
        t->root_fd = openat(own_fd, CGROUP_NAME, O_PATH | O_DIRECTORY | O_CLOEXEC);
        move_to_leaf(own_fd);
        bound_pids(own_fd, t->root_fd);
        struct text prefix = TEXT_OVER(t->prefix);
        text_add(&prefix, path);
        text_add(&prefix, "/" CGROUP_NAME "/");
        /* Made, but not usable: a delegation without the right to move processes. */
        if (faccessat(t->root_fd, "cgroup.procs", W_OK, AT_EACCESS) < 0) {
            refuse(t, errno, "the cgroup " CGROUP_NAME " cannot be written to");
        }
    }
    close(own_fd);
}

int tracker_enter(const struct tracker *t, const char *unit)
{
    if (t->root_fd < 0) {
        return -1;
    }
    if (mkdirat(t->root_fd, unit, 0755) < 0 && errno != EEXIST) {
        return -1;
    }
    return openat(t->root_fd, unit, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void tracker_leave(const struct tracker *t, const char *unit)
{
    if (t->root_fd >= 0) {
        unlinkat(t->root_fd, unit, AT_REMOVEDIR);
    }
}

static bool group_is_empty(int32_t *group)
{
    if (*group != 0 && kill(-*group, 0) < 0 && errno == ESRCH) {
        *group = 0; /* its number may be another's from now on */
    }
    return *group == 0;
}

bool tracker_is_empty(const struct tracker *t, const char *unit, struct groups *groups)
{
    if (t->root_fd < 0) {
        bool main = group_is_empty(&groups->main);
        bool control = group_is_empty(&groups->control);
        return main && control;
    }
    char path[300];
    char events[128];
    struct text p = TEXT_OVER(path);
    text_add(&p, unit);
    text_add(&p, "/cgroup.events");
    int fd = openat(t->root_fd, path, O_RDONLY | O_CLOEXEC);
    /* Where there is no cgroup, nobody is in it; for want of a descriptor or memory nobody knows, and a deadline decides. */
    if (fd < 0) {
        return errno == ENOENT;
    }
    ssize_t n = read(fd, events, sizeof events - 1); /* "populated" comes first: one read has it */
    bool gone = n < 0 && errno == ENODEV;
    close(fd);
    events[n < 0 ? 0 : n] = '\0';
    return gone || text_find(events, "populated 0") != NULL;
}

static int signal_group(int32_t group, const int *signals)
{
    for (; group != 0 && *signals != 0; signals++) {
        if (kill(-group, *signals) < 0) {
            return errno == ESRCH ? 0 : -errno;
        }
    }
    return group != 0;
}

static bool signal_process(pid_t pid, const int *signals)
{
    bool told = false;
    for (; pid > 1 && *signals != 0; signals++) {
        told |= kill(pid, *signals) == 0;
    }
    return told;
}

/*
 * Every pid of cgroup.procs; read in pieces, since a service may have thousands. They get SIGNALS, if there are any, and
 * into LIST go as many as have room.
 */
static int each_listed(const struct tracker *t, const char *unit, const int *signals, pid_t *list, int size)
{
    char path[300];
    struct text p = TEXT_OVER(path);
    text_add(&p, unit);
    text_add(&p, "/cgroup.procs");
    int fd = openat(t->root_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? 0 : -errno;
    }
    char piece[1024];
    pid_t pid = 0;
    int count = 0;
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) > 0;) {
        for (ssize_t i = 0; i < n; i++) {
            if (piece[i] != '\n') {
                pid = pid * 10 + (piece[i] - '0');
                continue;
            }
            if (signals != NULL) {
                count += signal_process(pid, signals);
            } else if (count < size) {
                list[count++] = pid;
            }
            pid = 0;
        }
    }
    close(fd);
    return count;
}

int tracker_list(const struct tracker *t, const char *unit, pid_t *list, int size)
{
    return each_listed(t, unit, NULL, list, size);
}

int tracker_signal(const struct tracker *t, const char *unit, const struct groups *groups, const int *signals)
{
    if (t->root_fd < 0) {
        int main = signal_group(groups->main, signals);
        int control = signal_group(groups->control, signals);
        return main < 0 ? main : control < 0 ? control : main + control;
    }
    char path[300];
    struct text p = TEXT_OVER(path);
    text_add(&p, unit);
    text_add(&p, "/cgroup.kill");
    if (signals[0] == SIGKILL && fd_write_file(t->root_fd, path, "1") == 0) {
        return 1;
    }
    return each_listed(t, unit, signals, NULL, 0);
}

bool tracker_unit_of(const struct tracker *t, pid_t pid, char *unit, size_t size)
{
    if (t->root_fd < 0) {
        return false;
    }
    char path[32];
    char lines[1024];
    struct text p = TEXT_OVER(path);
    text_add(&p, "/proc/");
    text_i64(&p, pid);
    text_add(&p, "/cgroup");
    if (fd_read_file(AT_FDCWD, path, lines, sizeof lines) < 0) {
        return false;
    }
    const char *line = text_find(lines, "0::");
    if (line == NULL || strncmp(line + 3, t->prefix, strlen(t->prefix)) != 0) {
        return false;
    }
    const char *name = line + 3 + strlen(t->prefix);
    struct text name_text = { .at = unit, .size = size };
    unit[0] = '\0';
    text_add_n(&name_text, name, strcspn(name, "/ \n")); /* "/" of a folder below it, " (deleted)" */
    return !name_text.cut;
}
