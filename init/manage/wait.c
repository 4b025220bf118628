/*
 * wait: steps that take their time. The step is called again and again by the loop and says STEP_WAIT until what it
 * waits for has come; one step at a time, so one set of fields in the manager serves them all.
 */
#include "base/clock.h"
#include "manage/manager.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>

enum step_chore { CHORE_NOT_BEGUN, CHORE_RUNS, CHORE_OVER };

static void chore_over(struct manager *m, int status)
{
    m->step_chore = CHORE_OVER;
    m->step_status = status;
}

/* The step is what a child does: 0 when it exited with 0, -EIO when not, -ECHILD when it could not be forked. */
int wait_chore(struct manager *m, enum chore_kind kind, int (*run)(void *), void *context)
{
    if (m->step_chore == CHORE_NOT_BEGUN) {
        struct chore *chore = chore_start(m, kind, run, context);
        if (chore == NULL) {
            return -ECHILD;
        }
        chore->ended = chore_over;
        m->step_chore = CHORE_RUNS;
    }
    if (m->step_chore == CHORE_RUNS) {
        return STEP_WAIT;
    }
    m->step_chore = CHORE_NOT_BEGUN;
    return WIFEXITED(m->step_status) && WEXITSTATUS(m->step_status) == 0 ? 0 : -EIO;
}

/* The step is over as soon as FULFILLED; 0 then, or -ETIMEDOUT after LIMIT_NS. */
int wait_until(struct manager *m, bool fulfilled, uint64_t limit_ns)
{
    uint64_t now_ns = clock_now_ns();
    if (m->step_until_ns == 0) {
        m->step_until_ns = clock_after_ns(now_ns, limit_ns);
    }
    bool late = now_ns >= m->step_until_ns;
    if (!fulfilled && !late) {
        m->step_deadline_ns = m->step_until_ns;
        return STEP_WAIT;
    }
    m->step_until_ns = 0;
    return fulfilled ? 0 : -ETIMEDOUT;
}
