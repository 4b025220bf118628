/*
 * transaction: what a request to start or stop one unit means for all the others.
 *
 * The units concerned are collected in a list (service.link), those that cannot be started are dropped with
 * all that requires them, ordering cycles are broken, and only then are jobs installed: a refused request
 * changes nothing. While the list is made, `blocker` and `cursor` of the units in it are scratch, and of the
 * units in it that already have a job they are set anew at the end. No recursion: a chain of ten thousand units
 * must not need PID 1's stack.
 */
#include "service/jobs.h"
#include "service/roster.h"

#include <errno.h>
#include <stddef.h>

enum mark {
    MARK_IN = 1,       /* in the list */
    MARK_MATTERS = 2,  /* the request's own unit requires it: without it there is no point */
    MARK_FOREIGN = 4,  /* in the list, but not to be started by this request */
    MARK_DROPPED = 8,  /* not started after all */
    MARK_STOP = 16,    /* to be stopped */
    MARK_RESTART = 32, /* to be stopped and started again */
    MARK_ON_PATH = 64, /* the search for cycles: on the path under way, or done with */
    MARK_SEARCHED = 128,
};

struct transaction {
    struct roster *r;
    uint32_t first;
    uint32_t last;
    bool stops; /* its jobs are stops: they cannot be dropped, so a cycle of them is cut open */
};

static struct service *at(const struct transaction *t, uint32_t unit)
{
    return &t->r->services[unit];
}

static void collect(struct transaction *t, uint32_t unit, unsigned marks)
{
    struct service *s = at(t, unit);
    if (s->mark & MARK_IN) {
        return;
    }
    s->mark = (uint8_t)(MARK_IN | marks);
    s->link = UNIT_NONE;
    if (t->first == UNIT_NONE) {
        t->first = unit;
    } else {
        at(t, t->last)->link = unit;
    }
    t->last = unit;
}

/* Collects the units at the other end of UNIT's edges of KIND. */
static void collect_over(struct transaction *t, uint32_t unit, enum edge_kind kind, unsigned marks)
{
    struct edges edges = roster_edges(t->r, unit);
    for (uint32_t i = 0; i < edges.count; i++) {
        if (EDGE_KIND(edges.at[i]) == kind) {
            collect(t, EDGE_UNIT(edges.at[i]), marks);
        }
    }
}

/*
 * First all that the unit requires, and what that requires: these matter. Then what any of them wants. The
 * list grows at its end while it is worked off.
 */
static void collect_needs(struct transaction *t, uint32_t unit)
{
    collect(t, unit, MARK_MATTERS);
    for (uint32_t u = unit; u != UNIT_NONE; u = at(t, u)->link) {
        collect_over(t, u, EDGE_REQUIRES, MARK_MATTERS);
    }
    for (uint32_t u = unit; u != UNIT_NONE; u = at(t, u)->link) {
        collect_over(t, u, EDGE_REQUIRES, 0);
        collect_over(t, u, EDGE_WANTS, 0);
    }
}

/* It needs a start by this request, or waits for one from an earlier request. */
static bool starts(const struct transaction *t, uint32_t unit)
{
    const struct service *s = at(t, unit);
    bool asked = (s->mark & (MARK_IN | MARK_FOREIGN | MARK_DROPPED)) == MARK_IN;
    return s->job == JOB_START || (asked && !(service_is_active(s) && s->job == JOB_NONE));
}

/* It waits in line for a stop. */
static bool stops(const struct transaction *t, uint32_t unit)
{
    const struct service *s = at(t, unit);
    return (s->job == JOB_STOP || s->job == JOB_RESTART) && !(s->flags & FLAG_FREE);
}

static bool has_job_here(const struct transaction *t, uint32_t unit)
{
    return t->stops ? stops(t, unit) : starts(t, unit);
}

static bool is_up_or_coming(const struct service *s)
{
    return !service_has_ended(s) || s->state == STATE_AUTO_RESTART || s->job == JOB_START ||
           s->job == JOB_RESTART;
}

/* Whether MARK goes over from a unit to one that requires it. */
static bool takes_mark(const struct service *s, enum mark mark)
{
    if (s->mark & mark) {
        return false;
    }
    switch (mark) {
    case MARK_DROPPED: return (s->mark & MARK_IN) && !service_is_active(s);
    case MARK_RESTART: return service_is_active(s);
    default: return is_up_or_coming(s);
    }
}

/* Gives UNIT the mark, and over and over all that require a unit which has it. `blocker` links the work list. */
static void spread(struct transaction *t, uint32_t unit, enum mark mark)
{
    collect(t, unit, MARK_FOREIGN);
    at(t, unit)->mark |= (uint8_t)mark;
    at(t, unit)->blocker = UNIT_NONE;
    for (uint32_t u = unit, last = unit; u != UNIT_NONE; u = at(t, u)->blocker) {
        struct edges edges = roster_edges(t->r, u);
        for (uint32_t i = 0; i < edges.count; i++) {
            uint32_t other = EDGE_UNIT(edges.at[i]);
            if (EDGE_KIND(edges.at[i]) == EDGE_REQUIRED_BY && takes_mark(at(t, other), mark)) {
                collect(t, other, MARK_FOREIGN);
                at(t, other)->mark |= (uint8_t)mark;
                at(t, other)->blocker = UNIT_NONE;
                at(t, last)->blocker = other;
                last = other;
            }
        }
    }
}

static void drop_unstartable(struct transaction *t)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = at(t, u)->link) {
        if (!roster_can_start(t->r, u) && !service_is_active(at(t, u)) && !(at(t, u)->mark & MARK_DROPPED)) {
            spread(t, u, MARK_DROPPED);
        }
    }
}

/*
 * Conflicts=: a start stops what it conflicts with. Two units of one request that conflict cannot both be meant: the one
 * that does not matter goes.
 */
static int settle_conflicts(struct transaction *t)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = at(t, u)->link) {
        struct edges edges = roster_edges(t->r, u);
        for (uint32_t i = 0; i < edges.count && starts(t, u) && !(at(t, u)->mark & MARK_FOREIGN); i++) {
            enum edge_kind kind = EDGE_KIND(edges.at[i]);
            uint32_t other = EDGE_UNIT(edges.at[i]);
            if (kind != EDGE_CONFLICTS && kind != EDGE_CONFLICTED_BY) {
                continue;
            }
            bool both = (at(t, other)->mark & (MARK_IN | MARK_FOREIGN | MARK_DROPPED)) == MARK_IN;
            if (both && !(at(t, other)->mark & MARK_MATTERS)) {
                spread(t, other, MARK_DROPPED);
            } else if (both && !(at(t, u)->mark & MARK_MATTERS)) {
                spread(t, u, MARK_DROPPED);
            } else if (both) {
                return -EDEADLK;
            }
            if (is_up_or_coming(at(t, other)) && !(at(t, other)->mark & MARK_STOP)) {
                spread(t, other, MARK_STOP);
            }
        }
    }
    return 0;
}

/*
 * One search along "after" edges from UNIT. Returns UNIT_NONE when no cycle can be reached, else a unit that
 * is on one: then the path from it, over `blocker`, leads back to itself. `blocker` is the unit from which this
 * one was reached, `cursor` the edge to look at next.
 */
static uint32_t find_cycle_from(struct transaction *t, uint32_t unit)
{
    uint32_t u = unit;
    at(t, u)->blocker = UNIT_NONE;
    at(t, u)->cursor = 0;
    at(t, u)->mark |= MARK_ON_PATH;
    while (u != UNIT_NONE) {
        struct edges edges = roster_edges(t->r, u);
        struct service *s = at(t, u);
        if (s->cursor == edges.count) {
            s->mark = (uint8_t)((s->mark & ~MARK_ON_PATH) | MARK_SEARCHED);
            u = s->blocker;
            continue;
        }
        edge e = edges.at[s->cursor++];
        uint32_t other = EDGE_UNIT(e);
        struct service *o = at(t, other);
        if (EDGE_KIND(e) != EDGE_AFTER || !has_job_here(t, other) || (o->mark & MARK_SEARCHED)) {
            continue;
        }
        if (o->mark & MARK_ON_PATH) {
            o->blocker = u; /* closes the path to a ring */
            return other;
        }
        collect(t, other,
                MARK_FOREIGN); /* a job of an earlier request: only its scratch fields are borrowed */
        o->mark |= MARK_ON_PATH;
        o->blocker = u;
        o->cursor = 0;
        u = other;
    }
    return UNIT_NONE;
}

static uint32_t find_cycle(struct transaction *t)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = at(t, u)->link) {
        at(t, u)->mark &= (uint8_t) ~(MARK_ON_PATH | MARK_SEARCHED);
    }
    for (uint32_t u = t->first; u != UNIT_NONE; u = at(t, u)->link) {
        if (has_job_here(t, u) && !(at(t, u)->mark & MARK_SEARCHED)) {
            uint32_t on = find_cycle_from(t, u);
            if (on != UNIT_NONE) {
                return on;
            }
        }
    }
    return UNIT_NONE;
}

/* The first unit of the ring that can go: one that this request brought and that the request's own unit can do without. */
static uint32_t find_victim(const struct transaction *t, uint32_t ring)
{
    uint32_t u = ring;
    do {
        const struct service *s = at(t, u);
        if (t->stops || (!(s->mark & (MARK_MATTERS | MARK_FOREIGN)) && s->job != JOB_START)) {
            return u;
        }
        u = s->blocker;
    } while (u != ring);
    return UNIT_NONE;
}

/* The ring's arrows: whoever was reached from `blocker` is what `blocker` is ordered after. */
static void tell_cycle(const struct transaction *t, uint32_t ring)
{
    uint32_t u = ring;
    do {
        uint32_t from = at(t, u)->blocker;
        jobs_note(t->r, &(struct note){ .kind = NOTE_CYCLE, .unit = from, .other = u });
        u = from;
    } while (u != ring);
}

/* As systemd does it: units that do not matter go, one after the other, until there is no cycle. */
static int break_cycles(struct transaction *t)
{
    for (;;) {
        uint32_t ring = find_cycle(t);
        if (ring == UNIT_NONE) {
            return 0;
        }
        tell_cycle(t, ring);
        uint32_t victim = find_victim(t, ring);
        if (victim == UNIT_NONE) {
            return -EDEADLK;
        }
        if (t->stops) {
            at(t, victim)->flags |= FLAG_FREE; /* it waits for nobody, and so opens every ring it is in */
            continue;
        }
        jobs_note(t->r, &(struct note){
                            .kind = NOTE_JOB, .unit = victim, .job = JOB_START, .result = JOB_SKIPPED });
        spread(t, victim, MARK_DROPPED);
    }
}

/* Clears the marks, and lets jobs that lent their scratch fields look again. */
static void finish_list(struct transaction *t)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = at(t, u)->link) {
        struct service *s = at(t, u);
        s->mark = 0;
        s->cursor = 0;
        s->blocker = UNIT_NONE;
        if (s->job != JOB_NONE && !(s->flags & FLAG_JOB_RUNS)) {
            jobs_queue(t->r, u);
        }
    }
}

static void install(struct transaction *t)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = at(t, u)->link) {
        struct service *s = at(t, u);
        if (s->mark & MARK_STOP) {
            if (s->job != JOB_STOP) {
                jobs_install(t->r, u, JOB_STOP);
            }
        } else if (s->mark & MARK_RESTART) {
            if (s->job == JOB_NONE) {
                jobs_install(t->r, u, JOB_RESTART);
            }
        } else if (!(s->mark & (MARK_DROPPED | MARK_FOREIGN)) && s->job != JOB_START &&
                   s->job != JOB_RESTART && starts(t, u)) {
            jobs_install(t->r, u, JOB_START);
        }
    }
}

int roster_start(struct roster *r, uint32_t unit)
{
    if (r->going_down) {
        return -ESHUTDOWN;
    }
    struct transaction t = { .r = r, .first = UNIT_NONE, .last = UNIT_NONE };
    collect_needs(&t, unit);
    drop_unstartable(&t);
    int result = at(&t, unit)->mark & MARK_DROPPED ? -ENOENT : settle_conflicts(&t);
    if (result == 0) {
        result = break_cycles(&t);
    }
    if (result == 0 && r->services[unit].state == STATE_AUTO_RESTART) {
        /* systemd restarts with what it restarts whatever requires it and is still up. */
        spread(&t, unit, MARK_RESTART);
        at(&t, unit)->mark &= (uint8_t)~MARK_RESTART;
    }
    if (result == 0) {
        install(&t);
    }
    finish_list(&t);
    return result;
}

static void cut_cycles_and_finish(struct transaction *t)
{
    install(t);
    t->stops = true;
    break_cycles(t); /* never refuses a stop */
    finish_list(t);
}

void roster_stop(struct roster *r, uint32_t unit)
{
    struct transaction t = { .r = r, .first = UNIT_NONE, .last = UNIT_NONE };
    if (is_up_or_coming(&r->services[unit])) {
        spread(&t, unit, MARK_STOP);
    }
    cut_cycles_and_finish(&t);
}

void roster_stop_all(struct roster *r)
{
    struct transaction t = { .r = r, .first = UNIT_NONE, .last = UNIT_NONE };
    r->going_down = true;
    for (uint32_t u = 0; u < r->count; u++) {
        if (is_up_or_coming(&r->services[u])) {
            collect(&t, u, MARK_FOREIGN | MARK_STOP);
        }
    }
    cut_cycles_and_finish(&t);
}
