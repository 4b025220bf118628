/*
 * cycles: units of a transaction that are ordered after each other in a ring.
 *
 * One search over all, deep first; it goes on where it was after a ring was broken, so that ten thousand rings cost
 * no more than ten thousand units. While it lasts, `blocker` and `cursor` of a unit in the list are the path's.
 */
#include "service/cycles.h"

#include "service/jobs.h"

#include <errno.h>

/* It waits in line for a stop, or for a reload. */
static bool is_in_line(const struct transaction *t, uint32_t unit)
{
    const struct service *s = transaction_at(t, unit);
    bool restarts = t->cuts == JOB_STOP && s->job == JOB_RESTART;
    return (s->job == t->cuts || restarts) && !(s->flags & FLAG_FREE);
}

static bool has_job_here(const struct transaction *t, uint32_t unit)
{
    return t->cuts != JOB_NONE ? is_in_line(t, unit) : transaction_starts(t, unit);
}

static void go_to(struct transaction *t, uint32_t unit)
{
    transaction_collect(t, unit,
                        MARK_FOREIGN); /* an earlier request's: only its scratch fields are borrowed */
    transaction_at(t, unit)->mark |= MARK_ON_PATH;
    transaction_at(t, unit)->blocker = t->top;
    transaction_at(t, unit)->cursor = 0;
    t->top = unit;
}

/*
 * Searches along "after" edges, deep first, and can be called again to search on. UNIT_NONE: there is no cycle
 * any more; else a unit that `top` is ordered after, and from which a path leads to `top`. On the path, `blocker`
 * is the unit before, `cursor` the edge to look at next.
 */
static uint32_t find_cycle(struct transaction *t)
{
    for (;;) {
        while (t->top != UNIT_NONE) {
            struct service *s = transaction_at(t, t->top);
            struct edges edges = roster_edges(t->r, t->top); /* sorted: the "after" edges come first */
            if (s->cursor == edges.count || EDGE_KIND(edges.at[s->cursor]) != EDGE_AFTER) {
                s->mark = (uint8_t)((s->mark & ~MARK_ON_PATH) | MARK_SEARCHED);
                t->top = s->blocker;
                continue;
            }
            uint32_t other = EDGE_UNIT(edges.at[s->cursor++]);
            if (!has_job_here(t, other) || (transaction_at(t, other)->mark & MARK_SEARCHED)) {
                continue;
            }
            if (transaction_at(t, other)->mark & MARK_ON_PATH) {
                return other;
            }
            go_to(t, other);
        }
        while (t->from != UNIT_NONE &&
               (!has_job_here(t, t->from) || (transaction_at(t, t->from)->mark & MARK_SEARCHED))) {
            t->from = transaction_at(t, t->from)->link;
        }
        if (t->from == UNIT_NONE) {
            return UNIT_NONE;
        }
        go_to(t, t->from);
    }
}

/* Units on the path have no job any more: what lies behind the first of them is not reached through it. */
static void shorten_path(struct transaction *t)
{
    while (t->gone > 0) {
        t->gone -= !has_job_here(t, t->top);
        transaction_at(t, t->top)->mark &= (uint8_t)~MARK_ON_PATH;
        t->top = transaction_at(t, t->top)->blocker;
    }
}

/* The first unit of the ring that can go: one that this request brought and that the request's own unit can do without. */
static uint32_t find_victim(const struct transaction *t, uint32_t ring)
{
    for (uint32_t u = t->top;; u = transaction_at(t, u)->blocker) {
        const struct service *s = transaction_at(t, u);
        if (t->cuts != JOB_NONE ||
            (!(s->mark & (MARK_MATTERS | MARK_FOREIGN)) && s->job != JOB_START && s->job != JOB_RESTART)) {
            return u;
        }
        if (u == ring) {
            return UNIT_NONE;
        }
    }
}

/* Arrow by arrow, but not more of them than anybody would read: many long rings can share a path. */
static void tell_cycle(const struct transaction *t, uint32_t ring)
{
    enum { ARROWS_TOLD = 32 };
    uint32_t after = ring;
    uint32_t u = t->top;
    for (unsigned i = 0; i < ARROWS_TOLD; i++) {
        jobs_note(t->r, &(struct note){ .kind = NOTE_CYCLE, .unit = u, .other = after });
        if (u == ring) {
            return;
        }
        after = u;
        u = transaction_at(t, u)->blocker;
    }
}

int cycles_break(struct transaction *t)
{
    t->from = t->first;
    t->top = UNIT_NONE;
    t->gone = 0;
    for (uint32_t ring = find_cycle(t); ring != UNIT_NONE; ring = find_cycle(t)) {
        tell_cycle(t, ring);
        uint32_t victim = find_victim(t, ring);
        if (victim == UNIT_NONE) {
            return -EDEADLK;
        }
        if (t->cuts != JOB_NONE) {
            transaction_at(t, victim)->flags |= FLAG_FREE; /* waits for nobody: its rings are open */
            t->gone++;
        } else {
            transaction_skip(t, victim);
        }
        shorten_path(t);
    }
    return 0;
}
