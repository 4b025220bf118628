#include "model.h"

#include "rules.h"

#include <stdio.h>

static const uint64_t now_ns = 2;

static const char *const names[UNITS] = { "a", "b", "c" };

static void add_unit(struct model *m, unsigned unit)
{
    static const char letters[PHASES + 1] = "bsarSP";
    const struct profile *p = m->graph.profiles[unit];
    bool target = p->type == SERVICE_TYPES;
    units_add(&m->units, names[unit], target ? UNIT_TARGET : UNIT_SERVICE);
    struct unit_service *s = units_service(&m->units, unit);
    s->type = p->type;
    s->restart = p->restart;
    s->kill_mode = p->kill_mode;
    s->flags = (uint8_t)((p->remains ? SERVICE_REMAIN_AFTER_EXIT : 0) |
                         (p->spares ? 0 : SERVICE_SEND_SIGKILL) | SERVICE_GUESS_MAIN);
    s->pid_file = p->pid_file;
    s->runtime_max_ns = p->limited ? 1 : NEVER_NS;
    s->notify_access = NOTIFY_ALL;
    s->start_limit_burst = p->burst;
    s->start_limit_interval_ns = NEVER_NS;
    for (const char *c = target ? "" : p->commands; *c != '\0'; c++) {
        units_command(&m->units, unit, (enum phase)(strchr(letters, *c) - letters), 0);
    }
}

static void find_cycles(struct model *m)
{
    bool reaches[UNITS][UNITS];
    memcpy(reaches, m->graph.after, sizeof reaches);
    for (unsigned via = 0; via < UNITS; via++) {
        for (unsigned a = 0; a < UNITS; a++) {
            for (unsigned b = 0; b < UNITS; b++) {
                reaches[a][b] |= reaches[a][via] && reaches[via][b];
            }
        }
    }
    for (unsigned a = 0; a < UNITS; a++) {
        m->on_cycle[a] = reaches[a][a];
    }
}

void model_open(struct model *m, const struct graph *graph, const struct freedom *freedom)
{
    memset(m, 0, sizeof *m);
    m->graph = *graph;
    m->freedom = *freedom;
    for (unsigned a = 0; a < graph->count; a++) {
        add_unit(m, a);
        for (unsigned b = 0; b < graph->count; b++) {
            if (graph->after[a][b]) {
                units_edge(&m->units, a, EDGE_AFTER, b);
            }
            if (graph->reloads && graph->pulls[a][b] != PULL_NONE) {
                units_edge(&m->units, a, EDGE_RELOADS, b);
            }
            if (graph->pulls[a][b] != PULL_NONE) {
                units_edge(&m->units, a, graph->pulls[a][b] == PULL_WANTS ? EDGE_WANTS : EDGE_REQUIRES, b);
            }
        }
    }
    find_cycles(m);
    m->snapshot = units_seal(&m->units);
    roster_init(&m->roster, m->snapshot, m->services, rules_on_note, m);
}

void model_close(struct model *m)
{
    units_free(&m->units);
}

/* --- the manager ------------------------------------------------------------------------------------ */

static void give(struct model *m, unsigned unit, struct input input)
{
    input.now_ns = now_ns;
    roster_input(&m->roster, unit, &input);
}

/* Which of RADIX ways it goes this time. */
static unsigned choose(struct model *m, unsigned radix)
{
    unsigned at = m->choices_used++;
    if (at == CHOICES) {
        abort(); /* forks that never end */
    }
    if (at == m->choices->count) {
        m->choices->digit[m->choices->count] = 0;
        m->choices->radix[m->choices->count++] = (uint8_t)radix;
    }
    return m->choices->digit[at];
}

bool choices_next(struct choices *c)
{
    while (c->count > 0) {
        if (++c->digit[c->count - 1] < c->radix[c->count - 1]) {
            return true;
        }
        c->count--;
    }
    return false;
}

static void spawn(struct model *m, uint32_t unit)
{
    static const uint8_t results[] = { INPUT_SPAWNED, INPUT_SPAWN_FAILED };
    struct service *s = &m->services[unit];
    const struct unit_command *commands = snapshot_at(m->snapshot,
                                                      snapshot_unit(m->snapshot, unit)->commands.at);
    const struct unit_service *settings = snapshot_at(m->snapshot, snapshot_unit(m->snapshot, unit)->service);
    bool later = m->freedom.forks_later && !(m->act == ACT_RETRY && m->unit == unit);
    unsigned way = choose(m, 1U + m->freedom.forks_fail + later);
    if (way == 1U + m->freedom.forks_fail) {
        roster_defer(&m->roster, unit);
        return;
    }
    rules_on_spawn(m, unit);
    s->todo = 0;
    give(m, unit,
         (struct input){ .kind = results[way],
                         .role = (uint8_t)service_role(settings, commands[s->command].phase),
                         .pid = 1 });
}

static void run(struct model *m)
{
    for (unsigned turns = 0;; turns++) {
        if (turns == 1000) {
            rules_broken(m, RULE_QUEUE, 0); /* there is always something to be done */
            return;
        }
        uint32_t unit = roster_next(&m->roster, now_ns);
        if (unit == UNIT_NONE) {
            return;
        }
        struct service *s = &m->services[unit];
        s->todo &= TODO_SPAWN; /* a search is under way from now on; signals and clearing away always work */
        if (s->todo & TODO_SPAWN) {
            spawn(m, unit);
        }
    }
}

/* --- the world -------------------------------------------------------------------------------------- */

static bool is_killing(uint8_t state)
{
    return state == STATE_STOP_SIGTERM || state == STATE_STOP_SIGKILL || state == STATE_FINAL_SIGTERM ||
           state == STATE_FINAL_SIGKILL;
}

/* It is down, and so is whoever would be stopped with it: a request would be over at once. */
static bool nothing_to_stop(const struct model *m, unsigned unit)
{
    bool nothing = true;
    for (unsigned i = 0; i < m->graph.count; i++) {
        const struct service *s = &m->services[i];
        bool down = (s->state == STATE_DEAD || s->state == STATE_FAILED) && s->job == JOB_NONE;
        nothing &= down || (i != unit && m->graph.pulls[i][unit] != PULL_REQUIRES);
    }
    return nothing;
}

/* Its main process is being looked for; up, only where a PID file may name another one than has just ended. */
static bool is_searching(const struct service *s, const struct profile *p)
{
    return (s->flags & FLAG_UNKNOWN) && s->main_pid == 0 && s->control_pid == 0 && !(s->todo & TODO_SPAWN) &&
           (s->state == STATE_START || s->state == STATE_START_POST ||
            (s->state == STATE_RUNNING && p->pid_file));
}

/* What a service says during a reload: it ends that, or is something else than it has said before. */
static bool is_news(const struct service *s, unsigned flag, bool set)
{
    bool ends = !set && s->control_pid == 0 && !(s->todo & TODO_SPAWN);
    return ends || ((s->flags & flag) != 0) != set;
}

bool model_can(const struct model *m, enum act act, unsigned unit)
{
    const struct service *s = &m->services[unit];
    const struct profile *p = m->graph.profiles[unit];
    const struct freedom *f = &m->freedom;
    bool in_one_step = f->whole_kills && is_killing(s->state);
    switch (act) {
    case ACT_STOP_ALL: return unit == 0 && !m->roster.going_down;
    case ACT_STOP: return f->stop_any && !m->roster.going_down && !nothing_to_stop(m, unit);
    case ACT_RELOAD: return f->reloads && !m->roster.going_down && service_is_active(s);
    case ACT_START: return f->start_any && !m->roster.going_down;
    case ACT_MAIN_0:
    case ACT_MAIN_1: return s->main_pid != 0 && !in_one_step;
    case ACT_MAIN_SEGV: return f->signals && s->main_pid != 0 && !in_one_step;
    case ACT_CONTROL_0:
    case ACT_CONTROL_1: return s->control_pid != 0 && !in_one_step;
    case ACT_EXECED: return p->type == SERVICE_EXEC && s->state == STATE_START && s->main_pid != 0;
    case ACT_READY:
        return (p->type == SERVICE_NOTIFY && s->state == STATE_START &&
                (s->main_pid != 0 || (s->flags & FLAG_MAIN_ENDED))) ||
               (s->state == STATE_RELOAD && s->main_pid != 0 && is_news(s, FLAG_RELOADING, false));
    case ACT_RELOADING: /* not on and on while everything stops: that is no fault of the roster's */
        return f->reloads && !m->roster.going_down && s->main_pid != 0 && s->state >= STATE_START &&
               s->state <= STATE_RELOAD;
    case ACT_STOPPING:
        return f->signals && s->main_pid != 0 &&
               (s->state == STATE_RUNNING || (s->state == STATE_RELOAD && is_news(s, FLAG_STOPPING, true)));
    case ACT_FOUND:
    case ACT_LOST: return is_searching(s, p);
    case ACT_EMPTY: return service_waits_for_empty(s) && !in_one_step;
    case ACT_TIMEOUT:
        return s->deadline_ns != NEVER_NS && !in_one_step &&
               (!f->whole_kills || s->state == STATE_AUTO_RESTART);
    case ACT_RETRY: return s->todo & TODO_SPAWN;
    case ACT_GONE: return in_one_step;
    default: return false;
    }
}

static void end(struct model *m, unsigned unit, enum role role, uint8_t status, bool segv)
{
    give(m, unit,
         (struct input){ .kind = INPUT_EXIT,
                         .role = (uint8_t)role,
                         .status = status,
                         .is_signal = segv,
                         .dumped_core = segv });
}

/* Main and control process end as they were told to, and nobody is left. */
static void all_end(struct model *m, unsigned unit)
{
    struct service *s = &m->services[unit];
    for (unsigned i = 0; is_killing(s->state) && i < 10; i++) {
        if (s->main_pid != 0) {
            end(m, unit, ROLE_MAIN, 0, false);
        } else if (s->control_pid != 0) {
            end(m, unit, ROLE_CONTROL, 0, false);
        } else {
            give(m, unit, (struct input){ .kind = INPUT_EMPTY });
        }
    }
}

static void let(struct model *m, enum act act, unsigned unit)
{
    switch (act) {
    case ACT_STOP_ALL: roster_stop_all(&m->roster); break;
    case ACT_STOP: roster_stop(&m->roster, unit); break;
    case ACT_RELOAD: roster_reload(&m->roster, unit); break;
    case ACT_MAIN_0: end(m, unit, ROLE_MAIN, 0, false); break;
    case ACT_MAIN_1: end(m, unit, ROLE_MAIN, 1, false); break;
    case ACT_MAIN_SEGV: end(m, unit, ROLE_MAIN, SIGSEGV, true); break;
    case ACT_CONTROL_0: end(m, unit, ROLE_CONTROL, 0, false); break;
    case ACT_CONTROL_1: end(m, unit, ROLE_CONTROL, 1, false); break;
    case ACT_EXECED: give(m, unit, (struct input){ .kind = INPUT_EXECED }); break;
    case ACT_READY: give(m, unit, (struct input){ .kind = INPUT_READY }); break;
    case ACT_STOPPING: give(m, unit, (struct input){ .kind = INPUT_STOPPING }); break;
    case ACT_RELOADING: give(m, unit, (struct input){ .kind = INPUT_RELOADING }); break;
    case ACT_FOUND: give(m, unit, (struct input){ .kind = INPUT_MAIN_PID, .pid = 1 }); break;
    case ACT_LOST: give(m, unit, (struct input){ .kind = INPUT_MAIN_PID }); break;
    case ACT_EMPTY: give(m, unit, (struct input){ .kind = INPUT_EMPTY }); break;
    case ACT_TIMEOUT: give(m, unit, (struct input){ .kind = INPUT_TIMEOUT }); break;
    case ACT_RETRY: roster_wake(&m->roster, unit); break;
    case ACT_GONE: all_end(m, unit); break;
    default: abort();
    }
}

/* A refused start changes nothing, but for where a waiting job looks next: that may be anew, with the same outcome. */
static void start(struct model *m, unsigned unit)
{
    struct place before = model_pack(m);
    bool refused = roster_start(&m->roster, unit) != 0;
    run(m);
    struct place now = model_pack(m);
    for (unsigned i = 0; i < UNITS; i++) {
        refused &= before.units[i].todo == 0; /* else a fork that was put off may come now */
        before.units[i].cursor = now.units[i].cursor = 0;
        before.units[i].blocker = now.units[i].blocker = 0;
    }
    if (refused && memcmp(&before, &now, sizeof now) != 0) {
        rules_broken(m, RULE_REFUSED, unit);
    }
}

void model_do(struct model *m, enum act act, unsigned unit, struct choices *choices)
{
    m->act = act;
    m->unit = unit;
    m->moved = false;
    m->requests = act == ACT_START || (act == ACT_TIMEOUT && m->services[unit].state == STATE_AUTO_RESTART);
    m->choices = choices;
    m->choices_used = 0;
    for (unsigned i = 0; i < UNITS; i++) {
        m->was[i] = m->services[i].state;
        m->failed[i] = false;
    }
    if (act == ACT_START) {
        start(m, unit);
    } else {
        let(m, act, unit);
        run(m);
    }
    rules_at_rest(m);
}

void model_begin(struct model *m, struct choices *choices)
{
    roster_init(&m->roster, m->snapshot, m->services, rules_on_note, m);
    if (!m->freedom.start_any) {
        model_do(m, ACT_START, 0, choices);
    }
}

/* --- places ----------------------------------------------------------------------------------------- */

/* The flags and the result that the unit's life still depends on. */
static void pack_life(const struct service *s, bool target, struct packed *p)
{
    bool starting = s->state >= STATE_START && s->state <= STATE_RELOAD && s->state != STATE_RUNNING;
    bool over = s->state == STATE_DEAD || s->state == STATE_FAILED || s->state == STATE_AUTO_RESTART;
    unsigned idle = 0;
    if (!target) {
        idle |= FLAG_READY; /* what counted was when it came */
        idle |= s->state == STATE_START ? 0 : FLAG_MAIN_ENDED;
        idle |= starting ? 0 : FLAG_STOPPING | FLAG_RELOADING;
        idle |= s->state == STATE_RELOAD ? 0 : FLAG_RELOAD_FAILED;
        idle |= s->state >= STATE_START && s->state <= STATE_RELOAD ? 0 : FLAG_UNKNOWN;
        idle |= over ? FLAG_STOPPED : 0; /* the next start begins without it */
    }
    p->flags = (uint16_t)(s->flags & ~idle);
    p->result = over ? RESULT_SUCCESS : s->result;
}

struct place model_pack(const struct model *m)
{
    struct place place = { .going_down = m->roster.going_down };
    for (unsigned i = 0; i < m->graph.count; i++) {
        const struct service *s = &m->services[i];
        bool waits = s->job != JOB_NONE && !(s->flags & FLAG_JOB_RUNS);
        bool runs_command = (s->state >= STATE_START_PRE && s->state <= STATE_RELOAD &&
                             s->state != STATE_RUNNING) ||
                            s->state == STATE_STOP || s->state == STATE_STOP_POST;
        place.units[i] = (struct packed){
            .state = s->state,
            .todo = s->todo,
            .job = s->job,
            .pids = (uint8_t)((s->main_pid != 0) | (s->control_pid != 0) << 1),
            .armed = s->deadline_ns != NEVER_NS,
            .command = runs_command || s->control_pid != 0 ? (uint8_t)s->command : 0,
            .starts = (uint8_t)s->limit_count,
            .blocker = waits ? (uint8_t)(s->blocker + 1) : 0,
            .cursor = waits ? (uint8_t)s->cursor : 0,
        };
        pack_life(s, m->graph.profiles[i]->type == SERVICE_TYPES, &place.units[i]);
    }
    return place;
}

void model_unpack(struct model *m, const struct place *place)
{
    roster_init(&m->roster, m->snapshot, m->services, rules_on_note, m);
    for (unsigned i = 0; i < m->graph.count; i++) {
        struct service *s = &m->services[i];
        const struct packed *p = &place->units[i];
        s->state = p->state;
        s->result = p->result;
        s->flags = p->flags;
        s->todo = p->todo;
        s->job = p->job;
        s->main_pid = p->pids & 1;
        s->control_pid = p->pids >> 1;
        s->deadline_ns = p->armed ? 1 : NEVER_NS;
        s->command = p->command;
        s->limit_count = p->starts;
        s->blocker = (uint32_t)p->blocker - 1;
        s->cursor = p->cursor;
        m->roster.jobs += s->job != JOB_NONE;
        m->roster.failed += s->state == STATE_FAILED;
        m->roster.busy += m->graph.profiles[i]->type != SERVICE_TYPES && s->state != STATE_DEAD &&
                          s->state != STATE_FAILED && s->state != STATE_EXITED;
    }
    m->roster.going_down = place->going_down;
}

/* --- messages --------------------------------------------------------------------------------------- */

const char *act_name(enum act act)
{
    static const char *const act_names[ACTS] = {
        [ACT_STOP_ALL] = "stop everything; first of all",
        [ACT_STOP] = "stop",
        [ACT_START] = "start",
        [ACT_RELOAD] = "reload",
        [ACT_RELOADING] = "RELOADING=1 from",
        [ACT_MAIN_0] = "main process exits with 0:",
        [ACT_MAIN_1] = "main process exits with 1:",
        [ACT_MAIN_SEGV] = "main process dumps core:",
        [ACT_CONTROL_0] = "control process exits with 0:",
        [ACT_CONTROL_1] = "control process exits with 1:",
        [ACT_EXECED] = "executed:",
        [ACT_READY] = "READY=1 from",
        [ACT_STOPPING] = "STOPPING=1 from",
        [ACT_FOUND] = "main process found of",
        [ACT_LOST] = "main process not found of",
        [ACT_EMPTY] = "nobody is left of",
        [ACT_TIMEOUT] = "time-out of",
        [ACT_RETRY] = "fork at last for",
        [ACT_GONE] = "all processes end of",
    };
    return act_names[act];
}

void model_print_graph(const struct model *m)
{
    static const char *const pulls[] = { "", "wants", "requires" };
    static const char *const types[] = { "simple", "exec", "oneshot", "notify", "forking", "target" };
    static const char *const restarts[] = { "no",          "on-success", "on-failure", "on-abnormal",
                                            "on-watchdog", "on-abort",   "always" };
    static const char *const modes[] = { "control-group", "mixed", "process", "none" };
    for (unsigned a = 0; a < m->graph.count; a++) {
        const struct profile *p = m->graph.profiles[a];
        printf("  %s: %s \"%s\" Restart=%s KillMode=%s%s%s%s", names[a], types[p->type], p->commands,
               restarts[p->restart], modes[p->kill_mode], p->remains ? " RemainAfterExit=yes" : "",
               p->spares ? " SendSIGKILL=no" : "", p->pid_file ? " PIDFile=/x" : "");
        for (unsigned b = 0; b < m->graph.count; b++) {
            printf("%s%s%s%s", m->graph.pulls[a][b] != PULL_NONE ? ", " : "", pulls[m->graph.pulls[a][b]],
                   m->graph.pulls[a][b] != PULL_NONE ? " " : "",
                   m->graph.pulls[a][b] != PULL_NONE ? names[b] : "");
            printf("%s%s", m->graph.after[a][b] ? ", after " : "", m->graph.after[a][b] ? names[b] : "");
        }
        printf("\n");
    }
}

void model_print_place(const struct model *m)
{
    for (unsigned i = 0; i < m->graph.count; i++) {
        const struct service *s = &m->services[i];
        printf("  %s %s%s%s", names[i], service_state_name(s->state), s->main_pid != 0 ? " +main" : "",
               s->control_pid != 0 ? " +control" : "");
        if (s->result != RESULT_SUCCESS) {
            printf(" (%s)", service_result_name(s->result));
        }
        if (s->job != JOB_NONE) {
            printf(" [%s %s%s]", service_job_name(s->job),
                   s->flags & FLAG_JOB_RUNS      ? "runs"
                   : s->blocker < m->graph.count ? "waits for "
                                                 : "waits",
                   s->flags & FLAG_JOB_RUNS || s->blocker >= m->graph.count ? "" : names[s->blocker]);
        }
        printf(";");
    }
    printf("%s\n", m->roster.going_down ? " going down" : "");
}
