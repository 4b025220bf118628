#include "exec/child.h"

#include "base/fd.h"
#include "base/signals.h"
#include "base/text.h"
#include "exec/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    EXIT_REFUSED = 125, /* a step before the last one failed */
    EXIT_NOT_EXECUTABLE = 126,
    EXIT_NOT_FOUND = 127,
};

/* One start: what the parent hands to the function that runs in the child. */
struct start {
    struct clone_request clone; /* its context is this struct start */
    const struct child_plan *plan;
    struct child_report report; /* memory is shared: the answer itself; else the child's draft */
    int report_fd;              /* memory is shared: -1; else the pipe's writing end */
};

/* A child of clone(2) has its parent's handlers, which are no good in it. CLONE_CLEAR_SIGHAND spares all this. */
static void clear_handlers(void)
{
    signal_set ignored = signals_ignored();
    for (int signo = 1; signo <= SIGNAL_LAST; signo++) {
        if ((ignored & SIGNAL_BIT(signo)) == 0) {
            signals_default(signo); /* KILL and STOP refuse; they have no handlers */
        }
    }
}

static int exit_status(const struct child_report *report, const struct step_table *steps)
{
    if (report->step + 1U != steps->count) {
        return EXIT_REFUSED;
    }
    return report->error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* The child. Comes back only when a step has failed. */
static int run_steps(void *context)
{
    struct start *start = context;
    const struct child_plan *plan = start->plan;
    if (start->clone.plain) {
        clear_handlers();
        if (plan->notes != NULL) {
            plan->notes->outside = true;
        }
    }
    struct step_runner runner = { .table = plan->steps, .context = plan->context, .watch = plan->watch };
    int result = step_run(&runner);
    if (result >= 0) {
        result = -ENOEXEC; /* a table that ends without executing anything, or waits: nobody could wake it */
        runner.next = plan->steps->count - 1;
    }
    start->report.error = -result;
    start->report.step = (uint16_t)runner.next;
    if (plan->notes != NULL) {
        start->report.hint = plan->notes->hint;
        text_copy(start->report.detail, sizeof start->report.detail, plan->notes->detail);
    }
    if (start->report_fd >= 0) {
        fd_write_all(start->report_fd, &start->report, sizeof start->report);
    }
    return exit_status(&start->report, plan->steps);
}

static pid_t start_sharing(struct start *start, int *report_fd, struct child_report *report)
{
    start->report_fd = -1;
    pid_t pid = clone_run(&start->clone);
    if (pid > 0) {
        *report_fd = -1;
        *report = start->report;
    }
    return pid;
}

/* Out of the way of descriptors 0 to 2, which a primer that was started without them lacks. */
static int move_up(int *fd)
{
    if (*fd > STDERR_FILENO) {
        return 0;
    }
    int up = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (up < 0) {
        return -errno;
    }
    close(*fd);
    *fd = up;
    return 0;
}

/* Both ends do not block: eight bytes always fit into an empty pipe. */
static int open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return -errno;
    }
    int result = move_up(&ends[0]);
    if (result == 0) {
        result = move_up(&ends[1]);
    }
    if (result < 0) {
        fd_close(&ends[0]);
        fd_close(&ends[1]);
    }
    return result;
}

static pid_t start_apart(struct start *start, int *report_fd)
{
    int ends[2];
    int result = open_pipe(ends);
    if (result < 0) {
        return result;
    }
    start->report_fd = ends[1];
    pid_t pid = clone_run(&start->clone);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return pid;
    }
    *report_fd = ends[0];
    return pid;
}

pid_t child_start(const struct child_plan *plan, int *report_fd, struct child_report *report)
{
    struct start start = {
        .clone = {
            .run = run_steps,
            .context = &start,
            .cgroup_fd = plan->cgroup_fd,
            .share_memory = plan->share_memory,
        },
        .plan = plan,
    };
    return plan->share_memory ? start_sharing(&start, report_fd, report) : start_apart(&start, report_fd);
}

int child_report_read(int report_fd, struct child_report *report)
{
    struct child_report read_one = { 0 };
    ssize_t n;
    do {
        n = read(report_fd, &read_one, sizeof read_one);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN) {
        return 0;
    }
    bool sound = n == sizeof read_one && read_one.error > 0 && read_one.hint < HINTS;
    if (n == 0 || sound) {
        read_one.detail[sizeof read_one.detail - 1] = '\0';
        *report = read_one;
        return 1;
    }
    *report = (struct child_report){ .error = EBADMSG };
    return -EBADMSG;
}

pid_t child_helper(int (*run)(void *context), void *context)
{
    bool plain;
    pid_t pid = clone_fork(&plain);
    if (pid != 0) {
        return pid;
    }
    if (plain) {
        clear_handlers();
    }
    setsid(); /* cannot fail: a new child leads no group */
    signals_mask(SIGNALS_NONE, NULL);
    _exit(run(context) & 0xff);
}
