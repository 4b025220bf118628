/*
 * roster: the services of one snapshot and their jobs.
 *
 * A job is a requested start or stop. A request pulls in what the unit needs (a transaction), breaks ordering
 * cycles, and leaves at most one job per unit; a job runs when nothing that it is ordered after is still to
 * come. The rules are systemd's (systemd.unit(5): Requires=, Wants=, After=, Conflicts=). Pure like service.h: no
 * system call, no clock, no allocation; the records are one array, so a whole roster can be copied and compared.
 */
#ifndef PRIMER_SERVICE_ROSTER_H
#define PRIMER_SERVICE_ROSTER_H

#include "service/service.h"

/* What a roster tells whoever looks on, as it happens. Must not call back into the roster. */
enum note_kind {
    NOTE_STATE,   /* the unit is in a new state */
    NOTE_JOB,     /* its job has ended: job, result */
    NOTE_CYCLE,   /* it is ordered after `other`, and so after itself */
    NOTE_RESTART, /* it will be started again by itself */
};

struct note {
    enum note_kind kind;
    uint32_t unit;
    uint32_t other;
    enum job_kind job;
    enum job_result result;
};

struct roster {
    const struct snapshot *snapshot;
    struct service *services; /* the caller's memory, one for each unit, by the unit's number */
    uint32_t count;
    uint32_t head; /* the queue of units that want a look; UNIT_NONE: empty */
    uint32_t tail;
    uint32_t jobs; /* that have not ended */
    uint32_t busy; /* services that have, or are about to have, a process */
    uint32_t failed;
    bool going_down;
    uint64_t stop_timeout_ns; /* bounds every unit's TimeoutStopSec=; 0: no bound */
    void (*note)(void *who, const struct note *note);
    void *who;
};

/* SERVICES has room for every unit of SNAPSHOT; the roster fills it. NOTE may be NULL. */
void roster_init(struct roster *r, const struct snapshot *snapshot, struct service *services,
                 void (*note)(void *who, const struct note *note), void *who);

/*
 * Requests. roster_start: 0; -ENOENT: the unit, or something that it requires, cannot be started; -EDEADLK: it
 * is in an ordering cycle with what it requires; -ESHUTDOWN: everything is being stopped. A refused request
 * changes nothing.
 */
int roster_start(struct roster *r, uint32_t unit);
void roster_stop(struct roster *r, uint32_t unit);
/* As roster_start; a unit that is up or on its way there, and what requires it and is up, is stopped first. */
int roster_restart(struct roster *r, uint32_t unit);
/*
 * 0; -EOPNOTSUPP: it has no ExecReload=; -ENOEXEC: it is not up, so there is nothing to reload; -ESHUTDOWN. A start
 * that is still to come, or a restart, will do instead: it reads the configuration, too.
 */
int roster_reload(struct roster *r, uint32_t unit);
/* A unit that failed is as if it had never been tried. */
void roster_reset(struct roster *r, uint32_t unit);
/* Stops everything, in reverse order, and refuses starts from now on. `jobs` is 0 when all is done. */
void roster_stop_all(struct roster *r);

/* Something happened to a unit. */
void roster_input(struct roster *r, uint32_t unit, const struct input *input);

/* The records were filled by somebody else (a reload): counts anew, and queues whatever waits. */
void roster_recount(struct roster *r);

/*
 * Goes on with the jobs until a unit has something to be done (its `todo` is not 0), and returns its number;
 * UNIT_NONE when there is nothing left to do before the next input.
 */
uint32_t roster_next(struct roster *r, uint64_t now_ns);

/* Takes a unit that roster_next returned out of the queue, its `todo` undone; roster_wake brings it back. */
void roster_defer(struct roster *r, uint32_t unit);
void roster_wake(struct roster *r, uint32_t unit);

/* One unit's edges, for those who walk the graph. */
struct edges {
    const edge *at;
    uint32_t count;
};
struct edges roster_edges(const struct roster *r, uint32_t unit);

/* A unit that no request can start: no file, a bad one, or masked. */
bool roster_can_start(const struct roster *r, uint32_t unit);

#endif
