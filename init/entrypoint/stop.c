#include "entrypoint/stop.h"

#include "base/clock.h"
#include "entrypoint/family.h"
#include "entrypoint/say.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

/* How long what was killed may take to be gone: only the kernel, with a disk or a network, takes time then. */
#define KILL_NS (5 * NS_PER_SECOND)

enum phase stop_next(enum phase phase, const struct facts *facts, const struct settings *settings)
{
    if (phase != PHASE_RUN && !facts->main_lives && !facts->left) {
        return PHASE_DONE;
    }
    switch (phase) {
    case PHASE_RUN:
        if (facts->main_lives) {
            return facts->stop_asked && facts->time_over && !settings->no_stop ? PHASE_KILLED : PHASE_RUN;
        }
        if (settings->pause && !facts->stop_asked) {
            return PHASE_RUN;
        }
        if (!facts->left || settings->no_stop) {
            return PHASE_DONE;
        }
        return settings->wait && !facts->stop_asked ? PHASE_WAIT : PHASE_TOLD;
    case PHASE_WAIT: return facts->stop_asked ? PHASE_TOLD : PHASE_WAIT;
    case PHASE_TOLD:
        if (facts->unreachable) {
            return PHASE_DONE;
        }
        return facts->time_over ? PHASE_KILLED : PHASE_TOLD;
    case PHASE_KILLED: return facts->time_over || facts->unreachable ? PHASE_DONE : PHASE_KILLED;
    case PHASE_DONE: break;
    }
    return PHASE_DONE;
}

/* Who has been told gets no second telling; who is stopped has to run to obey. */
static void tell(struct life *life)
{
    int found = family_signal(life, life->settings.stop_signal);
    life->cannot_reach = found == 0 && life->unreachable;
    if (life->unreachable) {
        say_plainly(
            life->persona,
            "not everything that is left can be found or signalled: without /proc, or for another user's "
            "processes, nothing is promised",
            (struct words){ 0 });
    }
    if (found > 0 && life->settings.stop_signal != SIGKILL) {
        family_signal(life, SIGCONT);
    }
    say(life, PHRASE_TOLD, (struct words){ .n = life->settings.stop_signal });
}

/* dumb-init's way, when not PID 1: the session is told, and nobody waits. */
static void tell_group(struct life *life)
{
    if (life->settings.group && life->main > 0) {
        kill(-life->main, life->settings.stop_signal);
    }
    say(life, PHRASE_FORWARDED, (struct words){ .n = life->settings.stop_signal });
}

static void enter(struct life *life, enum phase phase)
{
    life->phase = phase;
    switch (phase) {
    case PHASE_TOLD:
        tell(life);
        /* One time for the whole stop: it may have begun when the stop was asked for. */
        if (life->deadline_ns == NEVER_NS) {
            life->deadline_ns = clock_after_ns(clock_now_ns(), life->settings.stop_timeout_ns);
        }
        break;
    case PHASE_KILLED:
        say(life, PHRASE_TOLD, (struct words){ .n = SIGKILL });
        family_signal(life, SIGKILL);
        life->deadline_ns = clock_after_ns(clock_now_ns(), KILL_NS);
        break;
    case PHASE_RUN:
    case PHASE_WAIT:
    case PHASE_DONE: break;
    }
}

static bool time_is_over(const struct life *life)
{
    return life->deadline_ns != NEVER_NS && clock_now_ns() >= life->deadline_ns;
}

/* Something outlived the time that the kernel had to end it. */
static void give_up(struct life *life, const struct facts *facts)
{
    if (facts->main_lives) {
        life->status = 128 + SIGKILL; /* it was killed, and will be gone */
    }
    if (facts->left || facts->main_lives) {
        say_plainly(life->persona,
                    life->first ? "some processes are still there; the kernel ends them with primer"
                                : "some processes are still there and are left behind",
                    (struct words){ 0 });
    }
}

void stop_turn(struct life *life, bool children)
{
    struct facts facts = {
        .main_lives = life->main_lives,
        .stop_asked = life->stop_asked,
        .unreachable = life->cannot_reach,
    };
    if ((life->main_lives || life->settings.pause) && !facts.stop_asked && life->phase == PHASE_RUN) {
        return; /* nothing but main decides, or nothing at all */
    }
    if (life->phase == PHASE_RUN && facts.stop_asked && life->settings.stop_bounded &&
        !life->settings.no_stop && life->main_lives && life->deadline_ns == NEVER_NS) {
        life->deadline_ns = clock_after_ns(clock_now_ns(), life->settings.stop_timeout_ns);
    }
    if (life->phase == PHASE_RUN && !life->main_lives && !life->persona->waits &&
        !life->settings.stop_bounded && !life->first) {
        tell_group(life);
        life->phase = PHASE_DONE;
        return;
    }
    if (!life->main_lives) {
        facts.left = family_left(life, children);
    }
    facts.time_over = time_is_over(life);
    enum phase next = stop_next(life->phase, &facts, &life->settings);
    if (next == PHASE_KILLED && life->phase == PHASE_KILLED) {
        family_signal(life, SIGKILL); /* what has been born meanwhile */
    } else if (next == PHASE_DONE && life->phase != PHASE_RUN) {
        give_up(life, &facts);
    }
    if (next != life->phase) {
        enter(life, next);
    }
}
