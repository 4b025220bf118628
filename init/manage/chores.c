/*
 * chores: children that are no service, and do in PID 1's place what may block.
 */
#include "base/clock.h"
#include "exec/child.h"
#include "manage/mainpid.h"

#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#define AFTER_KILL_NS (5 * NS_PER_SECOND) /* time to die in */

static const struct {
    const char *name;
    uint64_t limit_ns; /* longer, and it is killed; NEVER_NS: a person's business */
} kinds[] = {
    [CHORE_NONE] = { "none", 0 },
    [CHORE_LOADER] = { "loader", 60 * NS_PER_SECOND },
    [CHORE_SETUP] = { "setup", 90 * NS_PER_SECOND },
    [CHORE_SHELL] = { "shell", NEVER_NS },
    [CHORE_KILL] = { "kill", 10 * NS_PER_SECOND },
    [CHORE_CLEAN] = { "clean", 30 * NS_PER_SECOND },
    [CHORE_FINAL] = { "final", 30 * NS_PER_SECOND },
    [CHORE_PID_FILE] = { "pid-file", 30 * NS_PER_SECOND },
};

static void report(struct manager *m, enum chore_kind kind, const char *what, int error)
{
    struct event *e = event_note(&m->ring, EVENT_REPORT, NULL, what);
    e->code = error;
    text_copy(e->word, sizeof e->word, kinds[kind].name);
}

struct chore *chore_find(struct manager *m, enum chore_kind kind)
{
    for (unsigned i = 0; i < CHORES; i++) {
        if (m->chores[i].pid != 0 && m->chores[i].kind == kind) {
            return &m->chores[i];
        }
    }
    return NULL;
}

struct chore *chore_start(struct manager *m, enum chore_kind kind, int (*run)(void *), void *context)
{
    struct chore *free = NULL;
    for (unsigned i = 0; i < CHORES && free == NULL; i++) {
        free = m->chores[i].pid == 0 ? &m->chores[i] : NULL;
    }
    if (free == NULL) {
        report(m, kind, "too many helpers at once", 0);
        return NULL;
    }
    pid_t pid = child_helper(run, context);
    if (pid < 0) {
        report(m, kind, "cannot fork", -pid);
        return NULL;
    }
    *free = (struct chore){ .pid = pid,
                            .kind = kind,
                            .unit = UNIT_NONE,
                            .deadline_ns = clock_after_ns(clock_now_ns(), kinds[kind].limit_ns) };
    return free;
}

/* Tells whoever waits for the chore, once. What a given-up child does later is nobody's business any more. */
static void over(struct manager *m, struct chore *chore, int status)
{
    struct chore was = *chore;
    chore->ended = NULL;
    chore->unit = UNIT_NONE;
    if (was.kind == CHORE_PID_FILE) {
        mainpid_over(m, was.unit, was.found);
    } else if (was.unit != UNIT_NONE) {
        roster_wake(&m->roster, was.unit);
    }
    if (was.ended != NULL) {
        was.ended(m, status);
    }
    m->again = true;
}

struct chore *chore_of(struct manager *m, pid_t pid)
{
    for (unsigned i = 0; i < CHORES; i++) {
        if (m->chores[i].pid == pid) {
            return &m->chores[i];
        }
    }
    return NULL;
}

void chore_ended(struct manager *m, struct chore *chore, int status)
{
    chore->pid = 0;
    m->searches -= chore->kind == CHORE_PID_FILE;
    if (WIFSIGNALED(status) && chore->kind != CHORE_SHELL && !chore->given_up) {
        report(m, chore->kind, chore->late ? "took too long and was killed" : "was ended by a signal", 0);
    }
    over(m, chore, status);
}

/*
 * A child that is stuck in the kernel (a dead network filesystem) does not end by KILL either. Then it is given up: it
 * counts as killed for all who wait, or the machine would never go down; its place is kept until it is reaped.
 */
static void be_late(struct manager *m, struct chore *chore, uint64_t now_ns)
{
    if (!chore->late) {
        if (kill(-chore->pid, SIGKILL) < 0) { /* it leads a session of its own, once it has come that far */
            kill(chore->pid, SIGKILL);
        }
        chore->late = true;
        chore->deadline_ns = clock_after_ns(now_ns, AFTER_KILL_NS);
        return;
    }
    chore->given_up = true;
    chore->deadline_ns = NEVER_NS;
    report(m, chore->kind, "does not end by KILL and is given up", 0);
    over(m, chore, SIGKILL);
}

uint64_t chore_deadlines(struct manager *m, uint64_t now_ns)
{
    uint64_t next_ns = NEVER_NS;
    for (unsigned i = 0; i < CHORES; i++) {
        struct chore *chore = &m->chores[i];
        if (chore->pid == 0) {
            continue;
        }
        if (chore->deadline_ns <= now_ns) {
            be_late(m, chore, now_ns);
        }
        next_ns = chore->deadline_ns < next_ns ? chore->deadline_ns : next_ns;
    }
    return next_ns;
}
