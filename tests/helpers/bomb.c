/*
 * bomb: processes that fork and fork, until the kernel has no more, and go on to try, each fifty times a second: at
 * full speed the stacks of forks that failed, which the kernel frees later, take all memory on a single processor.
 *
 * usage: bomb MS
 *
 * This process itself ends with 0 as soon as nothing could be forked for MS milliseconds, with 1 when it never came to that.
 */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000U + (uint64_t)t.tv_nsec / 1000000U;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 2;
    }
    const uint64_t limit_ms = strtoull(argv[1], NULL, 10);
    const pid_t first = getpid();
    const uint64_t begin_ms = now_ms();
    uint64_t full_ms = 0;
    for (;;) {
        pid_t pid = fork();
        uint64_t now = now_ms();
        if (pid >= 0) {
            full_ms = 0;
        } else {
            full_ms = full_ms == 0 ? now : full_ms;
            nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
        }
        if (getpid() != first) {
            continue;
        }
        if (full_ms != 0 && now - full_ms >= limit_ms) {
            return 0;
        }
        if (now - begin_ms > 60000) {
            return 1;
        }
    }
}
