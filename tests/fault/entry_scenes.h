/*
 * entry_scenes: what primer is made to do while its calls fail, and what main does meanwhile.
 *
 * Main is this program again ("entry_fault act KIND"), and ends with 7 where nothing else is said.
 */
#ifndef ENTRY_SCENES_H
#define ENTRY_SCENES_H

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STATUS = 7 };

enum place {
    IN_NAMESPACE = 1, /* primer is PID 1 */
    AT_TERMINAL = 2,  /* primer leads the session of a terminal of its own */
    IS_JOB = 4,       /* primer is the foreground job of a terminal; this process is the shell */
    HAS_CHILD = 8,    /* primer has a child when it begins */
    GETS_TERM = 16,   /* as soon as primer waits */
    TELLS_ONLY = 32,  /* primer tells what is left to end, and does not wait for it */
};

struct scene {
    const char *name;
    const char *argv[14]; /* "MAIN" is replaced by what runs ACT */
    const char *act;
    const char *environment; /* one variable; "LISTEN_PID=" is completed with primer's pid */
    int place;
    int status; /* without a fault */
};

#define LEFT_OVER "--stop-timeout", "30ms"

static const struct scene scenes[] = {
    { "plain", { "primer", "MAIN" }, "end", NULL, 0, STATUS },
    { "leftovers", { "primer", LEFT_OVER, "MAIN" }, "leave", NULL, 0, STATUS },
    { "pid-1", { "primer", LEFT_OVER, "MAIN" }, "leave", NULL, IN_NAMESPACE, STATUS },
    { "signals",
      { "primer", "-vv", "-g", "--map", "USR1=USR2", "--stop-timeout", "5", "MAIN" },
      "signals",
      NULL,
      0,
      STATUS },
    { "queued", { "primer", "-vv", "--map", "RTMIN+6=RTMIN+7", "MAIN" }, "signals", NULL, 0, STATUS },
    { "stubborn", { "primer", LEFT_OVER, "MAIN" }, "stubborn", NULL, 0, 128 + SIGKILL },
    { "options",
      { "primer", "--user", "61234:61234", "--cap", "^cap_net_bind_service", "--no-new-privs", "--chdir", "/",
        "--parent-death", "TERM", "--explain", "MAIN" },
      "end",
      "LISTEN_PID=",
      0,
      STATUS },
    { "user", { "primer", "--user", "daemon", "MAIN" }, "end", NULL, 0, STATUS },
    { "terminal", { "primer", "MAIN" }, "stop", NULL, AT_TERMINAL, STATUS },
    { "job", { "primer", "MAIN" }, "stop", NULL, IS_JOB, STATUS },
    { "before", { "primer", LEFT_OVER, "MAIN" }, "leave", NULL, HAS_CHILD, STATUS },
    { "tini", { "tini", "MAIN" }, "leave-group", "PRIMER_STOP_TIMEOUT=1", 0, STATUS },
    { "dumb-init", { "dumb-init", "MAIN" }, "leave-group", NULL, AT_TERMINAL | TELLS_ONLY, STATUS },
    { "wait", { "primer", "--wait", "MAIN" }, "orphan", NULL, 0, STATUS },
    { "pause", { "primer", "--pause" }, NULL, NULL, GETS_TERM, 0 },
    { "not-found", { "primer", "/no/such/program" }, NULL, NULL, 0, 127 },
    { "not-found-as-user", { "primer", "--cap", "!cap_chown", "/no/such/program" }, NULL, NULL, 0, 127 },
};

enum { SCENES = sizeof scenes / sizeof scenes[0] };

/* ---- main ---- */

static const uint64_t all_signals = ~UINT64_C(0);

static int next_signal(int ms)
{
    const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    return (int)syscall(SYS_rt_sigtimedwait, &all_signals, NULL, &time, sizeof all_signals);
}

/* A child that ends with TERM, or with OBEYS 0 only with KILL; it is ready when this returns. */
static void leave_child(int own_session, int obeys)
{
    int ready[2];
    char byte;
    if (pipe(ready) < 0) {
        _exit(9);
    }
    if (fork() == 0) {
        if (own_session) {
            setsid();
        }
        signal(SIGTERM, obeys ? SIG_DFL : SIG_IGN);
        close(ready[0]);
        close(ready[1]);
        for (;;) {
            pause();
        }
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) < 0) {
        _exit(9);
    }
}

static int act(const char *kind)
{
    if (strcmp(kind, "leave") == 0) {
        leave_child(0, 1);
        leave_child(1, 0);
    } else if (strcmp(kind, "leave-group") == 0) {
        leave_child(0, 1);
    } else if (strcmp(kind, "orphan") == 0) {
        if (fork() == 0) {
            next_signal(20);
            _exit(0);
        }
    } else if (strcmp(kind, "stop") == 0) {
        raise(SIGTSTP);
    } else if (strcmp(kind, "stubborn") == 0) {
        signal(SIGTERM, SIG_IGN);
        kill(getppid(), SIGTERM);
        for (;;) {
            pause();
        }
    } else if (strcmp(kind, "signals") == 0) {
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all_signals, NULL, sizeof all_signals);
        sigqueue(getppid(), 40, (union sigval){ .sival_int = 1 });
        next_signal(300);
        kill(getppid(), SIGUSR1);
        next_signal(300);
        kill(getppid(), SIGTERM);
        next_signal(300);
    }
    return STATUS;
}

#endif
