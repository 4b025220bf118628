#include "service/roster.h"

#include "base/clock.h"
#include "service/jobs.h"

#include <stddef.h>

struct edges roster_edges(const struct roster *r, uint32_t unit)
{
    const struct unit *u = snapshot_unit(r->snapshot, unit);
    return (struct edges){ .at = snapshot_at(r->snapshot, u->edges.at), .count = u->edges.count };
}

bool roster_can_start(const struct roster *r, uint32_t unit)
{
    return (snapshot_unit(r->snapshot, unit)->flags & (UNIT_NOT_FOUND | UNIT_BAD | UNIT_MASKED)) == 0;
}

void roster_init(struct roster *r, const struct snapshot *snapshot, struct service *services,
                 void (*note)(void *who, const struct note *note), void *who)
{
    *r = (struct roster){ .snapshot = snapshot,
                          .services = services,
                          .count = snapshot->units.count,
                          .head = UNIT_NONE,
                          .tail = UNIT_NONE,
                          .note = note,
                          .who = who };
    for (uint32_t i = 0; i < r->count; i++) {
        service_init(&services[i]);
    }
}

void jobs_note(const struct roster *r, const struct note *note)
{
    if (r->note != NULL) {
        r->note(r->who, note);
    }
}

void jobs_queue(struct roster *r, uint32_t unit)
{
    struct service *s = &r->services[unit];
    if (s->flags & FLAG_QUEUED) {
        return;
    }
    s->flags |= FLAG_QUEUED;
    s->next = UNIT_NONE;
    if (r->head == UNIT_NONE) {
        r->head = unit;
    } else {
        r->services[r->tail].next = unit;
    }
    r->tail = unit;
}

static void note_job(const struct roster *r, uint32_t unit, enum job_result result)
{
    jobs_note(
        r, &(struct note){ .kind = NOTE_JOB, .unit = unit, .job = r->services[unit].job, .result = result });
}

/* Jobs that waited for this unit's job look again. */
static void wake_neighbours(struct roster *r, uint32_t unit)
{
    struct edges edges = roster_edges(r, unit);
    for (uint32_t i = 0; i < edges.count; i++) {
        enum edge_kind kind = EDGE_KIND(edges.at[i]);
        uint32_t other = EDGE_UNIT(edges.at[i]);
        if ((kind == EDGE_AFTER || kind == EDGE_BEFORE) && r->services[other].blocker == unit) {
            jobs_queue(r, other);
        }
    }
}

/* A new job may hold up neighbours that had already passed it by. */
static void reset_neighbours(struct roster *r, uint32_t unit)
{
    struct edges edges = roster_edges(r, unit);
    for (uint32_t i = 0; i < edges.count; i++) {
        enum edge_kind kind = EDGE_KIND(edges.at[i]);
        if (kind == EDGE_AFTER || kind == EDGE_BEFORE) {
            r->services[EDGE_UNIT(edges.at[i])].cursor = 0;
        }
    }
}

void jobs_install(struct roster *r, uint32_t unit, enum job_kind job)
{
    struct service *s = &r->services[unit];
    if (s->job == JOB_NONE) {
        r->jobs++;
    } else if (job != JOB_RESTART) { /* a start that begins anew is still the same request */
        note_job(r, unit, JOB_CANCELED);
    }
    s->job = (uint8_t)job;
    s->flags &= (uint16_t) ~(FLAG_JOB_RUNS | FLAG_FREE);
    s->blocker = UNIT_NONE;
    s->cursor = 0;
    reset_neighbours(r, unit);
    wake_neighbours(r, unit);
    jobs_queue(r, unit);
}

static void step(struct roster *r, uint32_t unit, const struct input *input);

/* One job's end, without its consequences for others' starts. */
static void end_job(struct roster *r, uint32_t unit, enum job_result result, uint64_t now_ns)
{
    struct service *s = &r->services[unit];
    note_job(r, unit, result);
    s->job = JOB_NONE;
    s->flags &= (uint16_t) ~(FLAG_JOB_RUNS | FLAG_FREE);
    s->blocker = UNIT_NONE;
    r->jobs--;
    wake_neighbours(r, unit);
    if (s->state == STATE_AUTO_RESTART && s->deadline_ns == NEVER_NS) {
        /* This job was its restart, and there will not be another. */
        step(r, unit, &(struct input){ .kind = INPUT_TIMEOUT, .now_ns = now_ns });
    }
}

/* Ends the unit's job. A start that did not succeed takes along the starts that require it. */
static void finish_job(struct roster *r, uint32_t unit, enum job_result result, uint64_t now_ns)
{
    bool failed_start = r->services[unit].job == JOB_START && result != JOB_DONE;
    end_job(r, unit, result, now_ns);
    r->services[unit].link = UNIT_NONE;
    /* The list of failed units grows at its end while its head is worked off. */
    for (uint32_t at = failed_start ? unit : UNIT_NONE, last = unit; at != UNIT_NONE;
         at = r->services[at].link) {
        struct edges edges = roster_edges(r, at);
        for (uint32_t i = 0; i < edges.count; i++) {
            uint32_t other = EDGE_UNIT(edges.at[i]);
            if (EDGE_KIND(edges.at[i]) == EDGE_REQUIRED_BY && r->services[other].job == JOB_START) {
                end_job(r, other, JOB_DEPENDENCY, now_ns);
                r->services[other].link = UNIT_NONE;
                r->services[last].link = other;
                last = other;
            }
        }
    }
}

/*
 * Whether neighbour OTHER's job comes before this unit's own. A stop that is ordered with a start goes first,
 * whichever way the order points; two stops go in reverse order. What reloads is up, so that nobody's start waits for it.
 */
static bool holds_up(const struct service *s, enum edge_kind kind, const struct service *other)
{
    if (other->job == JOB_NONE) {
        return false;
    }
    bool other_stops = other->job == JOB_STOP || other->job == JOB_RESTART;
    bool comes = s->job == JOB_RELOAD || other->job != JOB_RELOAD;
    if (s->job == JOB_START || s->job == JOB_RELOAD) {
        return !(s->flags & FLAG_FREE) &&
               ((kind == EDGE_AFTER && comes) || (kind == EDGE_BEFORE && other_stops));
    }
    return kind == EDGE_BEFORE && other_stops && !(s->flags & FLAG_FREE);
}

static bool is_blocked(struct roster *r, uint32_t unit)
{
    struct service *s = &r->services[unit];
    struct edges edges = roster_edges(r, unit);
    for (; s->cursor < edges.count; s->cursor++) {
        uint32_t other = EDGE_UNIT(edges.at[s->cursor]);
        if (holds_up(s, EDGE_KIND(edges.at[s->cursor]), &r->services[other])) {
            s->blocker = other;
            return true;
        }
    }
    s->blocker = UNIT_NONE;
    return false;
}

/* After every input: is the unit's running job fulfilled, or impossible now? */
static void settle_job(struct roster *r, uint32_t unit, uint64_t now_ns)
{
    struct service *s = &r->services[unit];
    if (s->job == JOB_RELOAD && service_has_ended(s)) { /* whether it was its turn or not */
        finish_job(r, unit, JOB_FAILED, now_ns);
    }
    if (!(s->flags & FLAG_JOB_RUNS)) {
        return;
    }
    if (s->job == JOB_START && service_is_active(s)) {
        finish_job(r, unit, JOB_DONE, now_ns);
    } else if (s->job == JOB_START && service_has_ended(s)) {
        finish_job(r, unit, s->result == RESULT_SUCCESS ? JOB_DONE : JOB_FAILED, now_ns);
    } else if (s->job == JOB_RELOAD && service_is_active(s) && s->state != STATE_RELOAD) {
        finish_job(r, unit, s->flags & FLAG_RELOAD_FAILED ? JOB_FAILED : JOB_DONE, now_ns);
    } else if (s->job == JOB_STOP && service_has_ended(s)) {
        finish_job(r, unit, JOB_DONE, now_ns);
    } else if (s->job == JOB_RESTART && service_has_ended(s)) {
        s->job = JOB_START;
        s->flags &= (uint16_t) ~(FLAG_JOB_RUNS | FLAG_FREE);
        s->cursor = 0;
        wake_neighbours(r, unit);
        jobs_queue(r, unit);
    }
}

static bool is_busy(const struct roster *r, uint32_t unit)
{
    const struct service *s = &r->services[unit];
    return snapshot_unit(r->snapshot, unit)->type == UNIT_SERVICE && s->state != STATE_DEAD &&
           s->state != STATE_FAILED && s->state != STATE_EXITED;
}

void roster_recount(struct roster *r)
{
    r->jobs = r->busy = r->failed = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct service *s = &r->services[i];
        r->jobs += s->job != JOB_NONE;
        r->busy += is_busy(r, i);
        r->failed += s->state == STATE_FAILED;
        if (s->job != JOB_NONE || s->todo != 0) {
            jobs_queue(r, i);
        }
    }
}

/* Runs the state machine and sees to everything that follows from the new state. */
static void step(struct roster *r, uint32_t unit, const struct input *input)
{
    struct service *s = &r->services[unit];
    uint8_t old_state = s->state;
    uint64_t old_since_ns = s->since_ns;
    bool was_busy = is_busy(r, unit);
    struct input bounded = *input;
    bounded.stop_timeout_ns = r->stop_timeout_ns;

    service_next(r->snapshot, snapshot_unit(r->snapshot, unit), s, &bounded);

    r->busy += (uint32_t)is_busy(r, unit) - (uint32_t)was_busy;
    r->failed += (uint32_t)(s->state == STATE_FAILED) - (uint32_t)(old_state == STATE_FAILED);
    if (s->state != old_state || (s->since_ns != old_since_ns && s->state == STATE_FAILED)) {
        jobs_note(r, &(struct note){ .kind = NOTE_STATE, .unit = unit });
        if (s->state == STATE_AUTO_RESTART) {
            jobs_note(r, &(struct note){ .kind = NOTE_RESTART, .unit = unit });
        }
    }
    if (s->todo != 0 || (s->job != JOB_NONE && s->blocker == unit)) {
        jobs_queue(r, unit);
    }
    settle_job(r, unit, input->now_ns);
    if (s->state == STATE_RELOAD && old_state != STATE_RELOAD && !(s->todo & TODO_SPAWN)) {
        jobs_pass_reload_on(r, unit); /* it reloads by itself */
    }
}

/* Forgets a failure and the starts counted so far. */
static void forget_failure(struct service *s)
{
    s->limit_count = 0;
    if (s->state == STATE_FAILED) {
        s->state = STATE_DEAD;
        s->result = RESULT_SUCCESS;
        s->restarts = 0;
        s->status = s->status_is_signal = 0;
        s->failed_step = s->failed_errno = s->failed_hint = 0;
    }
}

void roster_reset(struct roster *r, uint32_t unit)
{
    struct service *s = &r->services[unit];
    bool failed = s->state == STATE_FAILED;
    forget_failure(s);
    if (failed) {
        r->failed--;
        jobs_note(r, &(struct note){ .kind = NOTE_STATE, .unit = unit });
    }
}

void roster_input(struct roster *r, uint32_t unit, const struct input *input)
{
    struct service *s = &r->services[unit];
    if (input->kind == INPUT_TIMEOUT && s->state == STATE_AUTO_RESTART) {
        s->deadline_ns = NEVER_NS;
        if (s->job == JOB_STOP || roster_start(r, unit) == 0) {
            return; /* its job has it now */
        }
    }
    step(r, unit, input);
}

/* The unit's job has its turn, if it has one that waits and nothing holds it up. */
static void dispatch(struct roster *r, uint32_t unit, uint64_t now_ns)
{
    struct service *s = &r->services[unit];
    if (s->job == JOB_NONE || (s->flags & FLAG_JOB_RUNS) || is_blocked(r, unit)) {
        return;
    }
    bool start = s->job == JOB_START;
    bool reload = s->job == JOB_RELOAD;
    if (start && service_is_active(s)) {
        finish_job(r, unit, JOB_DONE, now_ns);
        return;
    }
    if (start && !roster_can_start(r, unit)) {
        finish_job(r, unit, JOB_FAILED, now_ns);
        return;
    }
    bool stopping = s->state >= STATE_STOP && s->state <= STATE_FINAL_SIGKILL;
    bool left_over = service_has_ended(s) && (s->main_pid != 0 || s->control_pid != 0);
    bool reloads = reload && s->state == STATE_RELOAD; /* for somebody else, who asked before */
    if ((start && (stopping || left_over)) || reloads) {
        s->blocker = unit; /* its own end: step() looks again */
        return;
    }
    if (reload && !service_is_active(s)) {
        finish_job(r, unit, JOB_FAILED, now_ns);
        return;
    }
    s->flags |= FLAG_JOB_RUNS;
    enum input_kind kind = start ? INPUT_START : reload ? INPUT_RELOAD : INPUT_STOP;
    step(r, unit, &(struct input){ .kind = (uint8_t)kind, .now_ns = now_ns });
}

static void take_first(struct roster *r)
{
    struct service *s = &r->services[r->head];
    r->head = s->next;
    r->tail = r->head == UNIT_NONE ? UNIT_NONE : r->tail;
    s->flags &= (uint16_t)~FLAG_QUEUED;
}

void roster_defer(struct roster *r, uint32_t unit)
{
    if (r->head == unit) {
        take_first(r);
    }
}

void roster_wake(struct roster *r, uint32_t unit)
{
    jobs_queue(r, unit);
}

uint32_t roster_next(struct roster *r, uint64_t now_ns)
{
    while (r->head != UNIT_NONE) {
        uint32_t unit = r->head;
        struct service *s = &r->services[unit];
        if (s->todo == TODO_SPAWN || s->todo == TODO_SEARCH) {
            /* It was put off: a stop does not wait for it, but takes it back. */
            dispatch(r, unit, now_ns);
        }
        if (s->todo != 0) {
            return unit; /* stays in front until it is done */
        }
        take_first(r);
        dispatch(r, unit, now_ns);
    }
    return UNIT_NONE;
}
