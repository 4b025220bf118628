/*
 * entry_run: one run of a scene, with at most one call that fails, and what came of it.
 *
 * The starter installs a seccomp filter that asks about every call, and executes primer. Its listener is fetched by
 * pidfd_getfd(2), because the starter cannot tell us of it any more: every call of its own would wait for us.
 */
#ifndef ENTRY_RUN_H
#define ENTRY_RUN_H

#include "entry_scenes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <termios.h>

enum { LAST_CALL = 512, WORDS = 2048, LISTENER = 100, HANG_S = 20 };

#define NS_BEFORE_CONT UINT64_C(2000000000)
#define NS_TO_OBEY     UINT64_C(1000000000)

struct counts {
    unsigned of[2][LAST_CALL]; /* by primer, by its child up to main's execve */
};

struct fault {
    int who, nr, error;
    unsigned nth; /* from 1 */
};

struct outcome {
    int status; /* as a shell says it */
    int hung;
    int left; /* processes that were there when primer had ended */
    int said; /* primer said that something may be left */
    int injected;
    int before_main; /* the C library had not reached main() yet when the call failed */
    uint64_t took_ns;
    char words[WORDS]; /* primer's, on stderr */
};

/* A run under way. */
struct run {
    const struct scene *scene;
    const struct fault *fault;
    struct counts *counts, own;
    struct outcome *outcome;
    pid_t primer, child;
    int executed, child_executed, told;
    int listener;
};

static char primer_path[PATH_MAX], own_path[PATH_MAX];
static int shell_terminal = -1; /* the master of the terminal that this process leads */

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static int open_terminal(char name[32])
{
    int number;
    int unlock = 0;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0 || ioctl(master, (int)TIOCGPTN, &number) < 0) {
        return -1;
    }
    snprintf(name, 32, "/dev/pts/%d", number);
    return master;
}

static int run_begin(const char *primer)
{
    return realpath(primer, primer_path) == NULL ||
                   readlink("/proc/self/exe", own_path, sizeof own_path - 1) < 0
               ? -1
               : 0;
}

/*
 * Forks a process that is PID 1 of a namespace with a /proc of its own, so that it adopts whatever primer leaves and
 * nothing else is seen there; and that leads a session with a terminal, as a shell does. As fork(2).
 */
static pid_t fork_player(void)
{
    char name[32];
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWPID | CLONE_NEWNS, NULL, NULL, NULL, NULL);
    if (pid != 0) {
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", 0, NULL) < 0) {
        perror("entry_fault: /proc");
        _exit(2);
    }
    setsid();
    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    shell_terminal = open_terminal(name);
    if (shell_terminal < 0 || open(name, O_RDWR | O_CLOEXEC) < 0) { /* and it controls us */
        perror("entry_fault: a terminal");
        _exit(2);
    }
    return 0;
}

/* ---- the starter ---- */

static void start_place(const struct scene *scene, int master)
{
    char name[32];
    if (scene->place & IN_NAMESPACE) {
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            mount("proc", "/proc", "proc", 0, NULL) < 0) {
            _exit(99);
        }
    }
    if (scene->place & AT_TERMINAL) {
        int number = 0;
        ioctl(master, (int)TIOCGPTN, &number);
        snprintf(name, sizeof name, "/dev/pts/%d", number);
        setsid();
        int slave = open(name, O_RDWR);
        ioctl(slave, TIOCSCTTY, 0);
        dup2(slave, 0);
    } else if (scene->place & IS_JOB) {
        setpgid(0, 0);
        int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
        tcsetpgrp(tty, getpid());
        dup2(tty, 0);
    } else {
        setsid(); /* no terminal */
        dup2(open("/dev/null", O_RDWR), 0);
    }
}

/* ANSWER to every call of this process from here on, SECCOMP_RET_USER_NOTIF: it waits for ours. The listener, or -1. */
static int filter_calls(uint32_t answer)
{
    struct sock_filter ask[] = { BPF_STMT(BPF_RET | BPF_K, answer) };
    const struct sock_fprog program = { .len = 1, .filter = ask };
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Whether this kernel, and whatever filters this process already, allow a filter with a listener. */
static int can_listen(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(filter_calls(SECCOMP_RET_ALLOW) < 0 ? errno : 0);
    }
    waitpid(pid, &status, 0);
    if (status != 0) {
        fprintf(stderr, "entry_fault: seccomp_unotify(2): %s\n", strerror(WEXITSTATUS(status)));
    }
    return status == 0;
}

static void filter_and_execute(const struct scene *scene)
{
    const char *argv[20] = { NULL };
    char self[32];
    unsigned n = 0;
    for (; scene->argv[n] != NULL && strcmp(scene->argv[n], "MAIN") != 0; n++) {
        argv[n] = scene->argv[n];
    }
    if (scene->act != NULL) {
        argv[n++] = own_path;
        argv[n++] = "act";
        argv[n++] = scene->act;
    }
    snprintf(self, sizeof self, "LISTEN_PID=%d", getpid());
    const char *variable = scene->environment == NULL ? "X=" : scene->environment;
    const char *const environment[] = { "PATH=/usr/bin:/bin",
                                        strcmp(variable, "LISTEN_PID=") == 0 ? self : variable, NULL };
    filter_calls(SECCOMP_RET_USER_NOTIF);
    syscall(SYS_execve, primer_path, argv, environment);
    syscall(SYS_exit_group, 98);
}

/* Every descriptor below the listener's number is taken, so that it gets that number. */
static void start(const struct scene *scene, int words, int master)
{
    const uint64_t none = 0;
    start_place(scene, master);
    dup2(words, 2);
    dup2(words, 1);
    if ((scene->place & HAS_CHILD) && fork() == 0) {
        for (;;) {
            pause();
        }
    }
    signal(SIGTTOU, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
    syscall(SYS_close_range, 3, ~0U, 0);
    for (int fd = 0; fd >= 0 && fd < LISTENER - 1;) {
        fd = fcntl(2, F_DUPFD_CLOEXEC, 3);
    }
    filter_and_execute(scene);
}

static pid_t fork_starter(const struct scene *scene, int words, int master)
{
    const unsigned long flags = SIGCHLD | (scene->place & IN_NAMESPACE ? CLONE_NEWPID : 0);
    pid_t pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (pid == 0) {
        start(scene, words, master);
    }
    return pid;
}

static int fetch_listener(pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int listener = -1;
    for (uint64_t end = now_ns() + 5000000000U; listener < 0 && now_ns() < end;) {
        listener = (int)syscall(SYS_pidfd_getfd, pidfd, LISTENER, 0);
        /* Until then that number may be nothing at all. */
        if (listener < 0) {
            sched_yield();
        }
    }
    close(pidfd);
    return listener;
}

/* ---- one call ---- */

/* 0: primer's, 1: its child's, -1: nobody's who matters. */
static int whose(struct run *run, const struct seccomp_notif *call)
{
    const pid_t pid = (pid_t)call->pid;
    if (pid == run->primer) {
        return run->executed ? 0 : -1;
    }
    if (run->child == 0 && run->executed) {
        run->child = pid;
    }
    if (pid != run->child || run->child_executed) {
        return -1;
    }
    char link[32];
    char path[PATH_MAX] = "";
    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    if (readlink(link, path, sizeof path - 1) > 0 && strcmp(path, primer_path) != 0) {
        run->child_executed = 1;
        return -1;
    }
    return 1;
}

/* What CALL answers: 0 to go through, or an errno. */
static int answer(struct run *run, const struct seccomp_notif *call)
{
    const int who = whose(run, call);
    const int nr = call->data.nr;
    if ((pid_t)call->pid == run->primer && nr == SYS_execve) {
        run->executed = 1;
        return 0;
    }
    if (who < 0 || nr < 0 || nr >= LAST_CALL) {
        return 0;
    }
    if (nr == SYS_rt_sigtimedwait && (run->scene->place & GETS_TERM) && !run->told) {
        kill(run->primer, SIGTERM);
        run->told = 1;
    }
    if (run->counts != NULL) {
        run->counts->of[who][nr]++;
    }
    const unsigned nth = ++run->own.of[who][nr];
    const struct fault *fault = run->fault;
    if (fault == NULL || fault->who != who || fault->nr != nr || fault->nth != nth) {
        return 0;
    }
    run->outcome->injected = 1;
    run->outcome->before_main = run->own.of[0][SYS_rt_sigprocmask] == 0;
    return fault->error;
}

static void serve(struct run *run)
{
    struct seccomp_notif call;
    struct seccomp_notif_resp response = { 0 };
    memset(&call, 0, sizeof call);
    if (ioctl(run->listener, (int)SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) {
        return; /* it was killed meanwhile */
    }
    const int error = answer(run, &call);
    response.id = call.id;
    response.error = -error;
    response.flags = error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
    ioctl(run->listener, (int)SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* ---- the whole run ---- */

static int shell_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Until primer has ended. A job that stops is brought back, as a shell's fg does it. */
static void follow(struct run *run)
{
    const uint64_t begin = now_ns();
    int status;
    for (;;) {
        struct pollfd ready = { .fd = run->listener, .events = POLLIN };
        if (poll(&ready, 1, 1) > 0 && (ready.revents & POLLIN) != 0) {
            serve(run);
        }
        pid_t pid = waitpid(run->primer, &status, WNOHANG | WUNTRACED);
        if (pid == run->primer && WIFSTOPPED(status)) {
            kill(run->primer, SIGCONT);
        } else if (pid == run->primer) {
            break;
        }
        /* Who was told that there is no terminal leaves a stopped main stopped, until somebody says CONT. */
        if ((run->scene->place & (AT_TERMINAL | IS_JOB)) && !run->told && now_ns() - begin > NS_BEFORE_CONT) {
            run->told = 1;
            kill(run->primer, SIGCONT);
        }
        if (now_ns() - begin > HANG_S * UINT64_C(1000000000)) {
            run->outcome->hung = 1;
            kill(run->primer, SIGKILL);
            waitpid(run->primer, &status, 0);
            break;
        }
    }
    run->outcome->took_ns = now_ns() - begin;
    run->outcome->status = shell_status(status);
}

/* A child of ours that is not a zombie, or 0. */
static pid_t living_child(void)
{
    siginfo_t info = { 0 };
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
        info.si_pid = 0;
    }
    char line[4096] = "";
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    close(fd);
    return n > 0 ? (pid_t)atoi(line) : 0;
}

/* Ends what primer has left, and counts it. With the filter's listener closed every call of it fails, and it may go on. */
static int end_the_rest(const struct scene *scene)
{
    int left = scene->place & HAS_CHILD ? -1 : 0;
    const uint64_t begin = now_ns();
    while ((scene->place & TELLS_ONLY) && living_child() > 0 && now_ns() - begin < NS_TO_OBEY) {
        poll(NULL, 0, 1);
    }
    for (pid_t pid; (pid = living_child()) > 0; left++) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return left < 0 ? 0 : left;
}

static void run_scene(const struct scene *scene, const struct fault *fault, struct counts *counts,
                      struct outcome *outcome)
{
    static struct run run;
    char name[32];
    int words = (int)syscall(SYS_memfd_create, "words", 1U);
    int master = scene->place & AT_TERMINAL ? open_terminal(name) : -1;
    memset(&run, 0, sizeof run);
    memset(outcome, 0, sizeof *outcome);
    run.scene = scene;
    run.fault = fault;
    run.counts = counts;
    run.outcome = outcome;
    run.primer = fork_starter(scene, words, master);
    run.listener = fetch_listener(run.primer);
    follow(&run);
    close(run.listener);
    outcome->left = end_the_rest(scene);
    ssize_t n = pread(words, outcome->words, WORDS - 1, 0);
    outcome->words[n < 0 ? 0 : n] = '\0';
    outcome->said = strstr(outcome->words, "left") != NULL || strstr(outcome->words, "won't work") != NULL;
    close(words);
    close(master);
}

static const char *name_of_error(int error)
{
    static const char *const names[] = {
#define NAME(e) [e] = #e
        NAME(E2BIG),        NAME(EACCES),  NAME(EAGAIN),       NAME(EBADF),      NAME(EBUSY),
        NAME(ECHILD),       NAME(EDEADLK), NAME(EDESTADDRREQ), NAME(EDQUOT),     NAME(EEXIST),
        NAME(EFAULT),       NAME(EFBIG),   NAME(EHWPOISON),    NAME(EINTR),      NAME(EINVAL),
        NAME(EIO),          NAME(EISDIR),  NAME(ELIBBAD),      NAME(ELOOP),      NAME(EMFILE),
        NAME(ENAMETOOLONG), NAME(ENFILE),  NAME(ENODEV),       NAME(ENOENT),     NAME(ENOEXEC),
        NAME(ENOLCK),       NAME(ENOMEM),  NAME(ENOPKG),       NAME(ENOSPC),     NAME(ENOSYS),
        NAME(ENOTDIR),      NAME(ENOTTY),  NAME(ENXIO),        NAME(EOPNOTSUPP), NAME(EOVERFLOW),
        NAME(EPERM),        NAME(EPIPE),   NAME(ERANGE),       NAME(EROFS),      NAME(ESPIPE),
        NAME(ESRCH),        NAME(ETXTBSY), NAME(EUSERS),
#undef NAME
    };
    return error < (int)(sizeof names / sizeof names[0]) && names[error] != NULL ? names[error] : "?";
}

#endif
