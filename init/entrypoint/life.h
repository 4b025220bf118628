/*
 * life: what the entrypoint life knows while it is led. One struct on the stack of entrypoint_main.
 */
#ifndef PRIMER_ENTRYPOINT_LIFE_H
#define PRIMER_ENTRYPOINT_LIFE_H

#include "entrypoint/persona.h"
#include "entrypoint/settings.h"
#include "exec/child.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where the life is on its way down; stop.h says what moves it. */
enum phase {
    PHASE_RUN,    /* main runs (or primer pauses) */
    PHASE_WAIT,   /* main has ended; its orphans may take their time */
    PHASE_TOLD,   /* everything was told to stop */
    PHASE_KILLED, /* everything was killed */
    PHASE_DONE,
};

struct life {
    const struct persona *persona; /* first: who narrates finds it there */
    struct settings settings;

    /* What primer was given, to be given on. */
    signal_set inherited_mask;
    bool inherited_child_ignored; /* SIGCHLD was ignored */
    pid_t self;
    bool first;        /* PID 1 */
    bool alone;        /* had no children when it began */
    pid_t parent;      /* with --parent-death: when it was asked for */
    int death_carrier; /* the signal that tells of the parent's death in place of one that cannot be caught; 0 */
    bool failure_said; /* a step that failed has said so itself */

    /* The terminal, where there is one. */
    bool terminal;
    bool foreground;     /* primer's process group had it, so main's gets it */
    signal_set handoffs; /* signals of which the next one comes from giving it away */

    /* Main. 0 when there is none: before its start, or with `pause`. */
    pid_t main;
    bool main_lives;     /* is not reaped yet */
    bool main_stopped;   /* by ^Z or its like */
    bool stop_forwarded; /* we stopped it ourselves, at somebody's wish */
    int status;          /* primer's, once main has ended */
    int report_fd;       /* -1, or the pipe that says whether main was executed */
    struct child_report report;

    /* The way down. */
    enum phase phase;
    bool stop_asked;
    uint64_t deadline_ns; /* of the phase; NEVER_NS */
    bool unreachable;     /* something may be left that no signal of ours reaches */
    bool cannot_reach;    /* nothing of what is left can be reached */
    bool look_again;      /* nobody will tell when the state changes: look after a moment */
    bool reaped;          /* the last turn did */
    unsigned failures;    /* of waiting, in a row */
};

#endif
