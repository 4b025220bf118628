/*
 * names: what a service's states, results, phases and jobs are called, which is what systemctl(1) calls them.
 */
#include "service/service.h"

static const char *const state_names[STATES] = {
    [STATE_DEAD] = "dead",
    [STATE_START_PRE] = "start-pre",
    [STATE_START] = "start",
    [STATE_START_POST] = "start-post",
    [STATE_RUNNING] = "running",
    [STATE_RELOAD] = "reload",
    [STATE_EXITED] = "exited",
    [STATE_STOP] = "stop",
    [STATE_STOP_SIGTERM] = "stop-sigterm",
    [STATE_STOP_SIGKILL] = "stop-sigkill",
    [STATE_STOP_POST] = "stop-post",
    [STATE_FINAL_SIGTERM] = "final-sigterm",
    [STATE_FINAL_SIGKILL] = "final-sigkill",
    [STATE_FAILED] = "failed",
    [STATE_AUTO_RESTART] = "auto-restart",
};

static const char *const result_names[RESULTS] = {
    [RESULT_SUCCESS] = "success",     [RESULT_EXIT_CODE] = "exit-code",
    [RESULT_SIGNAL] = "signal",       [RESULT_CORE_DUMP] = "core-dump",
    [RESULT_TIMEOUT] = "timeout",     [RESULT_PROTOCOL] = "protocol",
    [RESULT_RESOURCES] = "resources", [RESULT_START_LIMIT] = "start-limit-hit",
};

static const char *const phase_names[PHASES] = {
    [PHASE_START_PRE] = "ExecStartPre", [PHASE_START] = "ExecStart", [PHASE_START_POST] = "ExecStartPost",
    [PHASE_RELOAD] = "ExecReload",      [PHASE_STOP] = "ExecStop",   [PHASE_STOP_POST] = "ExecStopPost",
};

static const char *const job_names[] = {
    [JOB_NONE] = "none",       [JOB_START] = "start",   [JOB_STOP] = "stop",
    [JOB_RESTART] = "restart", [JOB_RELOAD] = "reload",
};

static const char *const job_result_names[JOB_RESULTS] = {
    [JOB_DONE] = "done",         [JOB_FAILED] = "failed",   [JOB_DEPENDENCY] = "dependency",
    [JOB_CANCELED] = "canceled", [JOB_SKIPPED] = "skipped",
};

const char *service_state_name(enum service_state state)
{
    return state_names[state];
}

const char *service_active_name(const struct service *s)
{
    if (service_is_active(s)) {
        return s->state == STATE_RELOAD ? "reloading" : "active";
    }
    if (s->state == STATE_DEAD || s->state == STATE_FAILED) {
        return s->state == STATE_DEAD ? "inactive" : "failed";
    }
    return s->state >= STATE_STOP && s->state <= STATE_FINAL_SIGKILL ? "deactivating" : "activating";
}

const char *service_result_name(enum service_result result)
{
    return result_names[result];
}

const char *service_phase_name(enum phase phase)
{
    return phase_names[phase];
}

const char *service_job_name(enum job_kind job)
{
    return job_names[job];
}

const char *service_job_result_name(enum job_result result)
{
    return job_result_names[result];
}
