/*
 * entry_given: executes a program in a state that somebody else might have left it in.
 *
 * usage: entry_given [ignore=N] [block=N] [close=FD] [child=SECONDS] [family=SECONDS] [subreaper] -- PROGRAM ARGS…
 *
 * child: with a child that sleeps; family: with a child that sleeps and has one that does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void set_ignored(int signo)
{
    struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        uint64_t mask;
    } action = { .handler = SIG_IGN };
    syscall(SYS_rt_sigaction, signo, &action, NULL, sizeof action.mask);
}

static void block(int signo)
{
    uint64_t set = UINT64_C(1) << (signo - 1);
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof set);
}

static void make_child(const char *seconds, int generations)
{
    if (fork() == 0) {
        /* Whoever reads what the program says must not wait for us. */
        syscall(SYS_close_range, 0, ~0U, 0);
        open("/dev/null", O_RDWR);
        dup2(0, 1);
        dup2(0, 2);
        if (generations > 1) {
            make_child(seconds, generations - 1);
        }
        execlp("sleep", "sleep", seconds, (char *)NULL);
        _exit(127);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        const int number = value == NULL ? 0 : atoi(value + 1);
        if (strcmp(argv[i], "--") == 0) {
            execvp(argv[i + 1], argv + i + 1);
            perror(argv[i + 1]);
            return 127;
        }
        if (strncmp(argv[i], "ignore=", 7) == 0) {
            set_ignored(number);
        } else if (strncmp(argv[i], "block=", 6) == 0) {
            block(number);
        } else if (strncmp(argv[i], "close=", 6) == 0) {
            close(number);
        } else if (strncmp(argv[i], "child=", 6) == 0) {
            make_child(value + 1, 1);
        } else if (strncmp(argv[i], "family=", 7) == 0) {
            make_child(value + 1, 2);
        } else if (strcmp(argv[i], "subreaper") == 0) {
            prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        } else {
            fprintf(stderr, "entry_given: what is \"%s\"?\n", argv[i]);
            return 2;
        }
    }
    return 2;
}
