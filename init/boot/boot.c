#include "boot/boot.h"

#include "boot/cmdline.h"
#include "boot/console.h"
#include "boot/loopback.h"
#include "boot/mounts.h"
#include "boot/setup.h"
#include "boot/shell.h"
#include "boot/watch.h"
#include "manage/manager.h"
#include "manage/steps.h"
#include "stop/stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static int stdio(void *context)
{
    (void)context;
    return console_fill_stdio();
}

static int proc(void *context)
{
    (void)context;
    return mounts_make(MOUNT_PROC);
}

static int command_line(void *context)
{
    return cmdline_read(context);
}

static int sys(void *context)
{
    (void)context;
    return mounts_make(MOUNT_SYS);
}

static int dev(void *context)
{
    (void)context;
    return mounts_make(MOUNT_DEV);
}

static int console(void *context)
{
    return console_open(context);
}

static int events(void *context)
{
    return console_open_events(context);
}

static int pts(void *context)
{
    (void)context;
    return mounts_make(MOUNT_PTS);
}

static int shm(void *context)
{
    (void)context;
    return mounts_make(MOUNT_SHM);
}

static int run(void *context)
{
    (void)context;
    return mounts_make(MOUNT_RUN);
}

static int tmp(void *context)
{
    (void)context;
    return mounts_make(MOUNT_TMP);
}

static int cgroup(void *context)
{
    (void)context;
    return mounts_make(MOUNT_CGROUP);
}

/* Ctrl-Alt-Del becomes a signal to PID 1 in place of an immediate reset. */
static int keys(void *context)
{
    (void)context;
    return reboot(RB_DISABLE_CAD) < 0 ? -errno : 0;
}

static int loopback(void *context)
{
    (void)context;
    return loopback_up();
}

static int emergency(void *context)
{
    struct manager *m = context;
    return m->wishes.emergency ? wait_chore(m, CHORE_SHELL, shell_run, NULL) : STEP_NOTHING;
}

static int setup_run(void *context)
{
    struct manager *m = context;
    struct step_runner runner = { .table = &setup_steps, .context = m, .watch = &m->child_watch };
    m->spawning = UNIT_NONE;
    step_run(&runner);
    return 0;
}

/* sysinit.target has waited for this, and with it every service that did not ask to be earlier. */
static void setup_ended(struct manager *m, int status)
{
    (void)status;
    m->setup_done = true;
    manager_boot_work_done(m);
}

static int setup(void *context)
{
    struct manager *m = context;
    struct chore *chore = chore_start(m, CHORE_SETUP, setup_run, m);
    if (chore == NULL) {
        setup_ended(m, 0);
        return -ECHILD;
    }
    chore->ended = setup_ended;
    return 0;
}

static int rescue(void *context)
{
    struct manager *m = context;
    if (!m->wishes.rescue) {
        return STEP_NOTHING;
    }
    return m->setup_done ? wait_chore(m, CHORE_SHELL, shell_run, NULL) : STEP_WAIT;
}

static const struct step rows[] = {
    { "descriptors", stdio, "open(2)",
      "Descriptors 0, 1 and 2 must be something, or the first file opened takes their place.", STEP_GOES_ON },
    { "signal-queue", step_open, "signalfd(2)",
      "A signal to PID 1 that has no handler is ignored by the kernel; these are read as messages instead.",
      STEP_ENDS },
    { "proc", proc, "proc(5)",
      "The kernel's tables of processes and settings, as files; all that follows reads them.", STEP_GOES_ON },
    { "command-line", command_line, "bootparam(7)",
      "What the kernel was asked for: only /proc/cmdline has all of it, the arguments of PID 1 have not.",
      STEP_GOES_ON },
    { "sys", sys, "sysfs(5)", "The kernel's devices and drivers, as files.", STEP_GOES_ON },
    { "dev", dev, "mount(2)",
      "devtmpfs holds a node for each device that the kernel knows, and needs no udev.", STEP_GOES_ON },
    { "console", console, "console(4)",
      "Now there is a device to talk on: it becomes descriptors 0, 1 and 2.", STEP_GOES_ON },
    { "events", events, "open(2)", "Everything that happens is also written here, as one JSON line each.",
      STEP_GOES_ON },
    { "pts", pts, "pts(4)", "Pseudo-terminals, for everybody who logs in from elsewhere.", STEP_GOES_ON },
    { "shm", shm, "shm_overview(7)", "POSIX shared memory lives in a tmpfs of its own.", STEP_GOES_ON },
    { "run", run, "file-hierarchy(7)", "What belongs to this boot only: sockets, pids, runtime folders.",
      STEP_GOES_ON },
    { "tmp", tmp, "tmpfs(5)", "Scratch files, in memory: they need not survive.", STEP_GOES_ON },
    { "cgroup", cgroup, "cgroups(7)",
      "Groups of processes that no process can leave: so a service can be ended whole.", STEP_GOES_ON },
    { "keys", keys, "reboot(2)", "Ctrl-Alt-Del shall ask PID 1 for a reboot in order, not reset the machine.",
      STEP_GOES_ON },
    { "loopback", loopback, "netdevice(7)", "127.0.0.1 exists only once the interface lo is up.",
      STEP_GOES_ON },
    { "emergency", emergency, "sh(1)",
      "A shell before anything else is tried, when the command line asks for it.", STEP_GOES_ON },
    { "setup", setup, "fork(2)", "Reading files can take long, so a child reads those that settings are in.",
      STEP_GOES_ON },
    { "tracker", step_tracker, "cgroups(7)",
      "Every service gets a cgroup below this one, which leaves PID 1 room when they fork without end.",
      STEP_GOES_ON },
    { "sockets", step_sockets, "unix(7)", "Where services say that they are ready.", STEP_GOES_ON },
    { "control", step_control, "unix(7)", "Where primerctl(1) asks what runs, and changes it.",
      STEP_GOES_ON },
    { "load", step_load, "memfd_create(2)",
      "PID 1 parses no unit file: a child does, and hands over a sealed block of memory.", STEP_GOES_ON },
    { "units", step_units, "mmap(2)",
      "The block is mapped read-only and checked before a byte of it is believed.", STEP_GOES_ON },
    { "rescue", rescue, "sh(1)", "A shell before the services, when the command line asks for it.",
      STEP_GOES_ON },
    { "start", step_start, "systemd.unit(5)", "The first job: start the default unit and all that it needs.",
      STEP_ENDS },
};

const struct step_table boot_steps = { .name = "boot", .rows = rows, .count = sizeof rows / sizeof rows[0] };

/* Signals to PID 1: Ctrl-Alt-Del, a power failure, busybox's and systemd's own tools. */
static const struct signal_row signals[] = {
    { SIGINT, ACT_STOP, END_REBOOT },
    { SIGPWR, ACT_STOP, END_POWER_OFF },
    { SIGUSR1, ACT_STOP, END_HALT },
    { SIGUSR2, ACT_STOP, END_POWER_OFF },
    { SIGTERM, ACT_STOP, END_REBOOT },
    { SIGNAL_RTMIN + 3, ACT_STOP, END_HALT },
    { SIGNAL_RTMIN + 4, ACT_STOP, END_POWER_OFF },
    { SIGNAL_RTMIN + 5, ACT_STOP, END_REBOOT },
    { SIGHUP, ACT_RELOAD, END_NONE },
};

/* PID 1 does not exit because it has nothing to do: it lets a person in. The shell's end is the machine's. */
static void power_off(struct manager *m, int status)
{
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 127) {
        manager_stop(m, END_POWER_OFF);
    }
}

static void offer_shell(struct manager *m)
{
    struct chore *chore = chore_start(m, CHORE_SHELL, shell_run, NULL);
    if (chore != NULL) {
        chore->ended = power_off;
    }
}

static void start_failed(struct manager *m, int error)
{
    struct event *e = event_note(&m->ring, EVENT_REPORT, NULL, "the boot cannot go on by itself");
    e->code = -error;
    text_copy(e->word, sizeof e->word, "boot");
    if (m->wishes.main != NULL) {
        m->main_refused = true;
        manager_stop(m, END_POWER_OFF); /* somebody waits for a status, not for a shell */
    } else {
        offer_shell(m);
    }
}

static const struct life boot_life = {
    .name = "boot",
    .start = &boot_steps,
    .stop = &stop_steps,
    .signals = signals,
    .signal_count = sizeof signals / sizeof signals[0],
    .owns_machine = true,
    .idle = offer_shell,
    .start_failed = start_failed,
};

_Noreturn void boot_main(void)
{
    static struct manager manager; /* too large for the stack, and there is one */
    manager_init(&manager, &boot_life);
    watch_install(&manager);
    manager.wishes.folder = "/run/primer";
    for (;;) {
        manager_run(
            &manager); /* PID 1 must not end: whatever went wrong on the way down, it stays and reaps */
    }
}
