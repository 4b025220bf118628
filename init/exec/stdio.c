#include "exec/stdio.h"

#include "base/step.h"
#include "base/text.h"
#include "exec/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool stdio_is_terminal(enum stdio_kind kind)
{
    return kind == STDIO_TTY || kind == STDIO_TTY_FORCE || kind == STDIO_TTY_FAIL;
}

static bool is_file(enum stdio_kind kind)
{
    return kind == STDIO_FILE || kind == STDIO_APPEND || kind == STDIO_TRUNCATE;
}

static bool same_file(const struct stdio_plan *plan, int a, int b)
{
    return is_file(plan->kind[a]) && is_file(plan->kind[b]) && strcmp(plan->path[a], plan->path[b]) == 0;
}

static void settle_output(struct stdio_plan *plan, bool input_terminal, bool with_terminal)
{
    enum stdio_kind kind = plan->kind[1];
    if (kind == STDIO_DEFAULT) {
        kind = input_terminal ? STDIO_INHERIT : STDIO_LOG;
    }
    if (kind == STDIO_INHERIT && input_terminal && !with_terminal) {
        kind = STDIO_TTY; /* what input would have been */
    } else if (kind == STDIO_INHERIT && plan->kind[0] == STDIO_NULL) {
        kind = STDIO_NULL;
    } else if (kind == STDIO_INHERIT || same_file(plan, 0, 1)) {
        plan->same_as[1] = 0;
    }
    plan->kind[1] = kind;
}

static void settle_error(struct stdio_plan *plan)
{
    bool inherits = plan->kind[2] == STDIO_DEFAULT || plan->kind[2] == STDIO_INHERIT;
    if (inherits && plan->kind[1] == STDIO_LOG) {
        plan->kind[2] = STDIO_LOG;
    } else if (inherits || (same_file(plan, 1, 2) && plan->kind[1] == plan->kind[2])) {
        plan->same_as[2] = 1;
        plan->kind[2] = STDIO_INHERIT;
    } else if (same_file(plan, 0, 2)) {
        plan->same_as[2] = 0;
    }
}

void stdio_settle(struct stdio_plan *plan, bool with_terminal)
{
    bool input_terminal = stdio_is_terminal(plan->kind[0]);
    if (plan->kind[0] == STDIO_DEFAULT || (input_terminal && !with_terminal)) {
        plan->kind[0] = STDIO_NULL;
    }
    for (int i = 0; i < 3; i++) {
        plan->same_as[i] = -1;
    }
    /* A path that two of them have is opened once, so that they do not write over each other. */
    plan->input_is_output = same_file(plan, 0, 1) || same_file(plan, 0, 2);
    settle_output(plan, input_terminal, with_terminal);
    settle_error(plan);
}

bool stdio_wants_terminal(const struct stdio_plan *plan)
{
    return stdio_is_terminal(plan->kind[0]) || stdio_is_terminal(plan->kind[1]) ||
           stdio_is_terminal(plan->kind[2]);
}

/* Makes WANTED what FD is, and takes FD over. -errno passes through. */
static int place(int fd, int wanted)
{
    if (fd < 0) {
        return fd;
    }
    if (fd == wanted) {
        return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0; /* it was closed, and open(2) took its place */
    }
    int result = dup2(fd, wanted) < 0 ? -errno : 0;
    close(fd);
    return result;
}

static int copy(int fd, int wanted)
{
    return dup2(fd, wanted) < 0 ? -errno : 0;
}

int stdio_take_terminal(const struct stdio_plan *plan, struct child_notes *notes)
{
    if (!stdio_is_terminal(plan->kind[0])) {
        return STEP_NOTHING;
    }
    int result = terminal_open(plan->tty, O_RDWR);
    if (result >= 0) {
        result = place(result, STDIN_FILENO);
    }
    if (result == 0) {
        result = terminal_control(STDIN_FILENO,
                                  plan->kind[0] == STDIO_TTY_FAIL ? TERMINAL_ASK : TERMINAL_TAKE);
    }
    if (result < 0) {
        text_copy(notes->detail, sizeof notes->detail, plan->tty);
    }
    return result;
}

/* Nothing to read: one end of a pipe whose other end is closed. Nobody to write to: likewise. */
static int connect_nothing(int wanted)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -errno;
    }
    int keep = wanted == STDIN_FILENO ? 0 : 1;
    int other = ends[1 - keep];
    int result = place(ends[keep], wanted);
    if (other != wanted) { /* else the copy has just closed it */
        close(other);
    }
    return result;
}

static int connect_null(const struct stdio_plan *plan, int wanted)
{
    if (plan->null_fd >= 0) {
        return copy(plan->null_fd, wanted);
    }
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? connect_nothing(wanted) : place(fd, wanted);
}

/* open(2) says ENXIO of a socket in the filesystem; a stream is connected to it then. */
static int connect_socket(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path) {
        return -ENAMETOOLONG;
    }
    text_copy(address.sun_path, sizeof address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        int error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

static int connect_file(const struct stdio_plan *plan, int wanted)
{
    int flags = O_CLOEXEC | O_NOCTTY;
    if (wanted != STDIN_FILENO) {
        flags |= O_WRONLY | O_CREAT;
    } else if (plan->input_is_output) {
        flags |= O_RDWR | O_CREAT;
    }
    if (plan->kind[wanted] == STDIO_APPEND) {
        flags |= O_APPEND;
    } else if (plan->kind[wanted] == STDIO_TRUNCATE) {
        flags |= O_TRUNC;
    }
    int fd = open(plan->path[wanted], flags, 0666);
    if (fd < 0) {
        fd = errno == ENXIO ? connect_socket(plan->path[wanted]) : -errno;
    }
    return place(fd, wanted);
}

static int connect_terminal(const struct stdio_plan *plan, int wanted)
{
    if (wanted == STDIN_FILENO) {
        return 0; /* stdio_take_terminal has done it */
    }
    if (stdio_is_terminal(plan->kind[0])) {
        return copy(STDIN_FILENO, wanted);
    }
    return place(terminal_open(plan->tty, O_WRONLY), wanted);
}

static int connect_one(const struct stdio_plan *plan, int wanted)
{
    if (plan->same_as[wanted] >= 0) {
        return copy(plan->same_as[wanted], wanted);
    }
    switch (plan->kind[wanted]) {
    case STDIO_NULL: return connect_null(plan, wanted);
    case STDIO_INHERIT: return 0; /* as primer's own */
    case STDIO_TTY:
    case STDIO_TTY_FORCE:
    case STDIO_TTY_FAIL: return connect_terminal(plan, wanted);
    case STDIO_FILE:
    case STDIO_APPEND:
    case STDIO_TRUNCATE: return connect_file(plan, wanted);
    case STDIO_LOG:
    case STDIO_DEFAULT:
    case STDIO_KINDS: break;
    }
    return plan->log_fd < 0 ? 0 : copy(plan->log_fd, wanted);
}

int stdio_connect(const struct stdio_plan *plan, struct child_notes *notes)
{
    for (int wanted = STDIN_FILENO; wanted <= STDERR_FILENO; wanted++) {
        int result = connect_one(plan, wanted);
        if (result < 0) {
            const char *what = is_file(plan->kind[wanted])             ? plan->path[wanted]
                               : stdio_is_terminal(plan->kind[wanted]) ? plan->tty
                                                                       : "/dev/null";
            text_copy(notes->detail, sizeof notes->detail, what);
            return result;
        }
    }
    return 0;
}
