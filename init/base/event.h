/*
 * event: everything that happens is one fixed-size, numbered record in a ring.
 *
 * The console, the log, the tool, the timeline and the tests all read this ring, each through a reader
 * of its own. A reader that falls behind sees a gap record in place of what it missed; nobody ever
 * waits for a reader. Floods of one kind (orphans) are merged, so that they cannot push out failures.
 */
#ifndef PRIMER_BASE_EVENT_H
#define PRIMER_BASE_EVENT_H

#include "base/step.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
    EVENT_NONE,
    EVENT_HELLO,        /* a life begins; word: which life, text: version */
    EVENT_STEP,         /* a step is through; code: errno or 0, word: table */
    EVENT_BREAK,        /* stopped before a step; text: its name */
    EVENT_OPTION,       /* a word of the command line that primer does not take; text: the word */
    EVENT_LOADED,       /* a snapshot was accepted; count: units */
    EVENT_LOAD_FAILED,  /* no snapshot; code: errno, text: why */
    EVENT_FINDING,      /* the loader found something; word: severity, text: directive, code: line */
    EVENT_UNCONFINED,   /* a protective directive is not honoured; text: directive */
    EVENT_CYCLE,        /* an arrow of an ordering cycle; unit, text: the one that it waits for */
    EVENT_JOB,          /* a job ended; word: start or stop, text: result */
    EVENT_STATE,        /* a service is in a new state; word: state, text: result when it failed */
    EVENT_SPAWN,        /* forked; pid, word: phase, text: what the unit is, for people */
    EVENT_SPAWN_FAILED, /* could not fork; code: errno, word: phase */
    EVENT_EXEC,         /* the child executes its program; pid */
    EVENT_EXEC_FAILED,  /* it could not; step, code: errno, text: program, word: hint */
    EVENT_EXIT,         /* a process of a service ended; pid, code: status, word: phase */
    EVENT_KILLED,       /* the same by a signal; code: signal */
    EVENT_ADOPT,    /* an orphan became ours; pid, parent: who ended then, 0: unknown, word: command name */
    EVENT_ORPHAN,   /* adopted and reaped; pid, parent, word: command name, text: unit it came from */
    EVENT_MAIN,     /* a forking service's main process is known; pid, word: command name */
    EVENT_PID_FILE, /* its PID file is waited for; text: why it does not do yet */
    EVENT_NOTIFY,   /* a notify message was taken; text: what */
    EVENT_NOTIFY_REFUSED, /* or not; text: why */
    EVENT_SIGNAL,         /* PID 1 got a signal; code: which, word: what it does */
    EVENT_KILL,           /* a signal was sent to a service; code: which, word: to whom */
    EVENT_RESTART,        /* will be started again; count: how often so far */
    EVENT_REPORT,         /* one line of what a helper has to say; word: who, text: what, code: errno */
    EVENT_UP,             /* everything that was asked for is started; count: failed */
    EVENT_IDLE,           /* nothing runs, nothing is left to do */
    EVENT_STOPPING,       /* the way down begins; word: power-off, reboot, halt, exit */
    EVENT_LEFT,           /* processes that no service owns are told to end; count */
    EVENT_STATUS,         /* the machine's status; code, count: signal, word: reason */
    EVENT_GAP,            /* made by a reader: count records were missed */
    EVENT_KINDS
};

/* How much a person wants to see; primer.log= names them. */
enum event_level { LEVEL_ERROR, LEVEL_NOTICE, LEVEL_INFO, LEVEL_DEBUG };

struct event {
    uint64_t seq; /* from 1, without holes */
    uint64_t time_ns;
    const struct step *step;
    const char *advice; /* static text: what to do about it; NULL: none */
    int32_t pid;
    int32_t parent;
    int32_t code;
    uint32_t count; /* at least 1 where the kind is merged */
    uint8_t kind;
    bool routine;  /* no failure to primer, though it looks like one: the run's own status, handed through */
    bool merged;   /* stands for `count` events of its kind */
    char word[16]; /* TASK_COMM_LEN: a process's name fits */
    char text[38];
    char unit[48]; /* longer names are cut */
};

enum { EVENT_RING = 136, EVENT_GATES = 5 };

/* The flood gate of one kind that is merged: a record costs a token; without one it is only counted, in `held`. */
struct event_gate {
    uint8_t kind; /* EVENT_NONE: nobody has come by here yet */
    uint32_t tokens;
    uint64_t refill_ns;
    struct event held; /* its count is 0 when nothing is pending */
};

struct event_ring {
    uint64_t next_seq;
    struct event_gate gates[EVENT_GATES]; /* as many as there are kinds that are merged */
    struct event slots[EVENT_RING];
};

/* Where one reader stands. `seq` is the next record that it wants; start at 1 to see everything. */
struct event_reader {
    uint64_t seq;
    struct event gap; /* what event_read returns for a hole */
};

void event_ring_init(struct event_ring *ring);

/* A new record of KIND with number and time set, all else zero. Never fails: the oldest makes room. */
struct event *event_add(struct event_ring *ring, enum event_kind kind);

/* The same, with unit and text copied; each may be NULL. */
struct event *event_note(struct event_ring *ring, enum event_kind kind, const char *unit, const char *text);

/*
 * A record of a kind that comes in floods. Past the gate it is counted, not kept: the record returned is
 * then the pending sum, which event_settle adds to the ring.
 */
struct event *event_add_merged(struct event_ring *ring, enum event_kind kind);

/* Adds the pending sums, each once a token is there (or all NOW, at the end). The time to call again; NEVER_NS: nothing pending. */
uint64_t event_settle(struct event_ring *ring, bool now);

/* The reader's next record, or NULL when it has seen all. Valid until the next event_add. */
const struct event *event_read(const struct event_ring *ring, struct event_reader *reader);

enum event_level event_level(const struct event *e);

/* One line without its newline: a sentence for people, a JSON object (keys: event_kinds.h) for programs. */
void event_sentence(const struct event *e, struct text *t);
void event_json(const struct event *e, struct text *t);

/* The longest line that either of them makes, with newline and NUL. */
enum { EVENT_LINE = 640 };

#endif
