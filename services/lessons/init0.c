/*
 * init0: a whole init. Its parts stand in the order in which a machine needs them; main() comes last.
 * The kernel starts one program, /init, as process 1, and after that nothing by itself. So process 1 makes
 * the machine usable, starts the rest, collects everybody who ends without a parent, and switches the
 * machine off. It must never end: the kernel panics when it does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static sigset_t signals;      /* what we wait for: a child has ended, or somebody wants the power off */
static pid_t main_child;      /* when it has ended, the machine's work is done, and this is 0 */
static int ending = 125 << 8; /* how it ended, in waitpid()'s terms; this would be: it never began */

/* Make the console everybody's input and output. /dev/console can control no session, so take the device
 * behind it, the last word of this file. O_NOCTTY, or the console's ^C would hit process 1. */
static void open_console(void)
{
    char path[40] = "/dev/null";
    FILE *active = fopen("/sys/class/tty/console/active", "re");

    while (active && fscanf(active, "%31s", path + 5) == 1)
        ;
    int fd = open(path, O_RDWR | O_NOCTTY);
    for (int i = 0; i <= 2; i++)
        dup2(fd, i);
    fcntl(fd, F_SETFD, fd > 2 ? FD_CLOEXEC : 0); /* the number it had at first is of no use to programs */
}

/* Become the main program. It leads a session that the console controls, which gives a shell its ^C and
 * its job control, and it gets back the signals that process 1 has blocked. */
static _Noreturn void become(const char *program)
{
    setsid();
    ioctl(0, TIOCSCTTY, 0);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
    execl(program, program, (char *)NULL);
    perror(program);
    _exit(127); /* as a shell says "not found" */
}

/* Collect everybody who has ended: one SIGCHLD may stand for many. Until collected, the dead are zombies.
 * Who is not our main child is an orphan: when its parent ended, the kernel gave it to process 1. */
static int reap(void)
{
    int pid, status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == main_child) {
            main_child = 0;
            ending = status;
        } else {
            printf("init0: process %d has ended, an orphan that I adopted\n", pid);
        }
    }
    return pid; /* 0: there are others, and they live; -1: we are alone */
}

/* Send a signal to everybody but us; wait until all are gone, or two seconds bring no news. */
static void stop_all(int signal)
{
    kill(-1, signal);
    while (reap() == 0 && sigtimedwait(&signals, NULL, &(struct timespec){ .tv_sec = 2 }) > 0)
        ;
}

int main(void)
{
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);         /* they wait for our sigwait(): none gets lost */
    mount("proc", "/proc", "proc", 0, NULL);        /* the processes, as files */
    mount("sysfs", "/sys", "sysfs", 0, NULL);       /* the drivers and what they drive */
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL); /* the devices */
    open_console();

    char *program = getenv("main"); /* the kernel makes variables of words like main=/bin/x */
    if ((main_child = fork()) == 0)
        become(program ? program : "/bin/sh");
    for (int news = SIGCHLD; main_child > 0 && news == SIGCHLD; reap())
        sigwait(&signals, &news);
    stop_all(SIGTERM);
    stop_all(SIGKILL);

    int host = open("/dev/ttyS1", O_WRONLY | O_NOCTTY); /* a second serial line, if the machine has one */
    dprintf(host, "PRIMER-STATUS code=%d signal=%d reason=main\n", WEXITSTATUS(ending), WTERMSIG(ending));
    ioctl(host, TCSBRK, 1); /* wait until all of it is out, */
    ioctl(1, TCSBRK, 1);    /* and of what was last said on the console */
    sync();
    if (fork() == 0)
        reboot(RB_POWER_OFF); /* it may end the process that calls it: not us */
    for (;;)
        pause();
}
