/* boot_floor2: process 1 that makes primer's kernel calls and nothing else. Words: services=N, floor=cgroups. */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static const char *const mounts[][2] = {
    { "/proc", "proc" },     { "/sys", "sysfs" }, { "/dev", "devtmpfs" }, { "/dev/pts", "devpts" },
    { "/dev/shm", "tmpfs" }, { "/run", "tmpfs" }, { "/tmp", "tmpfs" },    { "/sys/fs/cgroup", "cgroup2" },
};
static int cgroups = -1, null, pids[2001];
static char piece[4096], stack[8192], snapshot[180 * 2001];
#define NAME(i, file) (snprintf(piece, sizeof piece, "service%04d.service%s", i, file), piece)
static void look(int folder, const char *path)
{
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    close(fstat(fd, &(struct stat){ 0 }) + read(fd, piece, sizeof piece) < 0 ? -1 : fd);
}
static void helper(int count) /* -1: looks for what could be set up; else loads so many units into a memfd */
{
    int memory = memfd_create("units", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fork() == 0) {
        for (int i = count < 0 ? -18 : -7; i <= count; i++)
            look(AT_FDCWD, i < 0 ? "/usr/local/lib/nothing" : NAME(i, ""));
        _exit(write(memory, snapshot, 180U * (unsigned)(count + 1)) < 0);
    }
    wait(NULL);
    mmap(NULL, 180U * (unsigned)(count + 2), PROT_READ, MAP_SHARED | MAP_POPULATE, memory, 0);
}
static void become(int i)
{
    const char *words[] = { i == 0 ? "/bench/probe" : "/bench/service", NULL,
                            "INVOCATION_ID=01234567890123456789012345678901",
                            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL };
    setsid();
    umask(022);
    dup2(null, 0);
    chdir("/");
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_SETMASK, &(sigset_t){ 0 }, NULL);
    execve(words[0], (char **)words, (char **)&words[2]);
}
static void start(int i) /* vfork(2) into a cgroup, which only clone3(2) can, with a stack for the child */
{
    struct clone_args args = { .exit_signal = SIGCHLD, .stack = (size_t)stack, .stack_size = sizeof stack };
    args.flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND;
    if (cgroups >= 0 && mkdirat(cgroups, NAME(i, ""), 0755) == 0) {
        args.cgroup = (unsigned)openat(cgroups, NAME(i, ""), O_DIRECTORY | O_CLOEXEC);
        args.flags |= CLONE_INTO_CGROUP;
    }
    __asm__ volatile("syscall; test %%eax, %%eax; jnz 1f; mov %2, %%edi; call *%3; 1:"
                     : "=a"(pids[i])
                     : "D"(&args), "r"(i), "r"(become), "a"(SYS_clone3), "S"(sizeof args)
                     : "rcx", "r11", "memory");
    close(cgroups < 0 ? -1 : (int)args.cgroup);
}
int main(void)
{
    siginfo_t info;
    sigset_t request = { { 1UL << (SIGUSR2 - 1) } };
    int count = atoi(getenv("services"));
    sigprocmask(SIG_BLOCK, &request, NULL);
    for (int i = 0; i < 8; i++)
        mount("none", (mkdir(mounts[i][0], 0755), mounts[i][0]), mounts[i][1], 0, NULL);
    if (getenv("floor") != NULL && mkdir("/sys/fs/cgroup/services", 0755) == 0) {
        write(open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY | O_CLOEXEC), "+pids", 5);
        cgroups = open("/sys/fs/cgroup/services", O_DIRECTORY | O_CLOEXEC);
    }
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pids); /* each child has these until it executes */
    pipe2(pids, O_CLOEXEC);
    syscall(SYS_epoll_create1, O_CLOEXEC);
    syscall(SYS_signalfd4, -1, &request, sizeof(long), O_CLOEXEC);
    open("/proc", O_DIRECTORY | O_CLOEXEC);
    open("/dev/console", O_WRONLY | O_CLOEXEC);
    helper(-1);
    helper(chdir("/etc/primer") == 0 ? count : 0);
    for (int i = 0; i <= count; i++)
        start(i);
    sigwaitinfo(&request, &info);
    for (int i = 0; i <= count; i++) {
        cgroups < 0 ? (void)0 : look(cgroups, NAME(i, "/cgroup.procs"));
        kill(pids[i], SIGTERM);
        kill(pids[i], SIGCONT);
    }
    for (int i = 0; waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0; i++) {
        waitid(P_PID, (id_t)info.si_pid, &info, WEXITED);
        cgroups < 0 ? (void)kill(-info.si_pid, 0) : look(cgroups, NAME(i, "/cgroup.events"));
    }
    reboot(vfork() == 0 ? (int)RB_POWER_OFF : RB_DISABLE_CAD);
    pause();
}
