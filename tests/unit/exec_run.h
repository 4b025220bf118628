/*
 * Runs a service's command from a snapshot of exec_builder.h and keeps what comes of it.
 */
#ifndef TESTS_EXEC_RUN_H
#define TESTS_EXEC_RUN_H

#include "exec/command.h"
#include "exec_builder.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program of tests/helpers/show.c. */
static inline const char *show_program(void)
{
    static char path[4096];
    const char *build = getenv("PRIMER_BUILD");
    snprintf(path, sizeof path, "%s/helpers/show", build == NULL ? PRIMER_SOURCE_DIR "/build/dev" : build);
    return path;
}

struct run {
    bool share_memory;
    bool at_home;
    signal_set ignored;
    int null_fd;
    const char *const *environment;
    const struct step_watch *watch;
    /* What came of it: */
    struct child_report report;
    bool shared_memory;
    int status; /* exit status, or 1000 and the signal */
    char out[32 * 1024];
};

/* A pipe whose ends stay clear of 0 to 2, even where those are closed. */
static inline void run_pipe(int ends[2])
{
    int low[2];
    assert_int_equal(pipe2(low, O_CLOEXEC), 0);
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 20);
        assert_true(ends[i] >= 20);
        close(low[i]);
    }
}

/* The command's output, through log_fd, which is where output goes by default. */
static inline void run_snapshot(struct run *r, const struct snapshot *s, const struct unit *unit,
                                const struct unit_command *command)
{
    int ends[2];
    run_pipe(ends);
    struct command_request request = {
        .snapshot = s,
        .unit = unit,
        .command = command,
        .environment = r->environment,
        .watch = r->watch,
        .null_fd = r->null_fd,
        .log_fd = ends[1],
        .cgroup_fd = -1,
        .share_memory_allowed = r->share_memory,
        .ignored = r->ignored,
        .at_home = r->at_home,
    };
    int fd = -1;
    memset(&r->report, 0, sizeof r->report);
    pid_t pid = command_start(&request, &fd, &r->report);
    assert_true(pid > 0);
    close(ends[1]);
    r->shared_memory = fd < 0;
    size_t len = 0;
    ssize_t n;
    while (len + 1 < sizeof r->out && (n = read(ends[0], r->out + len, sizeof r->out - 1 - len)) > 0) {
        len += (size_t)n;
    }
    r->out[len] = '\0';
    close(ends[0]);
    if (fd >= 0) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        assert_int_equal(poll(&ready, 1, 10000), 1);
        assert_int_equal(child_report_read(fd, &r->report), 1);
        close(fd);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline void run_command(struct run *r, struct builder *b)
{
    run_snapshot(r, &b->at.snapshot, b->unit, b->command);
}

/* Whether the output has LINE, whole. */
static inline bool run_has(const struct run *r, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = r->out; (at = strstr(at, line)) != NULL; at++) {
        if ((at == r->out || at[-1] == '\n') && (at[len] == '\n' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

#define assert_shows(run, line)                                   \
    do {                                                          \
        if (!run_has(run, line)) {                                \
            fail_msg("no line \"%s\" in:\n%s", line, (run)->out); \
        }                                                         \
    } while (0)

#define assert_hides(run, line)                                           \
    do {                                                                  \
        if (run_has(run, line)) {                                         \
            fail_msg("there is a line \"%s\" in:\n%s", line, (run)->out); \
        }                                                                 \
    } while (0)

#define assert_runs(run)                                                                                   \
    do {                                                                                                   \
        if ((run)->report.error != 0 || (run)->status != 0) {                                              \
            fail_msg("row \"%s\": errno %d, hint %d, \"%s\"; status %d; output:\n%s",                      \
                     command_steps.rows[(run)->report.step].name, (run)->report.error, (run)->report.hint, \
                     (run)->report.detail, (run)->status, (run)->out);                                     \
        }                                                                                                  \
    } while (0)

/* The command failed at ROW with ERROR and HINT, about DETAIL. */
#define assert_fails(run, row, err, hint_, detail_)                            \
    do {                                                                       \
        assert_string_equal(command_steps.rows[(run)->report.step].name, row); \
        assert_int_equal((run)->report.error, err);                            \
        assert_int_equal((run)->report.hint, hint_);                           \
        assert_string_equal((run)->report.detail, detail_);                    \
    } while (0)

#endif
