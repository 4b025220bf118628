#include "service/turn.h"

#include "base/clock.h"
#include "service/verdict.h"

void turn_set_state(struct turn *t, enum service_state state, uint64_t delay_ns)
{
    t->s->state = (uint8_t)state;
    t->s->todo &= (uint8_t)~TODO_SEARCH;
    t->s->since_ns = t->in->now_ns;
    t->s->deadline_ns = clock_after_ns(t->in->now_ns, delay_ns);
}

uint64_t turn_stop_timeout_ns(const struct turn *t)
{
    uint64_t own_ns = t->settings->timeout_stop_ns;
    uint64_t bound_ns = t->in->stop_timeout_ns;
    return bound_ns != 0 && bound_ns < own_ns ? bound_ns : own_ns;
}

/* The first failure stays: what went wrong later went wrong because of it. */
void turn_fail(struct turn *t, enum service_result result)
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
    [PHASE_START_PRE] = { STATE_START_PRE, true },
    [PHASE_START] = { STATE_START, true },
    [PHASE_START_POST] = { STATE_START_POST, true },
    [PHASE_RELOAD] = { STATE_RELOAD, true },
    [PHASE_STOP] = { STATE_STOP, false },
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
            turn_set_state(t, phases[phase].state,
                           phases[phase].starts ? t->settings->timeout_start_ns : turn_stop_timeout_ns(t));
            return true;
        }
    }
    return false;
}

bool turn_run_first(struct turn *t, enum phase phase)
{
    return run_command(t, phase, 0);
}

bool turn_run_next(struct turn *t, enum phase phase)
{
    return run_command(t, phase, t->s->command + 1);
}

void turn_enter_dead(struct turn *t, enum service_result result)
{
    turn_fail(t, result);
    t->s->todo = (uint8_t)((t->s->todo & ~TODO_SPAWN) | TODO_CLEAN);
    if (verdict_restarts(t->snapshot, t->settings, t->s)) {
        turn_set_state(t, STATE_AUTO_RESTART, t->settings->restart_delay_ns);
        t->s->restarts++;
    } else {
        turn_set_state(t, t->s->result == RESULT_SUCCESS ? STATE_DEAD : STATE_FAILED, NEVER_NS);
    }
}

/* Where a killing state leads when nobody is left, or nobody may be killed. */
void turn_after_killing(struct turn *t, enum service_result result)
{
    bool final = t->s->state == STATE_FINAL_SIGTERM || t->s->state == STATE_FINAL_SIGKILL;
    if (final) {
        turn_enter_dead(t, result);
    } else {
        turn_enter_stop_post(t, result);
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
bool turn_kills_all(const struct turn *t, uint8_t state)
{
    return t->settings->kill_mode == KILL_CONTROL_GROUP ||
           (t->settings->kill_mode == KILL_MIXED && sends_final_signal(state));
}

/*
 * Sends the signals of a killing state, systemd.kill(5): "control-group" tells all processes, "mixed" the main
 * process first and kills the rest, "process" only the main process, "none" nobody. Then waits: for main and
 * control process while they live, else for the tracker to say that nobody is left.
 */
void turn_enter_killing(struct turn *t, enum service_state state, enum service_result result)
{
    turn_fail(t, result);
    enum kill_mode mode = t->settings->kill_mode;
    unsigned whom = turn_kills_all(t, state) ? WHOM_ALL : 0;
    whom |= t->s->main_pid != 0 && mode != KILL_NONE ? WHOM_MAIN : 0;
    whom |= t->s->control_pid != 0 && mode != KILL_NONE ? WHOM_CONTROL : 0;

    if (t->s->main_pid == 0 && t->s->control_pid == 0 && (t->s->flags & FLAG_EMPTY)) {
        whom = 0; /* the tracker has said so, and nothing was started since */
    }

    turn_set_state(t, state, turn_stop_timeout_ns(t));
    t->s->todo &= (uint8_t)~TODO_SPAWN;
    if (whom != 0) {
        t->s->todo |= TODO_KILL;
        t->s->kill_whom = (uint8_t)whom;
        t->s->kill_signal = signal_of(t, state);
    } else if (mode == KILL_MIXED && (t->settings->flags & SERVICE_SEND_SIGKILL) &&
               !(t->s->flags & FLAG_EMPTY)) {
        /* The main process is gone; its helpers get no TERM in this mode, only what comes after it. */
        turn_enter_killing(t, state == STATE_STOP_SIGTERM ? STATE_STOP_SIGKILL : STATE_FINAL_SIGKILL, result);
    } else {
        turn_after_killing(t, result);
    }
}

void turn_enter_stop_post(struct turn *t, enum service_result result)
{
    turn_fail(t, result);
    if (!turn_run_first(t, PHASE_STOP_POST)) {
        turn_enter_killing(t, STATE_FINAL_SIGTERM, RESULT_SUCCESS);
    }
}

void turn_enter_stop(struct turn *t)
{
    if (!turn_run_first(t, PHASE_STOP)) {
        turn_enter_killing(t, STATE_STOP_SIGTERM, RESULT_SUCCESS);
    }
}

/* It has been up since it first was: a reload does not make it younger. */
static void set_active(struct turn *t)
{
    if (!service_is_active(t->s)) {
        t->s->active_ns = t->in->now_ns;
    }
}

/* It reads its configuration by itself, and says READY=1 when it is done. */
void turn_enter_reload(struct turn *t)
{
    bool again = t->s->state == STATE_RELOAD; /* ExecReload= has failed, say: that stays said */
    t->s->flags &= (uint16_t) ~(FLAG_RELOADING | (again ? 0 : FLAG_RELOAD_FAILED));
    set_active(t);
    turn_set_state(t, STATE_RELOAD, t->settings->timeout_start_ns);
}

void turn_enter_running(struct turn *t)
{
    bool is_there = t->s->main_pid != 0 || (t->s->flags & FLAG_UNKNOWN);
    if (t->s->result != RESULT_SUCCESS) {
        turn_enter_killing(t, STATE_STOP_SIGTERM, RESULT_SUCCESS);
    } else if (is_there && (t->s->flags & FLAG_STOPPING)) {
        turn_set_state(t, STATE_STOP_SIGTERM, turn_stop_timeout_ns(t));
    } else if (is_there && (t->s->flags & FLAG_RELOADING)) {
        turn_enter_reload(t);
    } else if (is_there) {
        set_active(t);
        turn_set_state(t, STATE_RUNNING, NEVER_NS);
        t->s->deadline_ns = clock_after_ns(t->s->active_ns, t->settings->runtime_max_ns);
    } else if (t->settings->flags & SERVICE_REMAIN_AFTER_EXIT) {
        set_active(t);
        turn_set_state(t, STATE_EXITED, NEVER_NS);
    } else {
        turn_enter_stop(t);
    }
}

void turn_enter_start_post(struct turn *t)
{
    if (!turn_run_first(t, PHASE_START_POST)) {
        turn_enter_running(t);
    }
}

void turn_enter_start(struct turn *t)
{
    if (!turn_run_first(t, PHASE_START)) {
        turn_enter_start_post(t); /* a oneshot that has only ExecStop= */
    }
}
