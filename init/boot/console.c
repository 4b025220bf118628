/*
 * console: where PID 1 speaks: descriptors 0 to 2, and its own non-blocking outlets beside them.
 */
#include "boot/console.h"

#include "base/fd.h"
#include "manage/manager.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The kernel opens /dev/console as 0 to 2 when the archive has one. Where it has not, they would be whatever PID 1 opens
 * first. There may be no /dev/null either, and a pipe is always there.
 */
int console_fill_stdio(void)
{
    int result = STEP_NOTHING;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            continue;
        }
        int pipe_fds[2];
        if (open("/dev/null", O_RDWR | O_NOCTTY) == fd) {
            result = 0;
        } else if (pipe(pipe_fds) == 0) {
            close(pipe_fds[1]);
            result = 0;
        } else {
            return -errno;
        }
    }
    return result;
}

static int open_outlet(struct manager *m, unsigned which, const char *path, enum outlet_form form)
{
    int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    m->outlets[which].fd = fd;
    m->outlets[which].form = form;
    m->outlets[which].level = m->wishes.level;
    return 0;
}

static const char *console_path(const struct manager *m)
{
    return m->wishes.console == NULL ? "/dev/console" : m->wishes.console;
}

int console_open(struct manager *m)
{
    const char *path = console_path(m);
    if (m->null_fd < 0) {
        m->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
    }
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    for (int to = STDIN_FILENO; to <= STDERR_FILENO; to++) {
        dup2(fd, to);
    }
    close(fd);
    return open_outlet(m, OUTLET_CONSOLE, path, m->wishes.explain ? FORM_EXPLAIN : FORM_CONSOLE);
}

int console_open_events(struct manager *m)
{
    if (m->wishes.events == NULL) {
        return STEP_NOTHING;
    }
    return open_outlet(m, OUTLET_EVENTS, m->wishes.events, FORM_JSON);
}
