/*
 * transaction: what a request to start, stop or reload one unit means for all the others.
 *
 * The units concerned are collected in a list (service.link), those that cannot be started are dropped with
 * all that requires them, ordering cycles are broken, and only then are jobs installed: a refused request
 * changes nothing. While the list is made, `blocker` and `cursor` of the units in it are scratch, and of the
 * units in it that already have a job they are set anew at the end. No recursion: a chain of ten thousand units
 * must not need PID 1's stack. No step is done twice: neither must ten thousand cycles cost it a second.
 */
#include "service/transaction.h"

#include "service/cycles.h"
#include "service/jobs.h"

#include <errno.h>
#include <stddef.h>

void transaction_collect(struct transaction *t, uint32_t unit, unsigned marks)
{
    struct service *s = transaction_at(t, unit);
    if (s->mark & MARK_IN) {
        return;
    }
    s->mark = (uint8_t)(MARK_IN | marks);
    s->link = UNIT_NONE;
    if (t->first == UNIT_NONE) {
        t->first = unit;
    } else {
        transaction_at(t, t->last)->link = unit;
    }
    t->last = unit;
}

/* --- who is to be started -------------------------------------------------------------------------- */

/* Collects the units at the other end of UNIT's edges of KIND. */
static void collect_over(struct transaction *t, uint32_t unit, enum edge_kind kind, unsigned marks)
{
    struct edges edges = roster_edges(t->r, unit);
    for (uint32_t i = 0; i < edges.count; i++) {
        if (EDGE_KIND(edges.at[i]) == kind) {
            transaction_collect(t, EDGE_UNIT(edges.at[i]), marks);
        }
    }
}

/* What is up and stays up pulls in nobody: a oneshot that did its work for it long ago does not run again. */
static bool pulls_in(const struct transaction *t, uint32_t unit)
{
    return unit == t->unit || !service_is_active(transaction_at(t, unit)) ||
           transaction_at(t, unit)->job == JOB_STOP;
}

/*
 * First all that the unit requires, and what that requires: these matter. Then what any of them wants. The
 * list grows at its end while it is worked off.
 */
static void collect_needs(struct transaction *t)
{
    transaction_collect(t, t->unit, MARK_MATTERS);
    for (uint32_t u = t->unit; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        if (pulls_in(t, u)) {
            collect_over(t, u, EDGE_REQUIRES, MARK_MATTERS);
        }
    }
    for (uint32_t u = t->unit; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        if (pulls_in(t, u)) {
            collect_over(t, u, EDGE_REQUIRES, 0);
            collect_over(t, u, EDGE_WANTS, 0);
        }
    }
}

static bool is_asked_for(const struct transaction *t, uint32_t unit)
{
    return (transaction_at(t, unit)->mark & (MARK_IN | MARK_FOREIGN | MARK_DROPPED)) == MARK_IN;
}

/* Its start is this request's alone. */
static bool is_brought(const struct transaction *t, uint32_t unit)
{
    const struct service *s = transaction_at(t, unit);
    bool comes_anyway = s->job == JOB_START || s->job == JOB_RESTART || (s->mark & MARK_RESTART);
    return is_asked_for(t, unit) && !comes_anyway && (!service_is_active(s) || s->job == JOB_STOP);
}

bool transaction_starts(const struct transaction *t, uint32_t unit)
{
    const struct service *s = transaction_at(t, unit);
    bool restarts = (s->mark & MARK_RESTART) && s->job != JOB_STOP;
    return s->job == JOB_START || s->job == JOB_RESTART || restarts || is_brought(t, unit);
}

static bool is_up_or_coming(const struct service *s)
{
    return !service_has_ended(s) || s->state == STATE_AUTO_RESTART || s->job == JOB_START ||
           s->job == JOB_RESTART;
}

/* Whether MARK goes over from a unit to UNIT, which requires it. */
static bool takes_mark(const struct transaction *t, uint32_t unit, enum mark mark)
{
    const struct service *s = transaction_at(t, unit);
    if (s->mark & mark) {
        return false;
    }
    switch (mark) {
    case MARK_DROPPED: return is_brought(t, unit);
    case MARK_RESTART: return s->state >= STATE_START_PRE && s->state <= STATE_EXITED;
    default: return is_up_or_coming(s);
    }
}

static void tell_dropped(const struct transaction *t, uint32_t unit, enum job_result result)
{
    jobs_note(t->r, &(struct note){ .kind = NOTE_JOB, .unit = unit, .job = JOB_START, .result = result });
}

static void give_mark(struct transaction *t, uint32_t unit, enum mark mark)
{
    transaction_collect(t, unit, MARK_FOREIGN);
    struct service *s = transaction_at(t, unit);
    t->gone += mark == MARK_DROPPED && (s->mark & MARK_ON_PATH);
    s->mark |= (uint8_t)mark;
    s->cursor = UNIT_NONE;
}

/* Gives UNIT the mark, and over and over all that require a unit which has it. `cursor` links the work list. */
static void spread(struct transaction *t, uint32_t unit, enum mark mark)
{
    give_mark(t, unit, mark);
    for (uint32_t u = unit, last = unit; u != UNIT_NONE; u = transaction_at(t, u)->cursor) {
        struct edges edges = roster_edges(t->r, u);
        for (uint32_t i = 0; i < edges.count; i++) {
            uint32_t other = EDGE_UNIT(edges.at[i]);
            if (EDGE_KIND(edges.at[i]) == EDGE_REQUIRED_BY && takes_mark(t, other, mark)) {
                give_mark(t, other, mark);
                transaction_at(t, last)->cursor = other;
                last = other;
                if (mark == MARK_DROPPED) {
                    tell_dropped(t, other, JOB_DEPENDENCY);
                }
            }
        }
    }
}

/* UNIT is not started by this request, nor is what requires it. */
static void drop(struct transaction *t, uint32_t unit)
{
    t->drops = true;
    spread(t, unit, MARK_DROPPED);
}

void transaction_skip(struct transaction *t, uint32_t unit)
{
    tell_dropped(t, unit, JOB_SKIPPED);
    transaction_at(t, unit)->mark &= (uint8_t)~MARK_RESTART;
    drop(t, unit);
}

static void drop_unstartable(struct transaction *t)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        if (!roster_can_start(t->r, u) && !service_is_active(transaction_at(t, u)) &&
            !(transaction_at(t, u)->mark & MARK_DROPPED)) {
            drop(t, u);
        }
    }
}

/* What only a dropped unit needed is not started either. */
static void drop_unneeded(struct transaction *t)
{
    if (!t->drops) {
        return;
    }
    transaction_at(t, t->unit)->mark |= MARK_NEEDED;
    transaction_at(t, t->unit)->cursor = UNIT_NONE;
    for (uint32_t u = t->unit, last = t->unit; u != UNIT_NONE; u = transaction_at(t, u)->cursor) {
        struct edges edges = roster_edges(t->r, u);
        for (uint32_t i = 0; i < edges.count && pulls_in(t, u); i++) {
            enum edge_kind kind = EDGE_KIND(edges.at[i]);
            uint32_t other = EDGE_UNIT(edges.at[i]);
            if ((kind == EDGE_REQUIRES || kind == EDGE_WANTS) && is_asked_for(t, other) &&
                !(transaction_at(t, other)->mark & MARK_NEEDED)) {
                transaction_at(t, other)->mark |= MARK_NEEDED;
                transaction_at(t, other)->cursor = UNIT_NONE;
                transaction_at(t, last)->cursor = other;
                last = other;
            }
        }
    }
    for (uint32_t u = t->first; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        if (!(transaction_at(t, u)->mark & MARK_NEEDED)) {
            transaction_at(t, u)->mark |= MARK_DROPPED;
        }
    }
}

/* --- Conflicts= ------------------------------------------------------------------------------------ */

/* Calls ON for each pair of units that conflict, of which the first is to be started. */
static int for_conflicts(struct transaction *t,
                         int (*on)(struct transaction *t, uint32_t unit, uint32_t other))
{
    int result = 0;
    for (uint32_t u = t->first; u != UNIT_NONE && result == 0; u = transaction_at(t, u)->link) {
        struct edges edges = roster_edges(t->r, u);
        bool starts = is_asked_for(t, u) && transaction_starts(t, u);
        for (uint32_t i = 0; i < edges.count && starts && result == 0; i++) {
            enum edge_kind kind = EDGE_KIND(edges.at[i]);
            if (kind == EDGE_CONFLICTS || kind == EDGE_CONFLICTED_BY) {
                result = on(t, u, EDGE_UNIT(edges.at[i]));
                starts = is_asked_for(t, u);
            }
        }
    }
    return result;
}

/* Two units of one request cannot both be meant: the one that does not matter goes. */
static int drop_one(struct transaction *t, uint32_t unit, uint32_t other)
{
    if (!is_asked_for(t, other)) {
        return 0;
    }
    if (!(transaction_at(t, other)->mark & MARK_MATTERS)) {
        transaction_skip(t, other);
    } else if (!(transaction_at(t, unit)->mark & MARK_MATTERS)) {
        transaction_skip(t, unit);
    } else {
        return -EDEADLK;
    }
    return 0;
}

/* A start stops what it conflicts with, and what requires that. */
static int stop_other(struct transaction *t, uint32_t unit, uint32_t other)
{
    if (is_up_or_coming(transaction_at(t, other)) && !(transaction_at(t, other)->mark & MARK_STOP)) {
        spread(t, other, MARK_STOP);
    }
    return 0;
}

static int settle_stops(struct transaction *t)
{
    for_conflicts(t, stop_other);
    for (uint32_t u = t->first; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        if (is_asked_for(t, u) && (transaction_at(t, u)->mark & MARK_STOP)) {
            if (transaction_at(t, u)->mark & MARK_MATTERS) {
                return -EDEADLK;
            }
            transaction_skip(t, u);
        }
    }
    return 0;
}

/* --- the end --------------------------------------------------------------------------------------- */

/* True: stops are among the jobs. */
static bool install(struct transaction *t)
{
    bool stops = false;
    for (uint32_t u = t->first; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        struct service *s = transaction_at(t, u);
        bool starting = s->job == JOB_START && (s->flags & FLAG_JOB_RUNS);
        if (s->mark & MARK_STOP) {
            stops = true;
            if (s->job != JOB_STOP) {
                jobs_install(t->r, u, JOB_STOP);
            }
        } else if (s->mark & MARK_RESTART) {
            stops = true;
            if (s->job == JOB_NONE || s->job == JOB_RELOAD || starting) {
                jobs_install(t->r, u, JOB_RESTART);
            }
        } else if (s->job != JOB_START && s->job != JOB_RESTART && transaction_starts(t, u)) {
            jobs_install(t->r, u, JOB_START);
        }
    }
    return stops;
}

/* Stops, or reloads, that wait for each other in a ring would wait for ever. */
static void cut(struct transaction *t, enum job_kind job)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        transaction_at(t, u)->mark &= (uint8_t) ~(MARK_ON_PATH | MARK_SEARCHED);
    }
    t->cuts = (uint8_t)job;
    cycles_break(t); /* never refuses these */
}

/* Clears the marks, and lets jobs that lent their scratch fields look again. */
static void finish_list(struct transaction *t)
{
    for (uint32_t u = t->first; u != UNIT_NONE; u = transaction_at(t, u)->link) {
        struct service *s = transaction_at(t, u);
        s->mark = 0;
        s->cursor = 0;
        s->blocker = UNIT_NONE;
        if (s->job != JOB_NONE && !(s->flags & FLAG_JOB_RUNS)) {
            jobs_queue(t->r, u);
        }
    }
}

static struct transaction transaction(struct roster *r, uint32_t unit)
{
    return (struct transaction){ .r = r, .unit = unit, .first = UNIT_NONE, .last = UNIT_NONE };
}

/* Who is to be started and stopped is marked, or the request refused. */
static int plan_start(struct transaction *t)
{
    collect_needs(t);
    drop_unstartable(t);
    if (transaction_at(t, t->unit)->mark & MARK_DROPPED) {
        return -ENOENT;
    }
    int result = for_conflicts(t, drop_one);
    if (result == 0 && (t->restarts || transaction_at(t, t->unit)->state == STATE_AUTO_RESTART)) {
        /* systemd restarts with what it restarts whatever requires it and is still up. */
        spread(t, t->unit, MARK_RESTART);
        if (!t->restarts) {
            transaction_at(t, t->unit)->mark &= (uint8_t)~MARK_RESTART;
        }
    }
    if (result == 0) {
        result = cycles_break(t);
    }
    if (result == 0) {
        drop_unneeded(t);
        result = settle_stops(t);
    }
    return result;
}

static int start(struct roster *r, uint32_t unit, bool restarts)
{
    if (r->going_down) {
        return -ESHUTDOWN;
    }
    struct transaction t = transaction(r, unit);
    t.restarts = restarts;
    int result = plan_start(&t);
    if (result == 0 && install(&t)) {
        cut(&t, JOB_STOP);
    }
    finish_list(&t);
    return result;
}

int roster_start(struct roster *r, uint32_t unit)
{
    return start(r, unit, false);
}

/* A unit that is going down, or is about to, needs no second stop; without a file it would not come back. */
int roster_restart(struct roster *r, uint32_t unit)
{
    const struct service *s = &r->services[unit];
    bool up = s->state >= STATE_START_PRE && s->state <= STATE_EXITED && s->job != JOB_STOP;
    return up && !roster_can_start(r, unit) ? -ENOENT : start(r, unit, up);
}

void roster_stop(struct roster *r, uint32_t unit)
{
    struct transaction t = transaction(r, unit);
    spread(&t, unit, MARK_STOP);
    install(&t);
    cut(&t, JOB_STOP);
    finish_list(&t);
}

void roster_stop_all(struct roster *r)
{
    struct transaction t = transaction(r, UNIT_NONE);
    r->going_down = true;
    for (uint32_t u = 0; u < r->count; u++) {
        if (is_up_or_coming(&r->services[u])) {
            transaction_collect(&t, u, MARK_FOREIGN | MARK_STOP);
        }
    }
    install(&t);
    cut(&t, JOB_STOP);
    finish_list(&t);
}

/* --- reloads ----------------------------------------------------------------------------------------- */

static bool takes_reload(const struct roster *r, uint32_t unit)
{
    const struct service *s = &r->services[unit];
    return service_is_active(s) && s->job != JOB_RESTART && !r->going_down &&
           service_can_reload(r->snapshot, snapshot_unit(r->snapshot, unit));
}

/* One that is under way has read the configuration already: this one comes behind it. */
static void install_reload(struct roster *r, uint32_t unit)
{
    struct service *s = &r->services[unit];
    if (s->job != JOB_RELOAD) {
        jobs_install(r, unit, JOB_RELOAD);
    } else {
        s->flags &= (uint16_t)~FLAG_JOB_RUNS;
    }
}

/* The units that UNIT passes a reload on to, those that these do, and so on; with UNIT itself or without. */
static void reload(struct roster *r, uint32_t unit, bool itself)
{
    struct transaction t = transaction(r, unit);
    transaction_collect(&t, unit, MARK_FOREIGN);
    for (uint32_t u = unit; u != UNIT_NONE; u = transaction_at(&t, u)->link) {
        struct edges edges = roster_edges(r, u);
        for (uint32_t i = 0; i < edges.count; i++) {
            if (EDGE_KIND(edges.at[i]) == EDGE_RELOADS && takes_reload(r, EDGE_UNIT(edges.at[i]))) {
                transaction_collect(&t, EDGE_UNIT(edges.at[i]), MARK_FOREIGN);
            }
        }
    }
    for (uint32_t u = t.first; u != UNIT_NONE; u = transaction_at(&t, u)->link) {
        if (u != unit || itself) {
            install_reload(r, u);
        }
    }
    cut(&t, JOB_RELOAD);
    finish_list(&t);
}

int roster_reload(struct roster *r, uint32_t unit)
{
    const struct service *s = &r->services[unit];
    if (r->going_down) {
        return -ESHUTDOWN;
    }
    if (!service_can_reload(r->snapshot, snapshot_unit(r->snapshot, unit))) {
        return -EOPNOTSUPP;
    }
    bool begins = s->job == JOB_START && !(s->flags & FLAG_JOB_RUNS) && !service_is_active(s);
    if (begins || s->job == JOB_RESTART) {
        return 0;
    }
    if (!service_is_active(s)) {
        return -ENOEXEC;
    }
    reload(r, unit, true);
    return 0;
}

void jobs_pass_reload_on(struct roster *r, uint32_t unit)
{
    reload(r, unit, false);
}
