/*
 * notify: the socket on which services say that they are ready; sd_notify(3), unix(7).
 *
 * The kernel says who sent a message (SCM_CREDENTIALS); which service that is, the tables and the tracker say, and
 * NotifyAccess= decides whether it may speak. Messages are read before the dead are reaped, so that a main process
 * which says "ready" and ends is still known. Descriptors that come along are closed: for BARRIER=1 that is the answer.
 */
#include "base/clock.h"
#include "base/text.h"
#include "manage/manager.h"
#include "track/process.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE = 4096, FDS = 64, A_TURN = 64 };

int notify_open(struct manager *m, const char *folder)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct text path = TEXT_OVER(address.sun_path);
    text_add(&path, folder);
    text_add(&path, "/notify");
    unlink(address.sun_path); /* of a manager before this one */

    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -errno;
    }
    const int on = 1;
    int error = 0;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || chmod(address.sun_path, 0666) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) {
        error = -errno;
    } else {
        error = manager_watch(m, fd, EPOLLIN, SOURCE_NOTIFY, 0);
    }
    if (error < 0) {
        close(fd);
        return error;
    }
    m->notify_fd = fd;
    text_copy(m->notify_path, sizeof m->notify_path, address.sun_path);
    return 0;
}

static void refuse(struct manager *m, pid_t pid, uint32_t unit, const char *why)
{
    const char *name = unit == UNIT_NONE ? NULL : manager_unit_name(m, unit);
    struct event *e = event_add_merged(&m->ring, EVENT_NOTIFY_REFUSED);
    e->pid = pid;
    text_copy(e->text, sizeof e->text, why);
    text_copy(e->unit, sizeof e->unit, name == NULL ? "" : name);
}

/* The unit of a living sender, or of a dead one that primer itself has not yet reaped. */
static uint32_t unit_of(struct manager *m, pid_t pid, const char **why)
{
    uint32_t unit = pids_find(&m->pids, pid);
    if (unit != UNIT_NONE) {
        return unit;
    }
    struct process p;
    if (process_read(m->proc_fd, pid, &p) < 0) {
        *why = "the sender is gone";
        return UNIT_NONE;
    }
    *why = "the sender is of no service";
    return reaper_unit_of(m, pid, &p);
}

static bool may_speak(const struct manager *m, uint32_t unit, pid_t pid)
{
    const struct service *s = &m->services[unit];
    const struct unit_service *settings = snapshot_at(m->snapshot, snapshot_unit(m->snapshot, unit)->service);
    bool main = s->main_pid == pid;
    bool control = s->control_pid == pid;
    switch (settings == NULL ? NOTIFY_NONE : settings->notify_access) {
    case NOTIFY_MAIN: return main;
    case NOTIFY_EXEC: return main || control;
    case NOTIFY_ALL: return true;
    default: return false;
    }
}

static const struct {
    const char *line;
    enum input_kind input;
} lines[] = {
    { "READY=1", INPUT_READY },
    { "STOPPING=1", INPUT_STOPPING },
    { "RELOADING=1", INPUT_RELOADING },
};

static void take_line(struct manager *m, uint32_t unit, pid_t pid, const char *line)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (strcmp(line, lines[i].line) == 0) {
            event_note(&m->ring, EVENT_NOTIFY, manager_unit_name(m, unit), line)->pid = pid;
            manager_input(m, unit,
                          &(struct input){ .kind = (uint8_t)lines[i].input, .now_ns = clock_now_ns() });
            return;
        }
    }
    /* STATUS= and the like: for whoever looks on. */
    struct event *e = event_add_merged(&m->ring, EVENT_NOTIFY);
    e->pid = pid;
    text_copy(e->unit, sizeof e->unit, manager_unit_name(m, unit));
    text_copy(e->text, sizeof e->text, line);
}

static void take(struct manager *m, pid_t pid, char *message)
{
    const char *why = "";
    uint32_t unit = unit_of(m, pid, &why);
    if (unit == UNIT_NONE) {
        refuse(m, pid, unit, why);
        return;
    }
    if (!may_speak(m, unit, pid)) {
        refuse(m, pid, unit, "NotifyAccess= does not let it speak");
        return;
    }
    char *rest = message;
    for (char *line = strtok_r(message, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        take_line(m, unit, pid, line);
    }
}

/* Who sent it; the descriptors in it are closed. 0: nobody that this namespace knows. */
static pid_t open_ancillary(struct msghdr *header)
{
    pid_t pid = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET) {
            continue;
        }
        if (c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred who;
            memcpy(&who, CMSG_DATA(c), sizeof who);
            pid = who.pid;
        }
        if (c->cmsg_type == SCM_RIGHTS) {
            size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t i = 0; i < count; i++) {
                int fd;
                memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
                close(fd);
            }
        }
    }
    return pid;
}

void notify_read(struct manager *m)
{
    char message[MESSAGE + 1];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(FDS * sizeof(int))];
    } control;
    for (unsigned i = 0; i < A_TURN; i++) {
        struct iovec part = { .iov_base = message, .iov_len = MESSAGE };
        struct msghdr header = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
        };
        ssize_t n = recvmsg(m->notify_fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n < 0) {
            return; /* EAGAIN: all is read; anything else comes back with the next turn */
        }
        pid_t pid = open_ancillary(&header);
        message[n] = '\0';
        if (header.msg_flags & MSG_TRUNC || memchr(message, '\0', (size_t)n) != NULL) {
            refuse(m, pid, UNIT_NONE, "too long, or not text");
        } else {
            take(m, pid, message);
        }
    }
}
