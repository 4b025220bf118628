#include "track/process.h"

#include "base/fd.h"
#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STAT_LINE = 512, LISTING = 2048, PID_LAST = 4194304 };

/* What getdents64(2) writes; the C libraries' readdir(3) would take memory. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

/* The field behind *AT, up to the next blank, as a number; *AT moves behind it. Signs are left out. */
static uint64_t next_number(const char **at)
{
    uint64_t value = 0;
    while (**at == ' ' || **at == '-') {
        (*at)++;
    }
    while (**at >= '0' && **at <= '9') {
        value = value * 10 + (uint64_t)(*(*at)++ - '0');
    }
    return value;
}

int process_open(pid_t self)
{
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0) {
        return -errno;
    }
    /* In a PID namespace without a /proc of its own, /proc shows foreign processes under foreign numbers. */
    char link[16];
    ssize_t n = readlinkat(proc, "self", link, sizeof link - 1);
    link[n < 0 ? 0 : n] = '\0';
    uint64_t number;
    if (n < 0 || number_parse(link, 10, PID_LAST, &number) < 0 || (pid_t)number != self) {
        close(proc);
        return -ENOENT;
    }
    return proc;
}

int process_read(int proc, pid_t pid, struct process *process)
{
    char path[24];
    char line[STAT_LINE];
    struct text t = TEXT_OVER(path);
    text_i64(&t, pid);
    text_add(&t, "/stat");
    if (fd_read_file(proc, path, line, sizeof line) < 0) {
        return -ESRCH;
    }
    /* "7 (a) b) S 1 7 7 …": a name may contain anything, the last parenthesis ends it. */
    const char *open_at = strchr(line, '(');
    const char *close_at = strrchr(line, ')');
    if (open_at == NULL || close_at == NULL || close_at < open_at || strlen(close_at) < 4) {
        return -ESRCH;
    }
    size_t name_len = (size_t)(close_at - open_at - 1);
    if (name_len > sizeof process->name - 1) {
        name_len = sizeof process->name - 1;
    }
    memcpy(process->name, open_at + 1, name_len);
    process->name[name_len] = '\0';
    const char *at = close_at + 3;
    process->pid = pid;
    process->state = close_at[2];
    process->parent = (pid_t)next_number(&at);
    process->group = (pid_t)next_number(&at);
    process->session = (pid_t)next_number(&at);
    for (int field = 7; field < 22; field++) {
        next_number(&at);
    }
    process->start = next_number(&at);
    return 0;
}

static int visit_entry(int proc, const char *name, int (*visit)(const struct process *, void *),
                       void *context)
{
    uint64_t pid;
    struct process process;
    if (number_parse(name, 10, PID_LAST, &pid) < 0 || process_read(proc, (pid_t)pid, &process) < 0) {
        return 0; /* no process, or one that has just gone */
    }
    return visit(&process, context);
}

int process_each(int proc, int (*visit)(const struct process *process, void *context), void *context)
{
    _Alignas(struct entry) char listing[LISTING];
    int result = 0;
    if (lseek(proc, 0, SEEK_SET) < 0) {
        return -errno;
    }
    while (result == 0) {
        long n = syscall(SYS_getdents64, proc, listing, sizeof listing);
        if (n <= 0) {
            return n < 0 ? -errno : 0;
        }
        for (long at = 0; at < n && result == 0;) {
            const struct entry *entry = (const struct entry *)(const void *)(listing + at);
            result = visit_entry(proc, entry->name, visit, context);
            at += entry->length;
        }
    }
    return result;
}

int process_signal(int proc, const struct process *process, int signo)
{
    int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (fd < 0 && errno != ENOSYS && errno != EPERM) {
        return -errno;
    }
    /* From here on the descriptor means one process; it is the one that was read if that is still there. */
    struct process now;
    int result = process_read(proc, process->pid, &now);
    if (result == 0 && now.start != process->start) {
        result = -ESRCH;
    }
    if (result == 0) {
        long sent = fd >= 0 ? syscall(SYS_pidfd_send_signal, fd, signo, NULL, 0) : kill(process->pid, signo);
        result = sent < 0 ? -errno : 0;
    }
    fd_close(&fd);
    return result;
}
