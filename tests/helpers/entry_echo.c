/*
 * entry_echo: prints every signal that it gets, one a line: its number, and "=VALUE" when sigqueue(3) sent it.
 *
 * usage: entry_echo [until=N] [status=N] [spawn]
 *
 * Prints "ready PID" first. Ends with STATUS (0) after signal UNTIL (64), spawn: with a child in its process group
 * that does the same and prints "child N".
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *line)
{
    if (write(1, line, strlen(line)) < 0) {
        _exit(9);
    }
}

static void echo(const char *who, int until)
{
    const uint64_t all = ~UINT64_C(0);
    for (;;) {
        siginfo_t info;
        char line[64];
        if (syscall(SYS_rt_sigtimedwait, &all, &info, NULL, sizeof all) < 0) {
            continue;
        }
        if (info.si_code == SI_QUEUE) {
            snprintf(line, sizeof line, "%s%d=%d\n", who, info.si_signo, info.si_value.sival_int);
        } else {
            snprintf(line, sizeof line, "%s%d\n", who, info.si_signo);
        }
        say(line);
        if (info.si_signo == until) {
            return;
        }
    }
}

int main(int argc, char **argv)
{
    int until = 64;
    int status = 0;
    int spawn = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "until=", 6) == 0) {
            until = atoi(argv[i] + 6);
        } else if (strncmp(argv[i], "status=", 7) == 0) {
            status = atoi(argv[i] + 7);
        } else if (strcmp(argv[i], "spawn") == 0) {
            spawn = 1;
        }
    }
    const uint64_t all = ~UINT64_C(0);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
    if (spawn && fork() == 0) {
        say("child ready\n");
        echo("child ", until);
        return 0;
    }
    char line[32];
    snprintf(line, sizeof line, "ready %d\n", getpid());
    say(line);
    echo("", until);
    return status;
}
