#include "manage/record.h"

#include "base/errname.h"
#include "base/signals.h"
#include "exec/command.h"
#include "exec/diagnose.h"
#include "manage/manager.h"

#include <stddef.h>
#include <string.h>

struct text record_begin(struct client *c)
{
    c->out.line[0] = '\0';
    return (struct text){ .at = c->out.line, .size = sizeof c->out.line - 1 };
}

void record_end(struct client *c, const struct text *t)
{
    c->out.len = t->len;
    c->out.line[c->out.len++] = '\n';
    c->out.sent = 0;
}

static void record_pid(struct text *t, const char *key, int32_t pid)
{
    if (pid != 0) {
        record_number(t, key, pid);
    }
}

static void record_failure(struct text *t, const struct service *s)
{
    char name[12];
    record_put(t, "result", s->result == RESULT_SUCCESS ? NULL : service_result_name(s->result));
    if (s->status_is_signal) {
        record_put(t, "signal", signals_name(s->status, name));
    } else if (s->flags & FLAG_MAIN_ENDED || s->status != 0) {
        record_number(t, "status", s->status);
    }
    if (s->failed_step > 0 && s->failed_step <= command_steps.count) {
        record_put(t, "step", command_steps.rows[s->failed_step - 1].name);
        record_put(t, "errno", errname(s->failed_errno));
        record_put(t, "hint", diagnose_sentence(s->failed_hint));
    }
}

void record_unit(const struct manager *m, uint32_t unit, struct text *t)
{
    const struct service *s = &m->services[unit];
    const struct unit *u = snapshot_unit(m->snapshot, unit);
    const char *no_file = u->flags & UNIT_NOT_FOUND  ? "not-found"
                          : u->flags & UNIT_BAD      ? "bad"
                          : u->flags & UNIT_MASKED   ? "masked"
                          : u->flags & UNIT_BUILT_IN ? "built-in"
                                                     : NULL;
    record_put(t, "unit", unit_name(m->snapshot, unit));
    record_put(t, "active", service_active_name(s));
    record_put(t, "state", service_state_name(s->state));
    record_put(t, "job", s->job == JOB_NONE ? NULL : service_job_name(s->job));
    if (s->job != JOB_NONE && s->blocker < m->roster.count && s->blocker != unit) {
        record_put(t, "waits-for", unit_name(m->snapshot, s->blocker));
    }
    record_failure(t, s);
    record_put(t, "file", no_file);
    record_pid(t, "main-pid", s->main_pid);
    record_pid(t, "control-pid", s->control_pid);
    record_number(t, "restarts", s->restarts);
    record_time(t, "since", s->since_ns);
    record_time(t, "begun", s->begun_ns);
    record_time(t, "ready", s->active_ns);
    record_put(t, "description", snapshot_string(m->snapshot, u->description));
}
