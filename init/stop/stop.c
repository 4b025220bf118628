#include "stop/stop.h"

#include "base/clock.h"
#include "base/fd.h"
#include "manage/manager.h"
#include "manage/steps.h"
#include "stop/swap.h"
#include "stop/unmount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

/* In the child: a record for PID 1's ring. */
static void tell(const struct manager *m, const char *step, const char *what, int error, const char *advice)
{
    struct event e = { .kind = EVENT_REPORT, .count = 1, .code = -error, .time_ns = clock_now_ns() };
    e.advice = advice;
    text_copy(e.word, sizeof e.word, step);
    text_copy(e.text, sizeof e.text, what);
    ssize_t n = write(m->tell_fds[1], &e, sizeof e);
    (void)n;
}

static void tell_left(void *who, const char *target, int error)
{
    tell(who, "unmount", target, error,
         error < 0 ? "it may still be written to" : "it is busy, and was made read-only");
}

static void tell_swap(void *who, const char *area, int error)
{
    tell(who, "swapoff", area, error, "it stays in use, and what it lies on may stay busy");
}

static int swapoff_run(void *context)
{
    return swap_off_all(tell_swap, context) < 0;
}

static int swap_off(void *context)
{
    struct manager *m = context;
    bool begun = m->step_chore != 0;
    return begun || swap_is_used() ? wait_chore(m, CHORE_FINAL, swapoff_run, m) : STEP_NOTHING;
}

static int unmount_run(void *context)
{
    const struct unmount_report report = { .left = tell_left, .who = context };
    return unmount_all(&report) < 0;
}

static int unmount(void *context)
{
    return wait_chore(context, CHORE_FINAL, unmount_run, context);
}

static int sync_run(void *context)
{
    (void)context;
    sync();
    return 0;
}

static int sync_disks(void *context)
{
    return wait_chore(context, CHORE_FINAL, sync_run, NULL);
}

static int status_run(void *context)
{
    const struct manager *m = context;
    char line[96];
    struct text t = TEXT_OVER(line);
    text_add(&t, "PRIMER-STATUS code=");
    text_u64(&t, m->status_is_signal ? 0 : m->status);
    text_add(&t, " signal=");
    text_u64(&t, m->status_is_signal ? m->status : 0);
    text_add(&t, " reason=");
    text_add(&t, m->status_reason);
    text_char(&t, '\n');
    int fd = open(m->wishes.status, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return 1;
    }
    int error = fd_write_all(fd, line, t.len);
    tcdrain(fd); /* a serial line takes its time; a regular file refuses, and needs none */
    return error < 0;
}

static int status(void *context)
{
    struct manager *m = context;
    return m->wishes.status == NULL ? STEP_NOTHING : wait_chore(m, CHORE_FINAL, status_run, m);
}

static const int commands[ENDINGS] = { [END_EXIT] = RB_POWER_OFF,
                                       [END_POWER_OFF] = RB_POWER_OFF,
                                       [END_REBOOT] = RB_AUTOBOOT,
                                       [END_HALT] = (int)RB_HALT_SYSTEM };

static int power_run(void *context)
{
    const struct manager *m = context;
    tcdrain(STDERR_FILENO);
    return reboot(commands[m->ending]) < 0 ? 1 : 0;
}

/* There is nothing behind this step that PID 1 could go on to: a kernel that refuses is asked again. */
static int power(void *context)
{
    struct manager *m = context;
    if (m->step_until_ns == 0) {
        int result = wait_chore(m, CHORE_FINAL, power_run, m);
        if (result == STEP_WAIT) {
            return STEP_WAIT;
        }
        event_note(&m->ring, EVENT_REPORT, NULL, "the kernel refuses to end the machine")->code = EPERM;
    }
    while (wait_until(m, false, 5 * NS_PER_SECOND) != STEP_WAIT) {
        if (wait_chore(m, CHORE_FINAL, power_run, m) == STEP_WAIT) {
            break;
        }
    }
    return STEP_WAIT;
}

static const struct step rows[] = {
    { "terminate", step_terminate, "kill(2)",
      "Processes that no service owns are asked to end: TERM to all but PID 1.", STEP_GOES_ON },
    { "drain", step_drain, "wait(2)",
      "PID 1 has no child left when every process is gone, and waits not a moment longer.", STEP_GOES_ON },
    { "kill", step_kill, "kill(2)", "Whoever is still there cannot refuse KILL.", STEP_GOES_ON },
    { "drain-killed", step_drain_killed, "wait(2)", "Only what is stuck in the kernel outlives KILL.",
      STEP_GOES_ON },
    { "swapoff", swap_off, "swapoff(2)",
      "What lies on a disk for want of memory comes back, or the disk that it lies on stays busy.",
      STEP_GOES_ON },
    { "unmount", unmount, "umount(2)",
      "Filesystems with data are left in reverse order; what is busy becomes read-only.", STEP_GOES_ON },
    { "sync", sync_disks, "sync(2)", "What is still in memory goes to the disks.", STEP_GOES_ON },
    { "result", step_result, "wait(2)", "How the run went is an event, the last one.", STEP_GOES_ON },
    { "flush", step_flush, "write(2)", "Whoever reads events gets the last ones before the machine is gone.",
      STEP_GOES_ON },
    { "status", status, "tcdrain(3)",
      "The host reads from this line that the run ended as it should, and with which status.", STEP_GOES_ON },
    { "power", power, "reboot(2)",
      "A child asks the kernel: if PID 1 itself did, and the kernel refused, it would have to go on.",
      STEP_GOES_ON },
};

const struct step_table stop_steps = { .name = "stop", .rows = rows, .count = sizeof rows / sizeof rows[0] };
