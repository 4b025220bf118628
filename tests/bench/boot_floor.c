/*
 * boot_floor: the least that a process 1 can do: a bare vfork and exec for each service, then kill and wait.
 * scripts/bench boot measures primer beside it. The kernel's command line says services=N.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static void start(const char *path)
{
    char *argv[] = { (char *)path, NULL };
    if (vfork() == 0) {
        execv(path, argv);
        _exit(127);
    }
}

int main(void)
{
    const char *text = getenv("services");
    sigset_t request;
    int signo;
    sigemptyset(&request);
    sigaddset(&request, SIGUSR2);
    sigprocmask(SIG_BLOCK, &request, NULL);
    for (int i = text == NULL ? 0 : atoi(text); i > 0; i--) {
        start("/bench/service");
    }
    start("/bench/probe");
    sigwait(&request, &signo);
    kill(-1, SIGTERM);
    while (wait(NULL) > 0) {
    }
    if (vfork() == 0) {
        reboot((int)RB_POWER_OFF); /* process 1 must not be the one that ends in here */
        _exit(1);
    }
    for (;;) {
        pause();
    }
}
