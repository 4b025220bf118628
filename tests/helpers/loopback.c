/*
 * loopback: whether a program on this machine can reach another one by 127.0.0.1. Exits 0 when a byte came through,
 * else with the number of what failed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    char byte = 0;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int there = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 1) < 0) {
        return 1;
    }
    if (getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
        return 2;
    }
    if (connect(there, (struct sockaddr *)&address, size) < 0) {
        return 3; /* ENETUNREACH while lo is down */
    }
    int here = accept(listener, NULL, NULL);
    if (here < 0 || write(there, "x", 1) != 1 || read(here, &byte, 1) != 1) {
        return 4;
    }
    return byte == 'x' ? 0 : 5;
}
