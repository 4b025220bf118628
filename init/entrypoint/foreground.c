#include "entrypoint/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * The controlling terminal: /dev/tty where there is one, whatever descriptors 0 to 2 are; else, in a root
 * without /dev, one of those. -errno: there is none. *OWN: the caller closes it.
 */
static int open_terminal(bool *own)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    *own = fd >= 0;
    if (fd >= 0) {
        return fd;
    }
    int error = errno;
    if (error == ENXIO) {
        return -ENXIO; /* the kernel's own word for "no controlling terminal" */
    }
    for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        pid_t group;
        if (ioctl(fd, TIOCGPGRP, &group) == 0) {
            return fd;
        }
    }
    return -error;
}

bool foreground_look(bool *foreground)
{
    bool own;
    *foreground = false;
    int fd = open_terminal(&own);
    if (fd < 0) {
        return false;
    }
    pid_t group;
    /* Both are 0 where primer's group is outside of its PID namespace: equal nevertheless. */
    *foreground = ioctl(fd, TIOCGPGRP, &group) == 0 && group == getpgrp();
    if (own) {
        close(fd);
    }
    return true;
}

int foreground_give(pid_t group)
{
    bool own;
    int fd = open_terminal(&own);
    if (fd < 0) {
        return fd;
    }
    int result = ioctl(fd, TIOCSPGRP, &group) == 0 ? 0 : -errno;
    if (own) {
        close(fd);
    }
    return result;
}

int foreground_leave(void)
{
    return ioctl(STDIN_FILENO, TIOCNOTTY) == 0 ? 0 : -errno;
}

int foreground_take(void)
{
    return ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0 ? 0 : -errno;
}
