/*
 * flood: leaves orphans for process 1 to adopt, which all end in one moment.
 *
 * usage: flood COUNT [SIGNAL@MS]…
 *
 * Each orphan is the child of a child that has ended. All of them wait at one pipe, and go when nobody can write to it any
 * more: when the last of them is made. From then on it sends process 1 each SIGNAL (a number), MS milliseconds after
 * what it did before, and prints "sent SIGNAL NS" with the CLOCK_BOOTTIME at which it did. Prints "orphans=N gate=NS" before. Exits with 0
 * when it could make all of them.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void wait_until(uint64_t at_ns)
{
    const struct timespec t = { .tv_sec = (time_t)(at_ns / 1000000000U),
                                .tv_nsec = (long)(at_ns % 1000000000U) };
    while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL) == EINTR) {
    }
}

/* A child that forks an orphan, which waits at the gate. 0: both were made. */
static int make_orphan(const int gate[2])
{
    pid_t middle = fork();
    if (middle == 0) {
        pid_t orphan = fork();
        if (orphan == 0) {
            char byte;
            close(gate[1]);
            _exit(read(gate[0], &byte, 1) != 0);
        }
        _exit(orphan < 0);
    }
    int status = 1;
    while (middle > 0 && waitpid(middle, &status, 0) < 0 && errno == EINTR) {
    }
    return middle > 0 && status == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    int gate[2];
    int made = 0;
    if (argc < 2 || pipe(gate) < 0) {
        fprintf(stderr, "usage: flood COUNT [SIGNAL@MS]...\n");
        return 2;
    }
    int count = atoi(argv[1]);
    while (made < count && make_orphan(gate) == 0) {
        made++;
    }
    close(gate[1]);
    const uint64_t gate_ns = now_ns();
    printf("orphans=%d gate=%llu\n", made, (unsigned long long)gate_ns);
    for (int i = 2; i < argc; i++) {
        char *ms = NULL;
        int signo = (int)strtol(argv[i], &ms, 10);
        wait_until(now_ns() + strtoull(ms + (*ms == '@'), NULL, 10) * 1000000U);
        uint64_t sent_ns = now_ns();
        kill(1, signo);
        printf("sent %d %llu\n", signo, (unsigned long long)sent_ns);
    }
    return made == count ? 0 : 1;
}
