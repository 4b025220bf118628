#include "entrypoint/start.h"

#include "base/fd.h"
#include "base/libcap.h"
#include "base/signals.h"
#include "entrypoint/family.h"
#include "entrypoint/foreground.h"
#include "entrypoint/main_steps.h"
#include "entrypoint/say.h"
#include "exec/diagnose.h"
#include "exec/identity.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127, LONGEST_NAME = 64 };

/*
 * All 64: also those that tell a process that it is broken, when somebody else sends them, are main's to see.
 * Should primer itself be broken, the kernel ends it although they are blocked.
 */
static int step_block(void *context)
{
    struct life *life = context;
    return signals_mask(~SIGNALS_NONE, &life->inherited_mask);
}

static int step_children(void *context)
{
    struct life *life = context;
    return signals_default_was(SIGCHLD, &life->inherited_child_ignored);
}

/* Where a filter forbids it main runs nevertheless; what it leaves is then only found while it hangs together. */
static int ask_for_orphans(struct life *life)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0) {
        return 0;
    }
    int error = errno;
    life->settings.subreaper = false;
    say_plainly(life->persona, "orphans cannot be adopted: %x: zombie reaping won't work",
                (struct words){ .error = error });
    return -error;
}

static int step_reaper(void *context)
{
    struct life *life = context;
    life->self = getpid();
    life->first = life->self == 1;
    if (life->first) {
        return STEP_NOTHING;
    }
    if (life->settings.subreaper) {
        return ask_for_orphans(life);
    }
    /* Whoever executed primer may have asked for it already. */
    int is_one = 0;
    if (prctl(PR_GET_CHILD_SUBREAPER, &is_one, 0, 0, 0) == 0 && is_one != 0) {
        life->settings.subreaper = true;
        return STEP_NOTHING;
    }
    say(life, PHRASE_NO_REAPING, (struct words){ 0 });
    return STEP_NOTHING;
}

/* KILL would end primer and leave main behind, unless primer is PID 1: another signal carries the news. */
static int death_signal(struct life *life)
{
    if (life->settings.parent_death == SIGKILL && !life->first) {
        life->death_carrier = SIGNAL_LAST;
        return life->death_carrier;
    }
    return life->settings.parent_death;
}

static int step_parent_death(void *context)
{
    struct life *life = context;
    if (life->settings.parent_death == 0) {
        return STEP_NOTHING;
    }
    int signo = death_signal(life);
    life->parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0) < 0) {
        return -errno;
    }
    /* It may have died between the two calls, and then nobody will tell: we do, to be dealt with like any other. */
    if (getppid() == life->parent) {
        return 0;
    }
    return kill(life->self, signo) < 0 ? -errno : 0;
}

static int step_known(void *context)
{
    struct life *life = context;
    life->alone = true;
    siginfo_t info;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD) {
        return STEP_NOTHING;
    }
    life->alone = false; /* and some may have ended already: no SIGCHLD will tell of them */
    if (life->first) {
        return 0; /* all that is in the namespace is PID 1's to stop */
    }
    int result = family_remember(life);
    if (result < 0) {
        say_plainly(
            life->persona,
            "processes from before cannot be told from main's: %x: what leaves main's group is left behind",
            (struct words){ .error = -result });
    }
    return result;
}

static int step_look_terminal(void *context)
{
    struct life *life = context;
    if (life->settings.session) {
        if (foreground_leave() < 0) {
            return STEP_NOTHING;
        }
        /* The kernel tells a session leader's group that the terminal is gone; that is no news to main. */
        pid_t session = getsid(0);
        if (session == life->self || session < 0) {
            life->handoffs = SIGNAL_BIT(SIGHUP) | SIGNAL_BIT(SIGCONT);
        }
        return 0;
    }
    life->terminal = foreground_look(&life->foreground);
    return life->terminal ? 0 : STEP_NOTHING;
}

/* "USER:GROUP" as two strings; GROUP is NULL when there is none. 0 or -ENAMETOOLONG. */
static int split_user(const char *both, char user[LONGEST_NAME], const char **group)
{
    size_t len = strcspn(both, ":");
    if (len >= LONGEST_NAME) {
        return -ENAMETOOLONG;
    }
    memcpy(user, both, len);
    user[len] = '\0';
    *group = both[len] == ':' && both[len + 1] != '\0' ? both + len + 1 : NULL;
    return 0;
}

static int find_identity(struct life *life, struct identity *identity, struct main_child *child)
{
    char user[LONGEST_NAME];
    const char *group;
    if (life->settings.user == NULL) {
        return 0;
    }
    int result = split_user(life->settings.user, user, &group);
    if (result == 0) {
        result = identity_find(user[0] == '\0' ? NULL : user, group, identity, &child->notes);
    }
    if (result < 0) {
        say_plainly(life->persona, "--user %w: %x%h",
                    (struct words){ .word = life->settings.user,
                                    .error = -result,
                                    .hint = diagnose_sentence((enum exec_hint)child->notes.hint) });
        return result;
    }
    child->identity = identity;
    return 0;
}

static int find_caps(const struct life *life, struct main_child *child)
{
    if (life->settings.caps == NULL) {
        return 0;
    }
    libcap_begin();
    child->caps = cap_iab_from_text(life->settings.caps);
    if (child->caps == NULL) {
        int error = errno == 0 ? EINVAL : errno;
        say_plainly(life->persona, "--cap %w: %x: it takes names such as !cap_chown,^cap_net_bind_service",
                    (struct words){ .word = life->settings.caps, .error = error });
        return -error;
    }
    return 0;
}

static int step_start(void *context)
{
    struct life *life = context;
    struct identity identity;
    struct main_child child = { .persona = life->persona, .life = life };
    if (life->settings.pause) {
        return STEP_NOTHING;
    }
    int result = find_identity(life, &identity, &child);
    if (result == 0) {
        result = find_caps(life, &child);
    }
    if (result < 0) {
        life->failure_said = true;
        return result;
    }
    const struct child_plan plan = {
        .steps = &main_steps,
        .context = &child,
        .notes = &child.notes,
        .watch = life->settings.explain ? &say_steps : NULL,
        .cgroup_fd = -1,
        .share_memory = child.caps == NULL, /* libcap allocates */
    };
    pid_t pid = child_start(&plan, &life->report_fd, &life->report);
    if (child.caps != NULL) {
        cap_free(child.caps);
    }
    if (pid < 0) {
        return pid;
    }
    life->main = pid;
    life->main_lives = true;
    if (!plan.share_memory && !life->settings.session) {
        setpgid(pid,
                pid); /* the child does it too: signals may be forwarded to the group before it gets there */
    }
    if (life->report.error == 0) {
        say(life, PHRASE_STARTED, (struct words){ .word = life->settings.program[0], .n = pid });
    }
    return 0;
}

/*
 * A pipe that main got from outside ends when main closes it, not when primer ends. A kernel before 5.9, or a
 * seccomp filter, keeps them open.
 */
static int step_descriptors(void *context)
{
    const struct life *life = context;
    unsigned first = STDERR_FILENO + 1;
    if (life->report_fd >= 0) {
        unsigned kept = (unsigned)life->report_fd;
        if (kept > first && syscall(SYS_close_range, first, kept - 1, 0) < 0) {
            return -errno;
        }
        first = kept + 1;
    }
    return syscall(SYS_close_range, first, ~0U, 0) < 0 ? -errno : 0;
}

static int step_root(void *context)
{
    const struct life *life = context;
    if (!life->settings.leave) {
        return STEP_NOTHING;
    }
    return chdir("/") < 0 ? -errno : 0;
}

enum { PAGE = 4096, OWN_FRAMES = 512, START_FRAMES = 96 * 1024 };

/*
 * The loop needs a page of the stack; to start main took a dozen, with the child's own stack among them. What is
 * below this function's frame is nobody's any more. Where it has not been used, ENOMEM says so.
 */
__attribute__((noinline)) static int step_memory(void *context)
{
    char here;
    char *end = &here - OWN_FRAMES;
    end -= (uintptr_t)end % PAGE;
    if (madvise(end - START_FRAMES, START_FRAMES, MADV_DONTNEED) < 0) {
        return errno == ENOMEM ? 0 : -errno;
    }
    return 0;
}

static const struct step rows[] = {
    { "block-signals", step_block, "sigprocmask(2)",
      "what comes from now on waits until there is a main to send it to", STEP_ENDS },
    { "wait-children", step_children, "wait(2)",
      "while SIGCHLD is ignored the kernel reaps, and no status is left for us", STEP_ENDS },
    { "adopt-orphans", step_reaper, "prctl(2)",
      "who is not PID 1 must ask for the orphans of its descendants", STEP_GOES_ON },
    { "parent-death", step_parent_death, "prctl(2)", "the death of primer's parent becomes a signal",
      STEP_ENDS },
    { "know-children", step_known, "waitid(2)",
      "children from before are not main's: they are reaped, and never signalled", STEP_GOES_ON },
    { "look-terminal", step_look_terminal, "tty_ioctl(4)",
      "if primer is in the foreground of a terminal, main will be", STEP_GOES_ON },
    { "start-main", step_start, "clone(2)", "the child goes through the table \"main\"", STEP_ENDS },
    { "close-descriptors", step_descriptors, "close_range(2)", "what main was given is main's alone",
      STEP_GOES_ON },
    { "leave-directory", step_root, "chdir(2)", "primer keeps no filesystem busy", STEP_GOES_ON },
    { "give-back-memory", step_memory, "madvise(2)", "what the start took is not needed to wait",
      STEP_GOES_ON },
};

const struct step_table entrypoint_steps = {
    .name = "entrypoint",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
};

int start_main(struct life *life)
{
    struct step_runner runner = {
        .table = &entrypoint_steps,
        .context = life,
        .watch = life->settings.explain ? &say_steps : NULL,
    };
    int result = step_run(&runner);
    if (result == 0) {
        return 0;
    }
    if (!life->failure_said) {
        say_plainly(life->persona, "step \"%w\" failed: %x - %h",
                    (struct words){
                        .word = rows[runner.next].name, .error = -result, .hint = rows[runner.next].page });
    }
    return life->persona->status_refused;
}

int start_failed(struct life *life)
{
    const struct child_report *report = &life->report;
    const struct step *step =
        &main_steps.rows[report->step < main_steps.count ? report->step : main_steps.count - 1];
    struct words words = {
        .error = report->error,
        .detail = strcmp(report->detail, life->settings.program[0]) == 0 ? NULL : report->detail,
        .hint = diagnose_sentence((enum exec_hint)report->hint),
    };
    if (step == &main_steps.rows[main_steps.count - 1]) {
        words.word = life->settings.program[0];
        say(life, report->hint == HINT_NO_FILE ? PHRASE_NOT_FOUND : PHRASE_NOT_EXECUTED, words);
        return report->error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
    }
    words.word = step->name;
    if (report->error == EPERM) {
        words.detail = step->page;
        words.hint = "primer itself has to be root for this, or to have the capability";
    } else if (*words.hint == '\0') {
        words.hint = step->page;
    }
    say_plainly(life->persona, "step \"%w\" failed: %x%h", words);
    return life->persona->status_refused;
}
