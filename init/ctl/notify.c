/*
 * notify: a message to the manager of the service that this runs in; sd_notify(3).
 */
#include "base/fd.h"
#include "base/text.h"
#include "ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TAKEN_MS = 5000 };

static int send_message(int fd, const struct sockaddr_un *address, socklen_t size, const char *message,
                        int pass)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec part = { .iov_base = (char *)message, .iov_len = strlen(message) };
    struct msghdr header = {
        .msg_name = (void *)address, .msg_namelen = size, .msg_iov = &part, .msg_iovlen = 1
    };
    if (pass >= 0) {
        header.msg_control = &control;
        header.msg_controllen = sizeof control;
        control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                         .cmsg_level = SOL_SOCKET,
                                         .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.head), &pass, sizeof pass);
    }
    return sendmsg(fd, &header, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/*
 * The manager asks who has sent a message when it reads it, and somebody who has ended by then is nobody. So this waits
 * until the message was read: the other end of a pipe goes behind it (BARRIER=1), and is closed when it is taken.
 */
int ctl_notify(struct ctl *c)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char message[4096] = "";
    struct text t = TEXT_OVER(message);
    int ends[2];
    if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof address.sun_path) {
        return ctl_say("NOTIFY_SOCKET", "not set, or not a socket: this runs in no service that may notify",
                       CTL_NO_MANAGER);
    }
    for (unsigned i = 0; i < c->count; i++) {
        text_add(&t, i == 0 ? "" : "\n");
        text_add(&t, c->args[i]);
    }
    text_copy(address.sun_path, sizeof address.sun_path, path);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + (path[0] == '/'));
    if (path[0] == '@') {
        address.sun_path[0] = '\0';
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || pipe2(ends, O_CLOEXEC) < 0) {
        return ctl_say_errno("a socket and a pipe", errno, CTL_FAILED);
    }
    int error = t.cut ? -EMSGSIZE : send_message(fd, &address, size, message, -1);
    if (error == 0) {
        error = send_message(fd, &address, size, "BARRIER=1", ends[1]);
    }
    close(ends[1]);
    struct pollfd taken = { .fd = ends[0] };
    if (error == 0 && poll(&taken, 1, TAKEN_MS) == 0) {
        error = -ETIMEDOUT;
    }
    return error == 0 ? 0 : ctl_say_errno(path, -error, CTL_FAILED);
}
