#include "entrypoint/forward.h"

#include "entrypoint/foreground.h"
#include "entrypoint/say.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool stops_a_job(int signo)
{
    return signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

/* Whether the one that got SIGNO is asked to stop; WANTED is what main gets for it. */
static bool asks_to_stop(const struct life *life, int signo, int wanted)
{
    if (life->settings.pause && signo == SIGINT) {
        return true;
    }
    const int stop = life->settings.stop_signal;
    return signo == SIGTERM || signo == stop || wanted == SIGTERM || wanted == stop;
}

/* To main's group, or to main with what the sender said to it (sigqueue(3)). 0 or -errno. */
static int send(const struct life *life, int signo, const siginfo_t *info)
{
    if (life->settings.group && kill(-life->main, signo) == 0) {
        return 0;
    }
    if (life->settings.group && errno != ESRCH) {
        return -errno; /* ESRCH: main is on its way into its group */
    }
    if (info->si_code == SI_QUEUE) {
        siginfo_t copy = *info;
        copy.si_signo = signo;
        if (syscall(SYS_rt_sigqueueinfo, life->main, signo, &copy) == 0) {
            return 0;
        }
    }
    return kill(life->main, signo) < 0 ? -errno : 0;
}

static void send_and_say(struct life *life, int signo, const siginfo_t *info)
{
    if (!life->main_lives) {
        say(life, PHRASE_DROPPED, (struct words){ .n = signo });
        return;
    }
    int result = send(life, signo, info);
    if (result == 0) {
        life->stop_forwarded = stops_a_job(signo) || (life->stop_forwarded && signo != SIGCONT);
        say(life, PHRASE_FORWARDED, (struct words){ .n = signo });
    } else if (result != -ESRCH) {
        /* Another user's main is none of ours to signal: that ends nothing. */
        say(life, PHRASE_NOT_ALLOWED, (struct words){ .n = signo, .error = -result });
    }
}

/* Main's whole group was stopped, so its whole group goes on; if it never got a group, main does. */
static void continue_main(const struct life *life)
{
    if (kill(-life->main, SIGCONT) < 0) {
        kill(life->main, SIGCONT);
    }
}

/* Somebody woke primer up, a shell's fg or bg: in the foreground main gets the terminal back. */
static void go_on(struct life *life)
{
    bool foreground;
    if (foreground_look(&foreground) && foreground) {
        foreground_give(life->main);
    }
    life->main_stopped = false;
    life->stop_forwarded = false;
    continue_main(life);
}

/* dumb-init's way: the shell that primer is a job of sees a stopped job. */
static void suspend(const struct life *life, int signo)
{
    if (life->settings.suspend && stops_a_job(signo)) {
        kill(life->self, SIGSTOP);
    }
}

/* The death of the parent stands for a signal that cannot be caught: another one carries the news. */
static bool carries_death(struct life *life, int signo)
{
    if (life->death_carrier != signo || getppid() == life->parent) {
        return false;
    }
    life->death_carrier = 0;
    return true;
}

void forward(struct life *life, const siginfo_t *info)
{
    int signo = info->si_signo;
    say(life, PHRASE_RECEIVED, (struct words){ .n = signo });
    if (signo == SIGCHLD && info->si_code > 0) {
        return; /* the kernel's, about a child of ours; kill(2)'s has no code above 0 */
    }
    if ((life->handoffs & SIGNAL_BIT(signo)) != 0) {
        life->handoffs &= ~SIGNAL_BIT(signo);
        say(life, PHRASE_HANDOFF, (struct words){ .n = signo });
        return;
    }
    if (carries_death(life, signo)) {
        signo = life->settings.parent_death;
        life->stop_asked = true;
    }
    if (signo == SIGCONT && life->terminal && life->main_lives && !life->first) {
        go_on(life);
        return;
    }
    int wanted = life->settings.signal_map[signo];
    if (wanted == MAP_DROPPED) {
        say(life, PHRASE_DROPPED, (struct words){ .n = signo });
        suspend(life, signo);
        return;
    }
    if (wanted == 0) {
        wanted = signo;
    } else {
        say(life, PHRASE_MAPPED, (struct words){ .n = signo, .m = wanted });
    }
    life->stop_asked = life->stop_asked || asks_to_stop(life, signo, wanted);
    if (!life->settings.pause) {
        send_and_say(life, wanted, info);
    }
    suspend(life, signo);
}

/*
 * ^Z, or a read in the background. A shell above sees its job stopped when primer is: the terminal goes back and
 * primer stops too. PID 1 and the leader of a session have nobody above who could bring main back, so ^Z, which
 * nobody but the terminal has sent, stops main for no longer than a moment.
 */
void forward_main_stopped(struct life *life, int signo)
{
    if (!life->terminal || !stops_a_job(signo) || life->stop_forwarded) {
        return;
    }
    if (life->first || getsid(0) == life->self) {
        if (signo == SIGTSTP) {
            continue_main(life);
        }
        return;
    }
    life->main_stopped = true;
    if (life->foreground) {
        foreground_give(getpgrp());
    }
    if (kill(life->self, SIGSTOP) < 0) {
        go_on(life); /* nobody above would know that there is something to bring back */
    }
}
