/*
 * entry_bare: the barest loop that forwards signals and reaps: what primer is measured against. Not an init to use.
 *
 * usage: entry_bare [fork|vfork] PROGRAM ARGS…
 */
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const uint64_t all = ~UINT64_C(0);
    const uint64_t none = 0;
    if (argc < 3) {
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
    pid_t child = strcmp(argv[1], "vfork") == 0 ? vfork() : fork();
    if (child == 0) {
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    for (;;) {
        siginfo_t info;
        int signo = (int)syscall(SYS_rt_sigtimedwait, &all, &info, NULL, sizeof all);
        if (signo > 0 && signo != SIGCHLD) {
            kill(child, signo);
        }
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            if (pid == child) {
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            }
        }
    }
}
