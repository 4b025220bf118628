#include "manage/life.h"

#include "base/clock.h"
#include "base/fd.h"
#include "ctl/long_option.h"
#include "manage/manager.h"
#include "manage/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int subreaper(void *context)
{
    const struct manager *m = context;
    if (m->pid == 1) {
        return STEP_NOTHING;
    }
    return prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 ? -errno : 0;
}

/*
 * Standard error, as an open file of its own, so that O_NONBLOCK is not forced on whoever shares it. A regular file never
 * blocks, and shared it keeps one position for all; a socket cannot be opened anew.
 */
static int open_log(void)
{
    struct stat what;
    int fd = -1;
    if (fstat(STDERR_FILENO, &what) < 0) {
        return -errno;
    }
    if (!S_ISREG(what.st_mode)) {
        fd = open("/proc/self/fd/2", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    }
    if (fd < 0) {
        fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    }
    return fd < 0 ? -errno : fd;
}

static int log_outlet(void *context)
{
    struct manager *m = context;
    struct outlet *o = &m->outlets[OUTLET_CONSOLE];
    o->fd = open_log();
    o->level = m->wishes.level;
    if (m->wishes.events != NULL) {
        struct outlet *events = &m->outlets[OUTLET_EVENTS];
        events->form = FORM_JSON;
        events->fd = open(m->wishes.events, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC,
                          0644);
        if (events->fd < 0) {
            return -errno;
        }
    }
    return o->fd < 0 ? o->fd : 0;
}

static const struct step start_rows[] = {
    { "manager-signals", step_open, "signalfd(2)",
      "Signals are read as messages, in turn with everything else.", STEP_ENDS },
    { "log", log_outlet, "open(2)", "What happens is told on standard error.", STEP_GOES_ON },
    { "subreaper", subreaper, "PR_SET_CHILD_SUBREAPER(2const)",
      "Orphans of the services come here, and to nobody else.", STEP_GOES_ON },
    { "manager-tracker", step_tracker, "cgroups(7)",
      "Every service gets a cgroup of its own, where that is allowed.", STEP_GOES_ON },
    { "manager-sockets", step_sockets, "unix(7)", "Where services say that they are ready.", STEP_GOES_ON },
    { "manager-control", step_control, "unix(7)", "Where primerctl(1) asks what runs, and changes it.",
      STEP_GOES_ON },
    { "manager-load", step_load, "memfd_create(2)",
      "The manager parses no unit file: a child does, and hands over a sealed block of memory.",
      STEP_GOES_ON },
    { "manager-units", step_units, "mmap(2)",
      "The block is mapped read-only and checked before a byte of it is believed.", STEP_ENDS },
    { "manager-start", step_start, "systemd.unit(5)",
      "The first job: start the default unit and all that it needs.", STEP_ENDS },
};

static const struct step stop_rows[] = {
    { "left-terminate", step_terminate, "kill(2)", "Children that no service owns are asked to end.",
      STEP_GOES_ON },
    { "left-drain", step_drain, "wait(2)", "And waited for, not a moment longer than needed.", STEP_GOES_ON },
    { "left-kill", step_kill, "kill(2)", "Whoever is still there cannot refuse KILL.", STEP_GOES_ON },
    { "left-drain-killed", step_drain_killed, "wait(2)", "Only what is stuck in the kernel outlives KILL.",
      STEP_GOES_ON },
    { "left-result", step_result, "wait(2)", "How the run went is an event, the last one.", STEP_GOES_ON },
    { "left-flush", step_flush, "write(2)", "Whoever reads events gets the last ones.", STEP_GOES_ON },
};

const struct step_table manager_steps = { "manager", start_rows, sizeof start_rows / sizeof start_rows[0] };
const struct step_table manager_stop_steps = { "manager-stop", stop_rows,
                                               sizeof stop_rows / sizeof stop_rows[0] };

static const struct signal_row signals[] = {
    { SIGTERM, ACT_STOP, END_EXIT },
    { SIGINT, ACT_STOP, END_EXIT },
    { SIGNAL_RTMIN + 3, ACT_STOP, END_EXIT },
    { SIGHUP, ACT_RELOAD, END_NONE },
};

/* Nothing runs and nothing will: a container ends then, and says whether anything went wrong. */
static void end(struct manager *m)
{
    if (m->roster.failed > 0) {
        m->status = 1;
        m->status_reason = "failed-units";
    }
    manager_stop(m, END_EXIT);
}

static void start_failed(struct manager *m, int error)
{
    struct event *e = event_note(&m->ring, EVENT_REPORT, NULL, "no unit can be started");
    e->code = -error;
    text_copy(e->word, sizeof e->word, "manager");
    m->status = 125;
    m->status_reason = "refused";
    manager_stop(m, END_EXIT);
}

static const struct life manager_life = {
    .name = "manager",
    .start = &manager_steps,
    .stop = &manager_stop_steps,
    .signals = signals,
    .signal_count = sizeof signals / sizeof signals[0],
    .owns_machine = false,
    .idle = end,
    .start_failed = start_failed,
};

static const struct long_option options[] = {
    { "--unit", "NAME", offsetof(struct wishes, unit), "the unit to start; else the default of /etc/primer" },
    { "--main", "NAME", offsetof(struct wishes, main),
      "the unit whose end ends the manager, with its status" },
    { "--units", "FOLDER", offsetof(struct wishes, units),
      "read unit files from there in place of /etc/primer" },
    { "--run", "FOLDER", offsetof(struct wishes, folder), "make the sockets there in place of /run/primer" },
    { "--events", "FILE", offsetof(struct wishes, events), "write every event there, a JSON line each" },
    { "--no-cgroups", NULL, offsetof(struct wishes, no_cgroups), "track services by process group" },
    { "--verbose", NULL, offsetof(struct wishes, verbose), "tell everything that happens" },
    { "--help", NULL, offsetof(struct wishes, help), "this list" },
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static int refuse(const char *word, const char *why, const char *nearest)
{
    char line[256];
    struct text t = TEXT_OVER(line);
    text_add(&t, "primer: ");
    text_add(&t, word);
    text_add(&t, ": ");
    text_add(&t, why);
    if (nearest != NULL) {
        text_add(&t, "; did you mean ");
        text_add(&t, nearest);
        text_char(&t, '?');
    }
    text_char(&t, '\n');
    fd_write_all(STDERR_FILENO, line, t.len);
    return 125;
}

int manager_main(int argc, char **argv)
{
    static struct manager m; /* too large for the stack, and there is one */
    manager_init(&m, &manager_life);
    m.wishes.folder = "/run/primer";
    m.setup_done = true;
    for (int i = 0; i < argc;) {
        int taken = long_option_take(options, OPTIONS, &m.wishes, argv + i);
        if (taken == 0) {
            return refuse(argv[i], "not an option of primer --manager, or its value is missing",
                          long_option_nearest(options, OPTIONS, argv[i]).best);
        }
        i += taken;
    }
    if (m.wishes.help) {
        long_option_help(options, OPTIONS);
        return 0;
    }
    if (m.wishes.verbose) {
        m.wishes.level = LEVEL_DEBUG;
    }
    return manager_run(&m);
}
