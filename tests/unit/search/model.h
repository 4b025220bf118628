/*
 * model: a few units, and everything that can happen to them.
 *
 * The model is the real roster over a small graph. Around it stands the manager, which does what is to be done
 * at once, and the world, which may let any process end in any way, any deadline come, any fork fail, at any
 * moment. A state is kept packed: what no behaviour depends on (times, statuses, pids) is left out, so that there
 * are few of them; a deadline is kept as armed or not.
 */
#ifndef PRIMER_TESTS_SEARCH_MODEL_H
#define PRIMER_TESTS_SEARCH_MODEL_H

#include "../../lib/units.h"
#include "service/roster.h"

enum { UNITS = 3 };

enum pull { PULL_NONE, PULL_WANTS, PULL_REQUIRES, PULLS };

/* What kind of unit it is. */
struct profile {
    uint8_t type; /* enum service_type; SERVICE_TYPES: a target */
    uint8_t restart;
    uint8_t kill_mode;
    bool remains;
    bool spares;          /* SendSIGKILL=no */
    bool limited;         /* RuntimeMaxSec= */
    bool pid_file;        /* of a forking one; else its main process is guessed */
    uint8_t burst;        /* StartLimitBurst= in an endless window; 0: no limit */
    const char *commands; /* b(efore), s(tart), a(fter), r(eload), S(top), P(ost) */
};

struct graph {
    unsigned count;
    const struct profile *profiles[UNITS];
    uint8_t pulls[UNITS][UNITS]; /* [a][b]: a pulls in b; enum pull */
    bool after[UNITS][UNITS];    /* a is ordered after b */
    bool reloads;                /* a passes a reload on to what it pulls in */
};

/* What can happen. Each is about one unit. */
enum act {
    ACT_STOP_ALL, /* requests */
    ACT_STOP,
    ACT_START,
    ACT_RELOAD,
    ACT_MAIN_0, /* ends of processes */
    ACT_MAIN_1,
    ACT_MAIN_SEGV,
    ACT_CONTROL_0,
    ACT_CONTROL_1,
    ACT_EXECED,
    ACT_READY,
    ACT_STOPPING,
    ACT_RELOADING,
    ACT_FOUND, /* the search for the main process is over */
    ACT_LOST,
    ACT_EMPTY,
    ACT_TIMEOUT,
    ACT_RETRY, /* the manager spawns what it put off */
    ACT_GONE,  /* all that is left of a unit on its way down ends, at once */
    ACTS
};

enum {
    EVENTS = ACTS * UNITS, /* an event is an act times a unit */
    CHOICES = 24,
};

/* How much of all that is looked at. */
struct freedom {
    bool
        start_any; /* start requests for every unit at any moment, not only for the first one at the beginning */
    bool stop_any;    /* a stop request for any one unit at any moment */
    bool signals;     /* processes end by a signal that dumps core, too */
    bool reloads;     /* requests to reload, and services that do so by themselves */
    bool forks_fail;  /* and forks may fail */
    bool forks_later; /* or be put off */
    bool whole_kills; /* who is told to end does so in one step: no order inside */
};

/* Packed. All bytes count. */
struct place {
    struct packed {
        uint8_t state, result, todo, job, pids, armed, command, starts, blocker, cursor;
        uint16_t flags;
    } units[UNITS];
    uint8_t going_down;
    uint8_t spare[3];
};

/* How the forks of one event went, in order: digits, counted up to go through all ways. */
struct choices {
    uint8_t digit[CHOICES];
    uint8_t radix[CHOICES];
    unsigned count; /* that were met */
};

struct model {
    struct graph graph;
    struct freedom freedom;
    bool on_cycle[UNITS]; /* of "after" edges */
    struct units units;
    const struct snapshot *snapshot;
    struct service services[UNITS];
    struct roster roster;
    struct choices *choices;
    unsigned choices_used;
    /* For the rules: the act under way, the states before, and who failed to start meanwhile. */
    enum act act;
    unsigned unit;
    bool moved;    /* a unit changed its state meanwhile */
    bool requests; /* it is a request to start, or becomes one */
    uint8_t was[UNITS];
    bool failed[UNITS];
    int broken; /* enum rule, 0: none */
    unsigned broken_unit;
};

void model_open(struct model *m, const struct graph *graph, const struct freedom *freedom);
void model_close(struct model *m);

/*
 * The first place: nothing is up; where starts are not free, the first unit's was asked for. Also to be stepped
 * through by choices.
 */
void model_begin(struct model *m, struct choices *choices);

bool model_can(const struct model *m, enum act act, unsigned unit);

/* Lets it happen, and all that follows until nothing is left to be done. */
void model_do(struct model *m, enum act act, unsigned unit, struct choices *choices);

/* The next way in which the forks may go; false: that was the last. */
bool choices_next(struct choices *choices);

struct place model_pack(const struct model *m);
void model_unpack(struct model *m, const struct place *place);

/* For messages. */
const char *act_name(enum act act);
void model_print_graph(const struct model *m);
void model_print_place(const struct model *m);

#endif
