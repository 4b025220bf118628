/*
 * entry_show: prints what a program has been given: one KEY=VALUE a line. Needs no /proc.
 *
 * usage: entry_show [STATUS]    exits with STATUS
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void show_signals(void)
{
    uint64_t blocked = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof blocked);
    printf("blocked=");
    for (int n = 1; n <= 64; n++) {
        if ((blocked >> (n - 1) & 1) != 0) {
            printf("%d,", n);
        }
    }
    printf("\nignored=");
    for (int n = 1; n <= 64; n++) {
        struct {
            void (*handler)(int);
            unsigned long flags;
            void (*restorer)(void);
            uint64_t mask;
        } action = { 0 };
        if (syscall(SYS_rt_sigaction, n, NULL, &action, sizeof action.mask) == 0 &&
            action.handler == SIG_IGN) {
            printf("%d,", n);
        }
    }
    printf("\n");
}

static void show_descriptors(void)
{
    printf("descriptors=");
    for (int fd = 0; fd < 64; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            printf("%d,", fd);
        }
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static const char *const variables[] = { "LISTEN_PID", "WATCHDOG_PID", "LISTEN_FDS" };
    char directory[PATH_MAX];
    gid_t groups[64];
    struct rlimit limit;
    show_signals();
    show_descriptors();
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("pid=%d\nparent=%d\ngroup=%d\nsession=%d\n", getpid(), getppid(), getpgrp(), getsid(0));
    printf("uid=%u\ngid=%u\ngroups=", getuid(), getgid());
    int count = getgroups(64, groups);
    for (int i = 0; i < count; i++) {
        printf("%u,", groups[i]);
    }
    printf("\nnofile=%lu\n", (unsigned long)limit.rlim_cur);
    printf("no_new_privs=%d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    printf("directory=%s\n", getcwd(directory, sizeof directory) == NULL ? "?" : directory);
    for (unsigned i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        printf("%s=%s\n", variables[i], value == NULL ? "" : value);
    }
    return argc > 1 ? atoi(argv[1]) : 0;
}
