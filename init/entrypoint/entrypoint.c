#include "entrypoint/entrypoint.h"

#include "base/clock.h"
#include "base/signals.h"
#include "entrypoint/family.h"
#include "entrypoint/foreground.h"
#include "entrypoint/forward.h"
#include "entrypoint/life.h"
#include "entrypoint/options.h"
#include "entrypoint/reap.h"
#include "entrypoint/say.h"
#include "entrypoint/start.h"
#include "entrypoint/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    SIGNALS_A_TURN = 16, /* then children are reaped: a flood of signals must not hide main's end */
    FAILURES_MOST = 250, /* looks in vain, 20 ms each, before waiting is given up */
};

#define MOMENT_NS  (20 * NS_PER_MS)
#define ZOMBIES_NS NS_PER_SECOND /* between two looks; only a zombie that is still there is told of */

/* How long the next wait may take: NEVER_NS, for ever. A life that is not on its way down is woken by signals only. */
static uint64_t patience(const struct life *life)
{
    uint64_t most = NEVER_NS;
    if (life->deadline_ns != NEVER_NS) {
        uint64_t now = clock_now_ns();
        most = life->deadline_ns > now ? life->deadline_ns - now : 0;
    }
    if (life->settings.verbose > 0 && says(life, PHRASE_ZOMBIE) && most > ZOMBIES_NS) {
        most = ZOMBIES_NS;
    }
    /* What the kill did not reach (born meanwhile, or a call failed) is killed a moment later. */
    bool soon = life->look_again || life->failures > 0 || life->phase == PHASE_KILLED;
    if (soon && most > MOMENT_NS) {
        most = MOMENT_NS;
    }
    return most;
}

/* One signal within PATIENCE. Its number, 0: none came, or -errno. */
static int next_signal(uint64_t patience_ns, siginfo_t *info)
{
    const signal_set all = ~SIGNALS_NONE;
    struct timespec time = {
        .tv_sec = (time_t)(patience_ns / NS_PER_SECOND),
        .tv_nsec = (long)(patience_ns % NS_PER_SECOND),
    };
    long signo = syscall(SYS_rt_sigtimedwait, &all, info, patience_ns == NEVER_NS ? NULL : &time, sizeof all);
    if (signo >= 0) {
        return (int)signo;
    }
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

/* Waits for signals, and passes on those that are there. A SIGCHLD ends it: children are next. */
static void take_signals(struct life *life, bool wait)
{
    uint64_t patience_ns = wait ? patience(life) : 0;
    for (int i = 0; i < SIGNALS_A_TURN; i++) {
        siginfo_t info;
        int signo = next_signal(patience_ns, &info);
        if (signo < 0) {
            poll(NULL, 0, (int)(MOMENT_NS / NS_PER_MS)); /* no kernel is known to do this; be kind to it */
        }
        if (signo <= 0) {
            return;
        }
        forward(life, &info);
        if ((signo == SIGCHLD && !life->reaped) || life->stop_asked) {
            return; /* but while children end all the time, the signals behind SIGCHLD get their turn too */
        }
        patience_ns = 0;
    }
}

/* The kernel says that there is no child while main has not ended. True: it is so. */
static bool main_is_lost(struct life *life)
{
    if (!life->main_lives) {
        return false;
    }
    life->failures++;
    return (kill(life->main, 0) < 0 && errno == ESRCH) || life->failures > FAILURES_MOST;
}

static void lose_main(struct life *life)
{
    say_plainly(life->persona, "main's end cannot be waited for any more; its status is lost",
                (struct words){ 0 });
    kill(life->main, SIGKILL);
    life->main_lives = false;
    life->status = life->persona->status_refused;
}

/* One turn of reaping, and what follows from it. True: there is more to reap. */
static bool take_children(struct life *life)
{
    enum reap_result result = reap(life);
    if (result == REAP_FAILED && ++life->failures > FAILURES_MOST) {
        lose_main(life);
        life->phase = PHASE_DONE;
        return false;
    }
    if (result == REAP_NO_CHILDREN && main_is_lost(life)) {
        lose_main(life);
    }
    stop_turn(life, result != REAP_NO_CHILDREN);
    return result == REAP_MORE;
}

static void end(struct life *life)
{
    if (life->foreground && !life->first) {
        foreground_give(getpgrp()); /* a script that goes on behind us reads from it */
    }
    if (!life->settings.pause && life->report.error == 0) {
        say(life, PHRASE_MAIN_ENDED, (struct words){ .n = life->status });
    }
}

static int lead(struct life *life)
{
    int refused = start_main(life);
    if (refused != 0) {
        return refused;
    }
    bool more = !life->alone;
    while (life->phase != PHASE_DONE) {
        take_signals(life, !more);
        more = take_children(life);
        if (life->settings.verbose > 0 && says(life, PHRASE_ZOMBIE)) {
            family_name_zombies(life);
        }
    }
    end(life);
    return life->status;
}

int entrypoint_main(const struct persona *persona, int argc, char **argv)
{
    struct life life = {
        .persona = persona,
        .report_fd = -1,
        .deadline_ns = NEVER_NS,
    };
    struct refusal refusal;
    enum option_result asked = options_read(persona, argv, environ, &life.settings, &refusal);
    switch (asked) {
    case OPTION_TAKEN: return lead(&life);
    case OPTION_REFUSED: say_refusal(persona, &refusal); return persona->status_refused;
    case OPTION_HELP:
    case OPTION_VERSION:
    case OPTION_LICENCE: break;
    }
    say_answer(persona, asked);
    return 0;
}
