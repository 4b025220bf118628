/*
 * primes: a small server with Type=notify. It needs a while to become ready, and says so when it is.
 *
 * First it finds all primes below five million; nobody could be served before that. Then it opens its port, and only
 * then does it tell the manager: whoever is started after this service (After=) can rely on it. To each visitor it
 * gives the next prime.
 *
 * sd_notify(3) describes the message: a datagram to the socket that $NOTIFY_SOCKET names. It needs no library.
 */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LIMIT = 5000000, PORT = 2357 };

static char composite[LIMIT]; /* composite[n]: n is no prime */

static void sieve(void)
{
    for (int n = 2; n * n < LIMIT; n++) {
        for (int m = n * n; !composite[n] && m < LIMIT; m += n)
            composite[m] = 1;
    }
}

static int listen_on(unsigned short port)
{
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* Restarted at once, it would find its port taken by what is left of old connections: socket(7). */
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (bind(server, (struct sockaddr *)&here, sizeof here) < 0 || listen(server, 8) < 0) {
        perror("primes: cannot listen");
        exit(1);
    }
    return server;
}

/* MESSAGE to the manager. Without one, started by hand, there is nobody to tell. */
static void notify(const char *message)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un manager = { .sun_family = AF_UNIX };

    if (!path)
        return;
    snprintf(manager.sun_path, sizeof manager.sun_path, "%s", path);
    if (path[0] == '@')
        manager.sun_path[0] = '\0'; /* an address without a file: unix(7), "abstract" */
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sendto(fd, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&manager, size) < 0)
        perror("primes: cannot tell the manager");
    close(fd);
}

int main(void)
{
    sieve();
    int server = listen_on(PORT);
    notify("READY=1\nSTATUS=ready to give away primes");
    printf("primes: ready\n");
    fflush(stdout);
    for (int prime = 2;; prime = prime + 1 < LIMIT ? prime + 1 : 2) {
        if (composite[prime])
            continue;
        int visitor = accept(server, NULL, NULL);
        if (visitor < 0)
            continue;
        dprintf(visitor, "%d\n", prime);
        close(visitor);
    }
}
