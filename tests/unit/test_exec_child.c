/*
 * The way from fork to exec, with tables of its own: what the parent is told, and what the child inherits.
 * Every case runs over the pipe and with shared memory, and without clone3(2) too (a seccomp filter takes it away).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/signals.h"
#include "exec/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct context {
    struct child_notes notes;
    const char *path;
    const char *const *argv;
    int failing_row; /* -1: none */
    int error;
};

static int step_nothing(void *context)
{
    (void)context;
    return STEP_NOTHING;
}

static int step_maybe(void *context)
{
    struct context *c = context;
    if (c->failing_row == 1) {
        c->notes.hint = HINT_DIRECTORY;
        return -c->error;
    }
    return 0;
}

static int step_tolerant(void *context)
{
    (void)context;
    return -EIO;
}

static int step_exec(void *context)
{
    struct context *c = context;
    char *no_environment[] = { NULL };
    signals_mask(SIGNALS_NONE, NULL);
    execve(c->path, (char *const *)(uintptr_t)c->argv, no_environment);
    return -errno;
}

static const struct step rows[] = {
    { "nothing", step_nothing, "none(2)", "Nothing.", STEP_ENDS },
    { "maybe", step_maybe, "none(2)", "Fails when asked.", STEP_ENDS },
    { "tolerant", step_tolerant, "none(2)", "Fails always, and it does not matter.", STEP_GOES_ON },
    { "exec", step_exec, "execve(2)", "Executes.", STEP_ENDS },
};

static const struct step_table table = { "test", rows, 4 };

static bool share_memory;

static pid_t start(struct context *c, struct child_report *report)
{
    struct child_plan plan = {
        .steps = &table, .context = c, .notes = &c->notes, .cgroup_fd = -1, .share_memory = share_memory
    };
    int fd = -2;
    pid_t pid = child_start(&plan, &fd, report);
    if (pid < 0) {
        return pid;
    }
    if (share_memory) {
        assert_int_equal(fd, -1);
        return pid;
    }
    assert_true(fd > 2);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    assert_int_equal(poll(&ready, 1, 10000), 1);
    assert_int_equal(child_report_read(fd, report), 1);
    close(fd);
    return pid;
}

static int status_of(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static const char *const exit7[] = { "sh", "-c", "exit 7", NULL };

static void test_executes(void **state)
{
    struct context c = { .path = "/bin/sh", .argv = exit7, .failing_row = -1 };
    struct child_report report = { 0 };
    (void)state;
    errno = EXDEV;
    pid_t pid = start(&c, &report);
    assert_true(pid > 0);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(report.error, 0);
    assert_int_equal(status_of(pid), 7);
}

static void test_failing_step_is_named(void **state)
{
    struct context c = { .path = "/bin/sh", .argv = exit7, .failing_row = 1, .error = ENOSPC };
    struct child_report report = { 0 };
    (void)state;
    errno = EXDEV;
    pid_t pid = start(&c, &report);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(report.error, ENOSPC);
    assert_int_equal(report.step, 1);
    assert_int_equal(report.hint, HINT_DIRECTORY);
    assert_int_equal(status_of(pid), 125);
}

static void test_last_step_has_its_own_statuses(void **state)
{
    struct context c = { .path = "/nowhere/at/all", .argv = exit7, .failing_row = -1 };
    struct child_report report = { 0 };
    (void)state;
    pid_t pid = start(&c, &report);
    assert_int_equal(report.error, ENOENT);
    assert_int_equal(report.step, 3);
    assert_int_equal(status_of(pid), 127);

    c.path = "/etc/passwd";
    pid = start(&c, &report);
    assert_int_equal(report.error, EACCES);
    assert_int_equal(status_of(pid), 126);
}

static void on_signal(int signo)
{
    (void)signo;
}

/* In the shell: the signals that /proc says are caught, and those that are ignored. */
static void test_dispositions(void **state)
{
    static char script[] = "while read -r name value; do case $name in "
                           "SigBlk:) [ $value = 0000000000000000 ] || exit 1;; "
                           "SigIgn:) [ $value = 0000000000000800 ] || exit 2;; "
                           "esac; done < /proc/self/status";
    const char *argv[] = { "sh", "-c", script, NULL };
    struct context c = { .path = "/bin/sh", .argv = argv, .failing_row = -1 };
    struct child_report report = { 0 };
    (void)state;
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, SIG_IGN); /* 12, bit 0x800 */
    pid_t pid = start(&c, &report);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    assert_int_equal(report.error, 0);
    assert_int_equal(status_of(pid), 0);
}

/* The parent's handler must not run in a child that shares its memory. */
static volatile sig_atomic_t handled;

static void count_signal(int signo)
{
    (void)signo;
    handled++;
}

static int step_raise(void *context)
{
    struct context *c = context;
    (void)c;
    signals_mask(SIGNALS_NONE, NULL);
    kill((pid_t)syscall(SYS_getpid), SIGUSR1);
    return -EINTR; /* not reached */
}

static void test_no_handler_in_the_child(void **state)
{
    static const struct step raising[] = { { "raise", step_raise, "kill(2)", "Dies.", STEP_ENDS } };
    static const struct step_table raise_table = { "test", raising, 1 };
    struct context c = { 0 };
    struct child_plan plan = {
        .steps = &raise_table, .context = &c, .cgroup_fd = -1, .share_memory = share_memory
    };
    struct child_report report = { 0 };
    int fd = -1;
    (void)state;
    handled = 0;
    signal(SIGUSR1, count_signal);
    pid_t pid = child_start(&plan, &fd, &report);
    assert_true(pid > 0);
    assert_int_equal(status_of(pid), 1000 + SIGUSR1);
    assert_int_equal(handled, 0);
    signal(SIGUSR1, SIG_DFL);
    close(fd);
}

static void test_no_descriptor_is_left(void **state)
{
    struct context c = { .path = "/nowhere/at/all", .argv = exit7, .failing_row = -1 };
    struct child_report report = { 0 };
    (void)state;
    int before = dup(0);
    close(before);
    for (int i = 0; i < 20; i++) {
        status_of(start(&c, &report));
    }
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

/* Pipe ends never land on 0 to 2, where the steps put the program's own. */
static void test_low_descriptors_stay_free(void **state)
{
    struct context c = { .path = "/nowhere/at/all", .argv = exit7, .failing_row = -1 };
    struct child_report report = { 0 };
    (void)state;
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
    close(0);
    pid_t pid = start(&c, &report);
    assert_int_equal(fcntl(0, F_GETFD), -1);
    dup2(saved, 0);
    close(saved);
    assert_int_equal(report.error, ENOENT);
    status_of(pid);
}

static void test_no_descriptors_at_all(void **state)
{
    struct context c = { .path = "/bin/sh", .argv = exit7, .failing_row = -1 };
    struct child_report report = { 0 };
    int fds[64];
    int count = 0;
    (void)state;
    if (share_memory) {
        return; /* needs none */
    }
    fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (count < 63) {
        fds[count + 1] = fcntl(fds[0], F_DUPFD_CLOEXEC, 0);
        count++;
    }
    /* Nothing above what is open now may be opened. */
    struct rlimit {
        uint64_t soft, hard;
    } old, none = { 0 };
    syscall(SYS_prlimit64, 0, 7, NULL, &old);
    none.hard = old.hard;
    syscall(SYS_prlimit64, 0, 7, &none, NULL);
    pid_t pid = start(&c, &report);
    syscall(SYS_prlimit64, 0, 7, &old, NULL);
    assert_int_equal(pid, -EMFILE);
    for (int i = 0; i <= count; i++) {
        close(fds[i]);
    }
}

static void test_report_read(void **state)
{
    struct child_report report = { .error = 1 };
    int ends[2];
    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(child_report_read(ends[0], &report), 0);
    assert_int_equal(report.error, 1);
    assert_int_equal(write(ends[1], "xyz", 3), 3);
    assert_int_equal(child_report_read(ends[0], &report), -EBADMSG);
    assert_int_equal(report.error, EBADMSG);
    struct child_report bad = { .error = 5, .hint = HINTS };
    assert_int_equal(write(ends[1], &bad, sizeof bad), sizeof bad);
    assert_int_equal(child_report_read(ends[0], &report), -EBADMSG);
    close(ends[1]);
    assert_int_equal(child_report_read(ends[0], &report), 1);
    assert_int_equal(report.error, 0);
    close(ends[0]);
}

static void handle_nothing(int signo)
{
    (void)signo;
}

static int helper_looks(void *context)
{
    signal_set mask = 1;
    (void)context;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask);
    struct sigaction usr2;
    sigaction(SIGUSR2, NULL, &usr2);
    if (mask != 0 || usr2.sa_handler != SIG_DFL) {
        return 1;
    }
    return getsid(0) == getpid() ? 42 : 2;
}

static void test_helper(void **state)
{
    (void)state;
    signal(SIGUSR2, handle_nothing);
    pid_t pid = child_helper(helper_looks, NULL);
    signal(SIGUSR2, SIG_DFL);
    assert_true(pid > 0);
    assert_int_equal(status_of(pid), 42);
}

/* Takes clone3(2) away from this process and all it starts: it answers ERROR from now on. */
static void refuse_clone3(unsigned error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 4, code };
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    assert_int_equal(syscall(SYS_clone3, NULL, 0), -1);
    assert_int_equal(errno, (int)error);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_executes),
    cmocka_unit_test(test_failing_step_is_named),
    cmocka_unit_test(test_last_step_has_its_own_statuses),
    cmocka_unit_test(test_dispositions),
    cmocka_unit_test(test_no_handler_in_the_child),
    cmocka_unit_test(test_no_descriptor_is_left),
    cmocka_unit_test(test_low_descriptors_stay_free),
    cmocka_unit_test(test_no_descriptors_at_all),
    cmocka_unit_test(test_report_read),
    cmocka_unit_test(test_helper),
};

int main(void)
{
    signals_mask(signals_blockable, NULL);
    int failed = cmocka_run_group_tests_name("apart", tests, NULL, NULL);
    share_memory = true;
    failed += cmocka_run_group_tests_name("sharing", tests, NULL, NULL);
    refuse_clone3(ENOSYS);
    failed += cmocka_run_group_tests_name("sharing, without clone3", tests, NULL, NULL);
    share_memory = false;
    failed += cmocka_run_group_tests_name("apart, without clone3", tests, NULL, NULL);
    return failed;
}
