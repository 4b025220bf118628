#include "service/service.h"

#include "base/clock.h"
#include "service/target.h"
#include "service/verdict.h"

/* One call's view: the unit's settings beside its record. */
struct turn {
    const struct snapshot *snapshot;
    const struct unit *unit;
    const struct unit_service *settings; /* NULL: a target */
    struct service *s;
    const struct input *in;
};

static void set_state(struct turn *t, enum service_state state, uint64_t delay_ns)
{
    t->s->state = (uint8_t)state;
    t->s->todo &= (uint8_t)~TODO_SEARCH;
    t->s->since_ns = t->in->now_ns;
    t->s->deadline_ns = clock_after_ns(t->in->now_ns, delay_ns);
}

static uint64_t stop_timeout_ns(const struct turn *t)
{
    uint64_t own_ns = t->settings->timeout_stop_ns;
    uint64_t bound_ns = t->in->stop_timeout_ns;
    return bound_ns != 0 && bound_ns < own_ns ? bound_ns : own_ns;
}

/* The first failure stays: what went wrong later went wrong because of it. */
static void fail(struct turn *t, enum service_result result)
{
    if (t->s->result == RESULT_SUCCESS) {
        t->s->result = (uint8_t)result;
    }
}

/* The phases as rows: the state in which a phase's commands run, each with the whole time-out to itself. */
static const struct {
    uint8_t state;
    bool starts; /* TimeoutStartSec= bounds it, else TimeoutStopSec= */
} phases[PHASES] = {
    [PHASE_START_PRE] = { STATE_START_PRE, true },   [PHASE_START] = { STATE_START, true },
    [PHASE_START_POST] = { STATE_START_POST, true }, [PHASE_STOP] = { STATE_STOP, false },
    [PHASE_STOP_POST] = { STATE_STOP_POST, false },
};

/* Enters PHASE's state with its first command at or behind number FROM as the one to spawn. False: there is none. */
static bool run_command(struct turn *t, enum phase phase, uint32_t from)
{
    const struct unit_command *commands = snapshot_at(t->snapshot, t->unit->commands.at);
    for (uint32_t i = from; i < t->unit->commands.count; i++) {
        if (commands[i].phase == phase) {
            t->s->command = i;
            t->s->todo |= TODO_SPAWN;
            set_state(t, phases[phase].state,
                      phases[phase].starts ? t->settings->timeout_start_ns : stop_timeout_ns(t));
            return true;
        }
    }
    return false;
}

static bool run_first(struct turn *t, enum phase phase)
{
    return run_command(t, phase, 0);
}

static bool run_next(struct turn *t, enum phase phase)
{
    return run_command(t, phase, t->s->command + 1);
}

static void enter_dead(struct turn *t, enum service_result result)
{
    fail(t, result);
    t->s->todo = (uint8_t)((t->s->todo & ~TODO_SPAWN) | TODO_CLEAN);
    if (verdict_restarts(t->snapshot, t->settings, t->s)) {
        set_state(t, STATE_AUTO_RESTART, t->settings->restart_delay_ns);
        t->s->restarts++;
    } else {
        set_state(t, t->s->result == RESULT_SUCCESS ? STATE_DEAD : STATE_FAILED, NEVER_NS);
    }
}

static void enter_stop_post(struct turn *t, enum service_result result);

/* Where a killing state leads when nobody is left, or nobody may be killed. */
static void after_killing(struct turn *t, enum service_result result)
{
    bool final = t->s->state == STATE_FINAL_SIGTERM || t->s->state == STATE_FINAL_SIGKILL;
    if (final) {
        enter_dead(t, result);
    } else {
        enter_stop_post(t, result);
    }
}

static bool sends_final_signal(uint8_t state)
{
    return state == STATE_STOP_SIGKILL || state == STATE_FINAL_SIGKILL;
}

static uint8_t signal_of(const struct turn *t, uint8_t state)
{
    bool again = state == STATE_STOP_SIGTERM && t->s->job == JOB_RESTART && t->settings->restart_signal != 0;
    uint8_t first = again ? t->settings->restart_signal : t->settings->kill_signal;
    return sends_final_signal(state) ? t->settings->final_signal : first;
}

/* Whether a killing state's signal goes to all processes of the service. */
static bool kills_all(const struct turn *t, uint8_t state)
{
    return t->settings->kill_mode == KILL_CONTROL_GROUP ||
           (t->settings->kill_mode == KILL_MIXED && sends_final_signal(state));
}

/*
 * Sends the signals of a killing state, systemd.kill(5): "control-group" tells all processes, "mixed" the main
 * process first and kills the rest, "process" only the main process, "none" nobody. Then waits: for main and
 * control process while they live, else for the tracker to say that nobody is left.
 */
static void enter_killing(struct turn *t, enum service_state state, enum service_result result)
{
    fail(t, result);
    enum kill_mode mode = t->settings->kill_mode;
    unsigned whom = kills_all(t, state) ? WHOM_ALL : 0;
    whom |= t->s->main_pid != 0 && mode != KILL_NONE ? WHOM_MAIN : 0;
    whom |= t->s->control_pid != 0 && mode != KILL_NONE ? WHOM_CONTROL : 0;

    if (t->s->main_pid == 0 && t->s->control_pid == 0 && (t->s->flags & FLAG_EMPTY)) {
        whom = 0; /* the tracker has said so, and nothing was started since */
    }

    set_state(t, state, stop_timeout_ns(t));
    t->s->todo &= (uint8_t)~TODO_SPAWN;
    if (whom != 0) {
        t->s->todo |= TODO_KILL;
        t->s->kill_whom = (uint8_t)whom;
        t->s->kill_signal = signal_of(t, state);
    } else if (mode == KILL_MIXED && (t->settings->flags & SERVICE_SEND_SIGKILL) &&
               !(t->s->flags & FLAG_EMPTY)) {
        /* The main process is gone; its helpers get no TERM in this mode, only what comes after it. */
        enter_killing(t, state == STATE_STOP_SIGTERM ? STATE_STOP_SIGKILL : STATE_FINAL_SIGKILL, result);
    } else {
        after_killing(t, result);
    }
}

static void enter_stop_post(struct turn *t, enum service_result result)
{
    fail(t, result);
    if (!run_first(t, PHASE_STOP_POST)) {
        enter_killing(t, STATE_FINAL_SIGTERM, RESULT_SUCCESS);
    }
}

static void enter_stop(struct turn *t)
{
    if (!run_first(t, PHASE_STOP)) {
        enter_killing(t, STATE_STOP_SIGTERM, RESULT_SUCCESS);
    }
}

static void enter_running(struct turn *t)
{
    bool is_there = t->s->main_pid != 0 || (t->s->flags & FLAG_UNKNOWN);
    if (t->s->result != RESULT_SUCCESS) {
        enter_killing(t, STATE_STOP_SIGTERM, RESULT_SUCCESS);
    } else if (is_there && (t->s->flags & FLAG_STOPPING)) {
        set_state(t, STATE_STOP_SIGTERM, stop_timeout_ns(t));
    } else if (is_there) {
        set_state(t, STATE_RUNNING, t->settings->runtime_max_ns);
        t->s->active_ns = t->in->now_ns;
    } else if (t->settings->flags & SERVICE_REMAIN_AFTER_EXIT) {
        set_state(t, STATE_EXITED, NEVER_NS);
        t->s->active_ns = t->in->now_ns;
    } else {
        enter_stop(t);
    }
}

static void enter_start_post(struct turn *t)
{
    if (!run_first(t, PHASE_START_POST)) {
        enter_running(t);
    }
}

static void enter_start(struct turn *t)
{
    if (!run_first(t, PHASE_START)) {
        enter_start_post(t); /* a oneshot that has only ExecStop= */
    }
}

/* Who the main process is, the PID file says or the tracker; systemd.service(5), PIDFile= and GuessMainPID=. */
static void search_main(struct turn *t)
{
    t->s->flags |= FLAG_UNKNOWN;
    if (t->settings->pid_file != 0 || (t->settings->flags & SERVICE_GUESS_MAIN)) {
        t->s->todo |= TODO_SEARCH;
    }
}

/* The program of a forking service has done its work: the service is what it left behind. */
static void after_forking(struct turn *t)
{
    search_main(t);
    if (!(t->s->todo & TODO_SEARCH)) {
        enter_start_post(t);
    }
}

static void after_start_post(struct turn *t)
{
    if (t->s->main_pid == 0 && (t->s->flags & FLAG_UNKNOWN)) {
        search_main(t);
    }
    if (!(t->s->todo & TODO_SEARCH)) {
        enter_running(t);
    }
}

/* The search is over, and has found nobody: where there is a PID file, the service cannot be up without a main process. */
static void search_failed(struct turn *t)
{
    bool must = t->settings->pid_file != 0 && service_search_waits(t->snapshot, t->unit, t->s);
    switch (t->s->state) {
    case STATE_START:
        if (must) {
            enter_killing(t, STATE_STOP_SIGTERM, RESULT_PROTOCOL);
        } else {
            enter_start_post(t);
        }
        break;
    case STATE_START_POST:
        if (must) {
            fail(t, RESULT_PROTOCOL);
            enter_stop(t);
        } else {
            enter_running(t);
        }
        break;
    default: /* its main process has ended, and no other one is in its place */
        t->s->flags &= (uint16_t)~FLAG_UNKNOWN;
        enter_running(t);
        break;
    }
}

static void on_main_pid(struct turn *t)
{
    struct service *s = t->s;
    bool sought = (s->flags & FLAG_UNKNOWN) && s->main_pid == 0 && s->control_pid == 0 &&
                  s->state >= STATE_START && s->state <= STATE_RUNNING && !(s->todo & TODO_SPAWN);
    if (!sought) {
        return;
    }
    s->todo &= (uint8_t)~TODO_SEARCH;
    if (t->in->pid == 0) {
        search_failed(t);
        return;
    }
    s->main_pid = t->in->pid;
    s->flags &= (uint16_t) ~(FLAG_UNKNOWN | FLAG_MAIN_ENDED | FLAG_EMPTY);
    switch (s->state) {
    case STATE_START: enter_start_post(t); break;
    case STATE_START_POST: enter_running(t); break;
    default: /* another one has taken over: how the one before ended says nothing */
        s->result = RESULT_SUCCESS;
        s->status = s->status_is_signal = 0;
        break;
    }
}

static void on_start(struct turn *t)
{
    struct service *s = t->s;
    if (!service_has_ended(s) || s->main_pid != 0 || s->control_pid != 0) {
        return;
    }
    s->restarts = s->state == STATE_AUTO_RESTART ? s->restarts : 0;
    s->result = RESULT_SUCCESS;
    s->status = 0;
    s->status_is_signal = 0;
    s->flags &= (uint16_t) ~(FLAG_STOPPED | FLAG_READY | FLAG_MAIN_ENDED | FLAG_STOPPING | FLAG_UNKNOWN);
    s->begun_ns = t->in->now_ns;
    if (!verdict_may_start(t->settings, s, t->in->now_ns)) {
        enter_dead(t, RESULT_START_LIMIT);
    } else if (!run_first(t, PHASE_START_PRE)) {
        enter_start(t);
    }
}

static void on_stop(struct turn *t)
{
    t->s->flags |= FLAG_STOPPED;
    switch (t->s->state) {
    case STATE_START_PRE:
    case STATE_START:
    case STATE_START_POST: enter_killing(t, STATE_STOP_SIGTERM, RESULT_SUCCESS); break;
    case STATE_RUNNING:
    case STATE_EXITED: enter_stop(t); break;
    case STATE_AUTO_RESTART: set_state(t, STATE_DEAD, NEVER_NS); break;
    default: /* it is on its way down or there already */ break;
    }
}

static void on_spawned(struct turn *t)
{
    t->s->flags &= (uint16_t)~FLAG_EMPTY;
    if (t->in->role == ROLE_CONTROL) {
        t->s->control_pid = t->in->pid;
        return;
    }
    t->s->main_pid = t->in->pid;
    t->s->flags &= (uint16_t)~FLAG_MAIN_ENDED;
    if (t->s->state == STATE_START && t->settings->type == SERVICE_SIMPLE) {
        enter_start_post(t);
    }
}

/* In every state the child that could not be forked is treated like one that failed. */
static void on_spawn_failed(struct turn *t)
{
    switch (t->s->state) {
    case STATE_START_PRE:
    case STATE_START:
    case STATE_START_POST:
    case STATE_STOP: enter_killing(t, STATE_STOP_SIGTERM, RESULT_RESOURCES); break;
    case STATE_STOP_POST: enter_killing(t, STATE_FINAL_SIGTERM, RESULT_RESOURCES); break;
    default: break;
    }
}

static void on_execed(struct turn *t)
{
    if (t->s->state == STATE_START && t->settings->type == SERVICE_EXEC && t->s->main_pid != 0) {
        enter_start_post(t);
    }
}

static void on_ready(struct turn *t)
{
    t->s->flags &= (uint16_t)~FLAG_STOPPING; /* the last word counts */
    bool begun = t->s->main_pid != 0 || (t->s->flags & FLAG_MAIN_ENDED);
    if (t->s->state == STATE_START && t->settings->type == SERVICE_NOTIFY && begun) {
        t->s->flags |= FLAG_READY;
        enter_start_post(t);
    }
}

static void on_stopping(struct turn *t)
{
    if (t->s->state == STATE_RUNNING) {
        set_state(t, STATE_STOP_SIGTERM, stop_timeout_ns(t)); /* it does so by itself: no signal */
    } else if (t->s->state == STATE_START || t->s->state == STATE_START_POST) {
        t->s->flags |= FLAG_STOPPING; /* counts once it is up */
    }
}

/*
 * In a final state one of the two that primer knows has ended. Where all of the service was told to end, the
 * tracker has the last word, else this was the last one to wait for ("mixed" goes on to kill the rest).
 */
static void after_final_exit(struct turn *t)
{
    if (t->s->main_pid == 0 && t->s->control_pid == 0 && !kills_all(t, t->s->state)) {
        enter_killing(t, t->s->state, RESULT_SUCCESS);
    }
}

/* The main process has ended well before the service was up. */
static void main_ended_starting(struct turn *t)
{
    switch (t->settings->type) {
    case SERVICE_ONESHOT: /* that is its work */
        if (!run_next(t, PHASE_START)) {
            enter_start_post(t);
        }
        break;
    case SERVICE_NOTIFY: /* where the service may outlive it, another process may still say READY=1 */
        if (!(t->settings->flags & SERVICE_REMAIN_AFTER_EXIT) || t->settings->notify_access == NOTIFY_MAIN) {
            enter_killing(t, STATE_STOP_SIGTERM, RESULT_PROTOCOL);
        }
        break;
    default: /* exec: nobody exits with 0 who was not executed */ enter_running(t); break;
    }
}

static void on_main_exit(struct turn *t, enum service_result result)
{
    struct service *s = t->s;
    switch (s->state) {
    case STATE_START:
        if (result != RESULT_SUCCESS) {
            enter_killing(t, STATE_STOP_SIGTERM, result);
        } else {
            main_ended_starting(t);
        }
        break;
    case STATE_RUNNING:
        if (t->settings->pid_file != 0 && s->job != JOB_STOP) {
            search_main(
                t); /* it may have handed over to another one, but not on and on when its stop waits */
        } else {
            enter_running(t);
        }
        break;
    case STATE_STOP_SIGTERM:
    case STATE_STOP_SIGKILL:
        if (s->control_pid == 0) {
            enter_stop_post(t, result);
        }
        break;
    case STATE_FINAL_SIGTERM:
    case STATE_FINAL_SIGKILL: after_final_exit(t); break;
    default: /* a control process runs beside it, and ends first */ break;
    }
}

static void on_control_exit(struct turn *t, enum service_result result)
{
    struct service *s = t->s;
    bool success = result == RESULT_SUCCESS;
    switch (s->state) {
    case STATE_START_PRE:
        if (!success) {
            enter_killing(t, STATE_STOP_SIGTERM, result);
        } else if (!run_next(t, PHASE_START_PRE)) {
            enter_start(t);
        }
        break;
    case STATE_START:
        if (!success) {
            enter_killing(t, STATE_STOP_SIGTERM, result);
        } else {
            after_forking(t);
        }
        break;
    case STATE_START_POST:
        if (!success) {
            enter_killing(t, STATE_STOP_SIGTERM, result);
        } else if (!run_next(t, PHASE_START_POST)) {
            after_start_post(t);
        }
        break;
    case STATE_STOP:
        if (!success || !run_next(t, PHASE_STOP)) {
            enter_killing(t, STATE_STOP_SIGTERM, result);
        }
        break;
    case STATE_STOP_POST:
        if (!success || !run_next(t, PHASE_STOP_POST)) {
            enter_killing(t, STATE_FINAL_SIGTERM, result);
        }
        break;
    case STATE_STOP_SIGTERM:
    case STATE_STOP_SIGKILL:
        if (s->main_pid == 0) {
            enter_stop_post(t, result);
        }
        break;
    default: after_final_exit(t); break;
    }
}

/* Whether the service's result comes from a process, whose status then stays. */
static bool has_deciding_status(const struct service *s)
{
    return s->result == RESULT_EXIT_CODE || s->result == RESULT_SIGNAL || s->result == RESULT_CORE_DUMP;
}

static void on_exit(struct turn *t)
{
    struct service *s = t->s;
    bool main = t->in->role == ROLE_MAIN;
    if (main) {
        s->main_pid = 0;
        s->flags = (uint16_t)((s->flags & ~FLAG_MAIN_SIGNAL) | FLAG_MAIN_ENDED |
                              (t->in->is_signal ? FLAG_MAIN_SIGNAL : 0));
        s->main_status = t->in->status;
    } else {
        s->control_pid = 0;
    }
    if (service_has_ended(s)) {
        return; /* left over from a life that has had its verdict */
    }
    enum service_result result = verdict_on_exit(t->snapshot, t->unit, s, t->in);
    if (main ? !has_deciding_status(s) : s->result == RESULT_SUCCESS && result != RESULT_SUCCESS) {
        s->status = t->in->status;
        s->status_is_signal = t->in->is_signal;
    }
    fail(t, result); /* in every state: what a process has to say is not lost because another is waited for */
    if (main) {
        on_main_exit(t, result);
    } else {
        on_control_exit(t, result);
    }
}

static void on_empty(struct turn *t)
{
    if (!service_waits_for_empty(t->s)) {
        return;
    }
    t->s->flags |= FLAG_EMPTY;
    t->s->todo &= (uint8_t)~TODO_KILL; /* whom it was for is gone already */
    bool unknown = t->s->flags & FLAG_UNKNOWN;
    t->s->flags &= (uint16_t)~FLAG_UNKNOWN;
    bool owes_main = unknown && t->settings->pid_file != 0;
    switch (t->s->state) {
    case STATE_START:
        if (!unknown || owes_main) {
            enter_stop_post(
                t, RESULT_PROTOCOL); /* nobody is left who could say READY=1, or write the PID file */
        } else {
            enter_start_post(t);
        }
        break;
    case STATE_START_POST:
        fail(t, owes_main ? RESULT_PROTOCOL : RESULT_SUCCESS);
        if (owes_main) {
            enter_stop(t);
        } else {
            enter_running(t);
        }
        break;
    case STATE_RUNNING: enter_running(t); break;
    default: after_killing(t, RESULT_SUCCESS); break;
    }
}

static void on_timeout(struct turn *t)
{
    bool kill = t->settings->flags & SERVICE_SEND_SIGKILL;
    switch (t->s->state) {
    case STATE_START_PRE:
    case STATE_START:
    case STATE_START_POST:
    case STATE_STOP: enter_killing(t, STATE_STOP_SIGTERM, RESULT_TIMEOUT); break;
    case STATE_STOP_SIGTERM:
        if (kill) {
            enter_killing(t, STATE_STOP_SIGKILL, RESULT_TIMEOUT);
        } else {
            enter_stop_post(t, RESULT_TIMEOUT);
        }
        break;
    case STATE_RUNNING: /* RuntimeMaxSec= */
        fail(t, RESULT_TIMEOUT);
        enter_stop(t);
        break;
    case STATE_STOP_POST: enter_killing(t, STATE_FINAL_SIGTERM, RESULT_TIMEOUT); break;
    case STATE_FINAL_SIGTERM:
        if (kill) {
            enter_killing(t, STATE_FINAL_SIGKILL, RESULT_TIMEOUT);
        } else {
            t->s->flags |= FLAG_STOPPED; /* no other one beside processes that must not be killed */
            enter_dead(t, RESULT_TIMEOUT);
        }
        break;
    case STATE_STOP_SIGKILL: /* what survives KILL is stuck in the kernel: nothing is gained by waiting on */
    case STATE_FINAL_SIGKILL: after_killing(t, RESULT_TIMEOUT); break;
    case STATE_AUTO_RESTART: /* the roster's business, but it could not make a start job of it */
        t->s->flags |= FLAG_STOPPED;
        enter_dead(t, RESULT_RESOURCES);
        break;
    default: break;
    }
}

void service_next(const struct snapshot *snapshot, const struct unit *unit, struct service *s,
                  const struct input *input)
{
    static void (*const handlers[INPUTS])(struct turn *) = {
        [INPUT_START] = on_start,       [INPUT_STOP] = on_stop,
        [INPUT_SPAWNED] = on_spawned,   [INPUT_SPAWN_FAILED] = on_spawn_failed,
        [INPUT_EXECED] = on_execed,     [INPUT_EXIT] = on_exit,
        [INPUT_READY] = on_ready,       [INPUT_STOPPING] = on_stopping,
        [INPUT_MAIN_PID] = on_main_pid, [INPUT_EMPTY] = on_empty,
        [INPUT_TIMEOUT] = on_timeout,
    };
    struct turn t = { .snapshot = snapshot,
                      .unit = unit,
                      .settings = snapshot_at(snapshot, unit->service),
                      .s = s,
                      .in = input };
    if (t.settings == NULL) {
        target_next(unit, s, input);
    } else {
        handlers[input->kind](&t);
    }
}
