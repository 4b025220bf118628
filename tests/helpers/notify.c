/*
 * notify: a service's word to its manager, sd_notify(3), before it becomes another program.
 *
 *   notify MESSAGE [PROGRAM ARGUMENTS…]
 *
 * Sends MESSAGE to $NOTIFY_SOCKET, if there is one, as the process that it is, and executes PROGRAM. What PROGRAM has
 * inherited by then (ignored signals, say) is settled before the manager can know that the service is ready.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    const char *path = getenv("NOTIFY_SOCKET");
    if (argc < 2 || (path != NULL && strlen(path) >= sizeof to.sun_path)) {
        return 2;
    }
    if (path != NULL) {
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        memcpy(to.sun_path, path, strlen(path));
        if (sendto(fd, argv[1], strlen(argv[1]), 0, (struct sockaddr *)&to, sizeof to) < 0) {
            return 1;
        }
        close(fd);
    }
    if (argc == 2) {
        return 0;
    }
    execvp(argv[2], argv + 2);
    return 127;
}
