#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/signals.h"
#include "exec/command.h"
#include "exec_builder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

static int null_fd;
static bool share_memory;

static int run(struct builder *b, struct child_report *report, char *out, size_t size)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct command_request request = {
        .snapshot = &b->at.snapshot,
        .unit = b->unit,
        .command = b->command,
        .null_fd = null_fd,
        .log_fd = ends[1],
        .cgroup_fd = -1,
        .share_memory_allowed = share_memory,
    };
    int fd = -1;
    pid_t pid = command_start(&request, &fd, report);
    assert_true(pid > 0);
    close(ends[1]);
    size_t len = 0;
    ssize_t n;
    while (len + 1 < size && (n = read(ends[0], out + len, size - 1 - len)) > 0) {
        len += (size_t)n;
    }
    out[len] = '\0';
    close(ends[0]);
    if (fd >= 0) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        assert_int_equal(poll(&ready, 1, 10000), 1);
        assert_int_equal(child_report_read(fd, report), 1);
        close(fd);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void test_smoke(void **state)
{
    static struct builder b;
    struct child_report report = { 0 };
    char out[4096];
    (void)state;
    builder_init(&b);
    b.service->flags = SERVICE_PLAIN;
    builder_command(&b, "/bin/sh", "sh", "-c", "echo hello; exit 3", NULL);
    assert_int_equal(run(&b, &report, out, sizeof out), 3);
    assert_int_equal(report.error, 0);
    assert_string_equal(out, "hello\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_smoke) };
    signals_mask(signals_blockable, NULL);
    null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    int failed = cmocka_run_group_tests_name("apart", tests, NULL, NULL);
    share_memory = true;
    return failed + cmocka_run_group_tests_name("sharing", tests, NULL, NULL);
}
