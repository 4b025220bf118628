/*
 * entry_time: how long commands take from start to exit, interleaved, so that whatever else the machine does hits all alike.
 *
 * usage: entry_time ROUNDS NAME COMMAND… , NAME COMMAND… , …
 *
 * In every round each command runs once, in another order. Prints "NAME median p25 p75", in microseconds, a line each.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS = 16 };

static struct {
    const char *name;
    char **argv;
    uint32_t *ns;
} commands[COMMANDS];

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static uint32_t run(char **argv)
{
    int status = 0;
    uint64_t begin = now_ns();
    pid_t pid = vfork();
    if (pid == 0) {
        execv(argv[0], argv);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    uint64_t took = now_ns() - begin;
    if (status != 0) {
        fprintf(stderr, "entry_time: %s ended with status %d\n", argv[0], WEXITSTATUS(status));
        exit(1);
    }
    return (uint32_t)took;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const unsigned rounds = argc > 3 ? (unsigned)atoi(argv[1]) : 0;
    unsigned count = 0;
    for (int i = 2; i < argc && rounds > 0 && count < COMMANDS; i++) {
        commands[count].name = argv[i];
        commands[count].argv = argv + i + 1;
        commands[count++].ns = calloc(rounds, sizeof(uint32_t));
        while (i < argc && strcmp(argv[i], ",") != 0) {
            i++;
        }
        if (i < argc) {
            argv[i] = NULL;
        }
    }
    if (count == 0) {
        fprintf(stderr, "usage: entry_time ROUNDS NAME COMMAND… , NAME COMMAND… , …\n");
        return 2;
    }
    for (unsigned r = 0; r < rounds; r++) {
        for (unsigned c = 0; c < count; c++) {
            const unsigned which = (c + r) % count;
            commands[which].ns[r] = run(commands[which].argv);
        }
    }
    for (unsigned c = 0; c < count; c++) {
        uint32_t *ns = commands[c].ns;
        qsort(ns, rounds, sizeof *ns, by_size);
        printf("%s %.1f %.1f %.1f\n", commands[c].name, ns[rounds / 2] / 1e3, ns[rounds / 4] / 1e3,
               ns[rounds * 3 / 4] / 1e3);
    }
    return 0;
}
