/*
 * flood: leaves orphans for process 1 to adopt, which all end in one moment.
 *
 * usage: flood COUNT [SIGNAL@MS]…
 *
 * A child makes the orphans and ends. All of them wait at one pipe, and go when nobody can write to it any more: when
 * that child has ended, and this process has closed its end. From then on it sends process 1 each SIGNAL (a number),
 * MS milliseconds after what it did before, and prints "sent SIGNAL NS" with the CLOCK_BOOTTIME at which it did. Prints
 * "orphans=N gate=NS" before. Exits with 0 when all of them were made.
 *
 * They share one memory (CLONE_VM), each with a page of its own for a stack: a fork would copy the page table ten thousand
 * times, which is what takes the time then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STACK = 4096 };

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

static int orphan(void *arg)
{
    const int *gate = arg;
    char byte;
    close(gate[1]);
    _exit(read(gate[0], &byte, 1) != 0);
}

/* In a child of its own, so that they are orphans when it returns. How many were made. */
static int make_orphans(int *gate, int count)
{
    int told[2];
    int made = 0;
    if (pipe(told) < 0) {
        return 0;
    }
    pid_t maker = fork();
    if (maker == 0) {
        char *stacks = mmap(NULL, (size_t)count * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                            -1, 0);
        while (stacks != MAP_FAILED && made < count &&
               clone(orphan, stacks + (size_t)(made + 1) * STACK, CLONE_VM | SIGCHLD, gate) > 0) {
            made++;
        }
        _exit(write(told[1], &made, sizeof made) != sizeof made);
    }
    close(told[1]);
    if (read(told[0], &made, sizeof made) != sizeof made) {
        made = 0;
    }
    close(told[0]);
    while (maker > 0 && waitpid(maker, NULL, 0) < 0 && errno == EINTR) {
    }
    return made;
}

int main(int argc, char **argv)
{
    int gate[2];
    int count = argc < 2 ? 0 : atoi(argv[1]);
    if (count <= 0 || pipe(gate) < 0) {
        fprintf(stderr, "usage: flood COUNT [SIGNAL@MS]...\n");
        return 2;
    }
    int made = make_orphans(gate, count);
    const uint64_t gate_ns = now_ns();
    printf("orphans=%d gate=%llu\n", made, (unsigned long long)gate_ns);
    close(gate[1]);
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
