#include "service/service.h"

#include "base/clock.h"
#include "service/target.h"
#include "service/turn.h"
#include "service/verdict.h"

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
        turn_enter_start_post(t);
    }
}

static void after_start_post(struct turn *t)
{
    if (t->s->main_pid == 0 && (t->s->flags & FLAG_UNKNOWN)) {
        search_main(t);
    }
    if (!(t->s->todo & TODO_SEARCH)) {
        turn_enter_running(t);
    }
}

/* The search is over, and has found nobody: where there is a PID file, the service cannot be up without a main process. */
static void search_failed(struct turn *t)
{
    bool must = t->settings->pid_file != 0 && service_search_waits(t->snapshot, t->unit, t->s);
    switch (t->s->state) {
    case STATE_START:
        if (must) {
            turn_enter_killing(t, STATE_STOP_SIGTERM, RESULT_PROTOCOL);
        } else {
            turn_enter_start_post(t);
        }
        break;
    case STATE_START_POST:
        if (must) {
            turn_fail(t, RESULT_PROTOCOL);
            turn_enter_stop(t);
        } else {
            turn_enter_running(t);
        }
        break;
    default: /* its main process has ended, and no other one is in its place */
        t->s->flags &= (uint16_t)~FLAG_UNKNOWN;
        turn_enter_running(t);
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
    case STATE_START: turn_enter_start_post(t); break;
    case STATE_START_POST: turn_enter_running(t); break;
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
    s->flags &= (uint16_t) ~(FLAG_STOPPED | FLAG_READY | FLAG_MAIN_ENDED | FLAG_STOPPING | FLAG_UNKNOWN |
                             FLAG_RELOADING);
    s->begun_ns = t->in->now_ns;
    if (!verdict_may_start(t->settings, s, t->in->now_ns)) {
        turn_enter_dead(t, RESULT_START_LIMIT);
    } else if (!turn_run_first(t, PHASE_START_PRE)) {
        turn_enter_start(t);
    }
}

static void on_stop(struct turn *t)
{
    t->s->flags |= FLAG_STOPPED;
    switch (t->s->state) {
    case STATE_START_PRE:
    case STATE_START:
    case STATE_START_POST:
    case STATE_RELOAD: turn_enter_killing(t, STATE_STOP_SIGTERM, RESULT_SUCCESS); break;
    case STATE_RUNNING:
    case STATE_EXITED: turn_enter_stop(t); break;
    case STATE_AUTO_RESTART: turn_set_state(t, STATE_DEAD, NEVER_NS); break;
    default: /* it is on its way down or there already */ break;
    }
}

static void on_reload(struct turn *t)
{
    if (t->s->state == STATE_RUNNING || t->s->state == STATE_EXITED) {
        t->s->flags &= (uint16_t)~FLAG_RELOAD_FAILED;
        turn_run_first(t, PHASE_RELOAD);
    }
}

/* However a reload went, the service is what it was before: that it failed, only the job tells. */
static void end_reload(struct turn *t, bool success)
{
    t->s->flags |= success ? 0 : FLAG_RELOAD_FAILED;
    t->s->todo &= (uint8_t)~TODO_SPAWN;
    turn_enter_running(t);
    bool lost = t->s->state == STATE_RUNNING && t->s->main_pid == 0;
    if (lost && t->settings->pid_file != 0) {
        search_main(t); /* its main process had ended before, and the search for another one was broken off */
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
        turn_enter_start_post(t);
    }
}

/* In every state the child that could not be forked is treated like one that failed. */
static void on_spawn_failed(struct turn *t)
{
    switch (t->s->state) {
    case STATE_START_PRE:
    case STATE_START:
    case STATE_START_POST:
    case STATE_STOP: turn_enter_killing(t, STATE_STOP_SIGTERM, RESULT_RESOURCES); break;
    case STATE_STOP_POST: turn_enter_killing(t, STATE_FINAL_SIGTERM, RESULT_RESOURCES); break;
    case STATE_RELOAD: end_reload(t, false); break;
    default: break;
    }
}

static void on_execed(struct turn *t)
{
    if (t->s->state == STATE_START && t->settings->type == SERVICE_EXEC && t->s->main_pid != 0) {
        turn_enter_start_post(t);
    }
}

static void on_ready(struct turn *t)
{
    t->s->flags &= (uint16_t) ~(FLAG_STOPPING | FLAG_RELOADING); /* the last word counts */
    if (t->s->state == STATE_RELOAD && t->s->control_pid == 0 && !(t->s->todo & TODO_SPAWN)) {
        end_reload(t, true);
    }
    bool begun = t->s->main_pid != 0 || (t->s->flags & FLAG_MAIN_ENDED);
    if (t->s->state == STATE_START && t->settings->type == SERVICE_NOTIFY && begun) {
        t->s->flags |= FLAG_READY;
        turn_enter_start_post(t);
    }
}

static void on_stopping(struct turn *t)
{
    if (t->s->state == STATE_RUNNING) {
        turn_set_state(t, STATE_STOP_SIGTERM, turn_stop_timeout_ns(t)); /* it does so by itself: no signal */
    } else if (t->s->state >= STATE_START && t->s->state <= STATE_RELOAD) {
        t->s->flags |= FLAG_STOPPING; /* counts once it is up */
        t->s->flags &= (uint16_t)~FLAG_RELOADING;
    }
}

static void on_reloading(struct turn *t)
{
    t->s->flags &= (uint16_t)~FLAG_STOPPING;
    if (t->s->state == STATE_RUNNING) {
        turn_enter_reload(t);
    } else if (t->s->state >= STATE_START && t->s->state <= STATE_RELOAD) {
        t->s->flags |= FLAG_RELOADING;
    }
}

/*
 * In a final state one of the two that primer knows has ended. Where all of the service was told to end, the
 * tracker has the last word, else this was the last one to wait for ("mixed" goes on to kill the rest).
 */
static void after_final_exit(struct turn *t)
{
    if (t->s->main_pid == 0 && t->s->control_pid == 0 && !turn_kills_all(t, t->s->state)) {
        turn_enter_killing(t, t->s->state, RESULT_SUCCESS);
    }
}

/* The main process has ended well before the service was up. */
static void main_ended_starting(struct turn *t)
{
    switch (t->settings->type) {
    case SERVICE_ONESHOT: /* that is its work */
        if (!turn_run_next(t, PHASE_START)) {
            turn_enter_start_post(t);
        }
        break;
    case SERVICE_NOTIFY: /* where the service may outlive it, another process may still say READY=1 */
        if (!(t->settings->flags & SERVICE_REMAIN_AFTER_EXIT) || t->settings->notify_access == NOTIFY_MAIN) {
            turn_enter_killing(t, STATE_STOP_SIGTERM, RESULT_PROTOCOL);
        }
        break;
    default: /* exec: nobody exits with 0 who was not executed */ turn_enter_running(t); break;
    }
}

static void on_main_exit(struct turn *t, enum service_result result)
{
    struct service *s = t->s;
    switch (s->state) {
    case STATE_START:
        if (result != RESULT_SUCCESS) {
            turn_enter_killing(t, STATE_STOP_SIGTERM, result);
        } else {
            main_ended_starting(t);
        }
        break;
    case STATE_RUNNING:
        if (t->settings->pid_file != 0 && s->job != JOB_STOP) {
            search_main(
                t); /* it may have handed over to another one, but not on and on when its stop waits */
        } else {
            turn_enter_running(t);
        }
        break;
    case STATE_STOP_SIGTERM:
    case STATE_STOP_SIGKILL:
        if (s->control_pid == 0) {
            turn_enter_stop_post(t, result);
        }
        break;
    case STATE_FINAL_SIGTERM:
    case STATE_FINAL_SIGKILL: after_final_exit(t); break;
    case STATE_RELOAD:
        if (s->control_pid == 0 && !(s->todo & TODO_SPAWN)) {
            turn_fail(t, result);
            turn_enter_stop(t);
        }
        break;
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
            turn_enter_killing(t, STATE_STOP_SIGTERM, result);
        } else if (!turn_run_next(t, PHASE_START_PRE)) {
            turn_enter_start(t);
        }
        break;
    case STATE_START:
        if (!success) {
            turn_enter_killing(t, STATE_STOP_SIGTERM, result);
        } else {
            after_forking(t);
        }
        break;
    case STATE_START_POST:
        if (!success) {
            turn_enter_killing(t, STATE_STOP_SIGTERM, result);
        } else if (!turn_run_next(t, PHASE_START_POST)) {
            after_start_post(t);
        }
        break;
    case STATE_RELOAD:
        if (!success || !turn_run_next(t, PHASE_RELOAD)) {
            end_reload(t, success);
        }
        break;
    case STATE_STOP:
        if (!success || !turn_run_next(t, PHASE_STOP)) {
            turn_enter_killing(t, STATE_STOP_SIGTERM, result);
        }
        break;
    case STATE_STOP_POST:
        if (!success || !turn_run_next(t, PHASE_STOP_POST)) {
            turn_enter_killing(t, STATE_FINAL_SIGTERM, result);
        }
        break;
    case STATE_STOP_SIGTERM:
    case STATE_STOP_SIGKILL:
        if (s->main_pid == 0) {
            turn_enter_stop_post(t, result);
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
    bool reload = !main && s->state == STATE_RELOAD; /* says nothing about the service */
    if (main ? !has_deciding_status(s) : !reload && s->result == RESULT_SUCCESS && result != RESULT_SUCCESS) {
        s->status = t->in->status;
        s->status_is_signal = t->in->is_signal;
    }
    /* In every state: what a process has to say is not lost because another is waited for. */
    turn_fail(t, reload ? RESULT_SUCCESS : result);
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
            turn_enter_stop_post(
                t, RESULT_PROTOCOL); /* nobody is left who could say READY=1, or write the PID file */
        } else {
            turn_enter_start_post(t);
        }
        break;
    case STATE_START_POST:
        turn_fail(t, owes_main ? RESULT_PROTOCOL : RESULT_SUCCESS);
        if (owes_main) {
            turn_enter_stop(t);
        } else {
            turn_enter_running(t);
        }
        break;
    case STATE_RUNNING:
    case STATE_RELOAD: turn_enter_running(t); break;
    default: turn_after_killing(t, RESULT_SUCCESS); break;
    }
}

/* A reload that is late is killed; what outlives that is left to itself, and the service is up as before. */
static void reload_late(struct turn *t)
{
    struct service *s = t->s;
    if (s->control_pid == 0 || (s->flags & FLAG_RELOAD_FAILED)) {
        s->control_pid = 0;
        end_reload(t, false);
        return;
    }
    s->flags |= FLAG_RELOAD_FAILED;
    s->todo |= TODO_KILL;
    s->kill_whom = WHOM_CONTROL;
    s->kill_signal = t->settings->final_signal;
    s->deadline_ns = clock_after_ns(t->in->now_ns, turn_stop_timeout_ns(t));
}

static void on_timeout(struct turn *t)
{
    bool kill = t->settings->flags & SERVICE_SEND_SIGKILL;
    switch (t->s->state) {
    case STATE_START_PRE:
    case STATE_START:
    case STATE_START_POST:
    case STATE_STOP: turn_enter_killing(t, STATE_STOP_SIGTERM, RESULT_TIMEOUT); break;
    case STATE_STOP_SIGTERM:
        if (kill) {
            turn_enter_killing(t, STATE_STOP_SIGKILL, RESULT_TIMEOUT);
        } else {
            turn_enter_stop_post(t, RESULT_TIMEOUT);
        }
        break;
    case STATE_RELOAD: reload_late(t); break;
    case STATE_RUNNING: /* RuntimeMaxSec= */
        turn_fail(t, RESULT_TIMEOUT);
        turn_enter_stop(t);
        break;
    case STATE_STOP_POST: turn_enter_killing(t, STATE_FINAL_SIGTERM, RESULT_TIMEOUT); break;
    case STATE_FINAL_SIGTERM:
        if (kill) {
            turn_enter_killing(t, STATE_FINAL_SIGKILL, RESULT_TIMEOUT);
        } else {
            t->s->flags |= FLAG_STOPPED; /* no other one beside processes that must not be killed */
            turn_enter_dead(t, RESULT_TIMEOUT);
        }
        break;
    case STATE_STOP_SIGKILL: /* what survives KILL is stuck in the kernel: nothing is gained by waiting on */
    case STATE_FINAL_SIGKILL: turn_after_killing(t, RESULT_TIMEOUT); break;
    case STATE_AUTO_RESTART: /* the roster's business, but it could not make a start job of it */
        t->s->flags |= FLAG_STOPPED;
        turn_enter_dead(t, RESULT_RESOURCES);
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
        [INPUT_RELOAD] = on_reload,     [INPUT_RELOADING] = on_reloading,
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
