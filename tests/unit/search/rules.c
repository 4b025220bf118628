#include "rules.h"

const char *const rule_names[RULES] = {
    [RULE_NONE] = "none",
    [RULE_ONE_MAIN] = "there are never two main processes of a unit",
    [RULE_ORDER] = "no start before what it is after is settled, no stop before what is after it",
    [RULE_WAIT] = "whoever waits has a deadline, a process, or a job that goes on",
    [RULE_STOP_ENDS] = "a stop of everything ends, whatever happens",
    [RULE_DOWN] = "nothing is started on the way down",
    [RULE_STAYS_DOWN] = "who is to be stopped does not begin again by itself",
    [RULE_DEPENDENCY] = "a start that failed takes along the starts that require it",
    [RULE_RESULT] = "a job that is told as done is done",
    [RULE_DEADLINE] = "a deadline that comes changes something",
    [RULE_FREE] = "a stop waits for nobody only in a cycle",
    [RULE_REFUSED] = "a refused request changes nothing",
    [RULE_COUNTS] = "the counters agree with a count",
    [RULE_MARKS] = "no marks are left of a transaction",
    [RULE_QUEUE] = "the queue is empty when nothing is left to be done",
};

void rules_broken(struct model *m, enum rule rule, unsigned unit)
{
    if (m->broken == RULE_NONE) {
        m->broken = rule;
        m->broken_unit = unit;
    }
}

static void check(struct model *m, bool holds, enum rule rule, unsigned unit)
{
    if (!holds) {
        rules_broken(m, rule, unit);
    }
}

static bool has_ended(uint8_t state)
{
    return state == STATE_DEAD || state == STATE_FAILED || state == STATE_AUTO_RESTART;
}

static bool is_up_or_starting(uint8_t state)
{
    return state >= STATE_START_PRE && state <= STATE_EXITED;
}

static bool is_a_stop(uint8_t job)
{
    return job == JOB_STOP || job == JOB_RESTART;
}

static bool is_target(const struct model *m, unsigned unit)
{
    return m->graph.profiles[unit]->type == SERVICE_TYPES;
}

void rules_on_spawn(struct model *m, uint32_t unit)
{
    const struct service *s = &m->services[unit];
    if (s->state == STATE_START) {
        check(m, s->main_pid == 0, RULE_ONE_MAIN, unit);
    }
    /* ExecStopPost= runs beside what would not die; no other command runs beside anybody. */
    check(m, s->control_pid == 0 || s->state == STATE_STOP_POST, RULE_ONE_MAIN, unit);
}

/* Whether the JOB of a unit that another one is AFTER, or before, has to come before that one's start or stop. */
static bool comes_first(uint8_t job, bool after, bool start)
{
    return after ? start && job != JOB_NONE : is_a_stop(job);
}

static void check_order(struct model *m, unsigned unit, bool start)
{
    for (unsigned other = 0; other < m->graph.count; other++) {
        uint8_t job = m->services[other].job;
        check(m, !m->graph.after[unit][other] || job == JOB_RELOAD || !comes_first(job, true, start),
              RULE_ORDER, unit);
        check(m, !m->graph.after[other][unit] || !comes_first(job, false, start), RULE_ORDER, unit);
    }
}

static void on_state(struct model *m, unsigned unit)
{
    const struct service *s = &m->services[unit];
    uint8_t was = m->was[unit];
    m->was[unit] = s->state;
    m->moved = true;
    bool runs = s->flags & FLAG_JOB_RUNS;
    if (has_ended(was) && !has_ended(s->state)) {
        check(m, s->job == JOB_START && runs, RULE_ORDER, unit); /* nobody starts without a job */
        check(m, !m->roster.going_down, RULE_DOWN, unit);
        check_order(m, unit, true);
    } else if (is_up_or_starting(was) && !is_up_or_starting(s->state) && is_a_stop(s->job) && runs &&
               !(s->flags & FLAG_FREE)) {
        check_order(m, unit, false);
    }
    check(m, s->state != STATE_AUTO_RESTART || s->job != JOB_STOP, RULE_STAYS_DOWN, unit);
}

static void on_job(struct model *m, const struct note *note)
{
    const struct service *s = &m->services[note->unit];
    bool active = service_is_active(s);
    bool done_with = has_ended(s->state) && s->result == RESULT_SUCCESS;
    bool start = note->job == JOB_START;
    if (note->job == JOB_RELOAD) {
        check(m, note->result == JOB_FAILED || note->result == JOB_CANCELED || active, RULE_RESULT,
              note->unit);
    } else if (note->result == JOB_DONE) {
        check(m, start ? active || done_with : has_ended(s->state), RULE_RESULT, note->unit);
    } else if (note->result == JOB_FAILED) {
        check(m, start && has_ended(s->state) && s->result != RESULT_SUCCESS, RULE_RESULT, note->unit);
    }
    m->failed[note->unit] |= start && (note->result == JOB_FAILED || note->result == JOB_DEPENDENCY);
}

void rules_on_note(void *who, const struct note *note)
{
    struct model *m = who;
    if (note->kind == NOTE_STATE) {
        on_state(m, note->unit);
    } else if (note->kind == NOTE_JOB) {
        on_job(m, note);
    }
}

/* --- at rest ---------------------------------------------------------------------------------------- */

/* Something that will happen by itself: a process that ends, a deadline that comes, a tracker that tells. */
static bool goes_on(const struct service *s)
{
    return s->main_pid != 0 || s->control_pid != 0 || s->deadline_ns != NEVER_NS ||
           service_waits_for_empty(s) || (s->todo & TODO_SPAWN);
}

/* A job that waits does so for its own unit's end, or for a job that does not wait for it in turn. */
static void check_waiting_job(struct model *m, unsigned unit)
{
    unsigned at = unit;
    for (unsigned steps = 0; steps <= m->graph.count; steps++) {
        const struct service *s = &m->services[at];
        if (s->job == JOB_NONE) {
            break; /* it waits for a job that is not there */
        }
        if (s->flags & FLAG_JOB_RUNS || s->blocker == at) {
            check(m, goes_on(s), RULE_WAIT, at);
            return;
        }
        if (s->blocker >= m->graph.count) {
            break; /* it waits for nothing that is known */
        }
        at = s->blocker;
    }
    rules_broken(m, RULE_WAIT, unit);
}

/* Edges that the job has passed by must not hold it up. */
static void check_cursor(struct model *m, unsigned unit)
{
    const struct service *s = &m->services[unit];
    struct edges edges = roster_edges(&m->roster, unit);
    check(m, s->cursor <= edges.count, RULE_WAIT, unit);
    for (uint32_t i = 0; i < s->cursor && i < edges.count; i++) {
        enum edge_kind kind = EDGE_KIND(edges.at[i]);
        if ((kind == EDGE_AFTER || kind == EDGE_BEFORE) && !(s->flags & FLAG_FREE)) {
            uint8_t job = m->services[EDGE_UNIT(edges.at[i])].job;
            bool start = s->job == JOB_START || s->job == JOB_RELOAD;
            bool passes = job == JOB_RELOAD && s->job == JOB_START; /* no start waits for a reload */
            check(m, passes || !comes_first(job, kind == EDGE_AFTER, start), RULE_WAIT, unit);
        }
    }
}

static void check_waits(struct model *m, unsigned unit)
{
    const struct service *s = &m->services[unit];
    bool between = !has_ended(s->state) && s->state != STATE_RUNNING && s->state != STATE_EXITED;
    if (between && !is_target(m, unit)) {
        bool for_somebody = s->main_pid != 0 || s->control_pid != 0 || service_waits_for_empty(s) ||
                            (s->todo & TODO_SPAWN);
        check(m, for_somebody && s->deadline_ns != NEVER_NS, RULE_WAIT, unit);
    }
    check(m, s->state != STATE_AUTO_RESTART || s->deadline_ns != NEVER_NS || s->job != JOB_NONE, RULE_WAIT,
          unit);
    check(m,
          s->state != STATE_RUNNING || is_target(m, unit) || s->main_pid != 0 || service_waits_for_empty(s),
          RULE_WAIT, unit);
    if (s->job != JOB_NONE) {
        check_waiting_job(m, unit);
        if (!(s->flags & FLAG_JOB_RUNS)) {
            check_cursor(m, unit);
        }
    }
}

/* Whose start waits though something that it requires has just failed to start. */
static void check_dependencies(struct model *m)
{
    for (unsigned a = 0; a < m->graph.count && !m->requests; a++) {
        for (unsigned b = 0; b < m->graph.count; b++) {
            check(m,
                  m->graph.pulls[a][b] != PULL_REQUIRES || !m->failed[b] || m->services[a].job != JOB_START,
                  RULE_DEPENDENCY, a);
        }
    }
}

static void check_counts(struct model *m)
{
    uint32_t jobs = 0;
    uint32_t busy = 0;
    uint32_t failed = 0;
    for (unsigned i = 0; i < m->graph.count; i++) {
        const struct service *s = &m->services[i];
        jobs += s->job != JOB_NONE;
        busy += !is_target(m, i) && s->state != STATE_DEAD && s->state != STATE_FAILED &&
                s->state != STATE_EXITED;
        failed += s->state == STATE_FAILED;
        check(m, s->mark == 0, RULE_MARKS, i);
        check(m, !(s->flags & FLAG_QUEUED), RULE_QUEUE, i);
    }
    check(m, m->roster.head == UNIT_NONE && m->roster.tail == UNIT_NONE, RULE_QUEUE, 0);
    check(m, m->roster.jobs == jobs && m->roster.busy == busy && m->roster.failed == failed, RULE_COUNTS, 0);
}

void rules_at_rest(struct model *m)
{
    check_counts(m);
    check_dependencies(m);
    for (unsigned i = 0; i < m->graph.count; i++) {
        const struct service *s = &m->services[i];
        check_waits(m, i);
        check(m, !(s->flags & FLAG_FREE) || (m->on_cycle[i] && (is_a_stop(s->job) || s->job == JOB_RELOAD)),
              RULE_FREE, i);
        check(m, s->todo == 0 || s->todo == TODO_SPAWN, RULE_QUEUE, i);
        if (m->act == ACT_STOP_ALL || (m->act == ACT_STOP && m->unit == i)) {
            bool down = s->state == STATE_DEAD || s->state == STATE_FAILED;
            check(m, s->job == JOB_STOP || (s->job == JOB_NONE && down), RULE_STAYS_DOWN, i);
        }
    }
}
