/*
 * boot_floor2: a process 1 that makes, for each service, the kernel calls that primer makes, and does nothing else: what
 * primer takes beyond it is primer's own doing. The command line says services=N; floor=cgroups gives each a cgroup.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int cgroups = -1, null, pids[2001];
static char piece[4096], stack[8192];

static const char *path(const char *folder, int i, const char *file)
{
    static char text[64];
    if (i == 0) {
        snprintf(text, sizeof text, "%sprobe.service%s", folder, file);
    } else {
        snprintf(text, sizeof text, "%sservice%04d.service%s", folder, i, file);
    }
    return text;
}

static void read_file(int folder, const char *name)
{
    struct stat status;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    close(fstat(fd, &status) + read(fd, piece, sizeof piece) < 0 ? -1 : fd);
}

static void become(const char *program)
{
    sigset_t none;
    setsid();
    dup2(null, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program, (char *[]){ (char *)program, NULL }, (char *[]){ (char *)"PATH=/usr/bin", NULL });
    _exit(127);
}

/* vfork(2) into a cgroup, which only clone3(2) can. The child is on a stack of its own, and never comes back. */
static void start(int i)
{
    const char *program = i == 0 ? "/bench/probe" : "/bench/service";
    struct clone_args args = { .flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND,
                               .exit_signal = SIGCHLD };
    args.stack = (size_t)stack;
    args.stack_size = sizeof stack;
    if (cgroups >= 0) {
        mkdirat(cgroups, path("", i, ""), 0755);
        args.cgroup = (unsigned)openat(cgroups, path("", i, ""), O_DIRECTORY | O_CLOEXEC);
        args.flags |= CLONE_INTO_CGROUP;
    }
    __asm__ volatile("syscall; test %%eax, %%eax; jnz 1f; mov %2, %%rdi; call *%3; 1:"
                     : "=a"(pids[i])
                     : "D"(&args), "r"(program), "r"(become), "a"(SYS_clone3), "S"(sizeof args)
                     : "rcx", "r11", "memory");
    close(cgroups >= 0 ? (int)args.cgroup : -1);
}

static void stop(int i)
{
    if (cgroups >= 0) {
        read_file(cgroups, path("", i, "/cgroup.procs"));
    }
    kill(pids[i], SIGTERM);
    kill(pids[i], SIGCONT);
}

int main(void)
{
    siginfo_t info;
    sigset_t request;
    int count = atoi(getenv("services"));
    sigemptyset(&request);
    sigaddset(&request, SIGUSR2);
    sigprocmask(SIG_BLOCK, &request, NULL);
    if (getenv("floor") != NULL) {
        mount("none", "/sys", "sysfs", 0, NULL);
        mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL);
        mkdir("/sys/fs/cgroup/services", 0755);
        cgroups = open("/sys/fs/cgroup/services", O_DIRECTORY | O_CLOEXEC);
    }
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i <= count; i++) {
        read_file(AT_FDCWD, path("/etc/primer/", i, ""));
    }
    for (int i = 0; i <= count; i++) {
        start(i);
    }
    sigwaitinfo(&request, &info);
    for (int i = 0; i <= count; i++) {
        stop(i);
    }
    for (int i = 0; waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0; i++) {
        waitid(P_PID, (id_t)info.si_pid, &info, WEXITED);
        cgroups >= 0 ? read_file(cgroups, path("", i, "/cgroup.events")) : (void)kill(-info.si_pid, 0);
    }
    if (vfork() == 0) {
        reboot(RB_POWER_OFF);
    }
    pause();
}
