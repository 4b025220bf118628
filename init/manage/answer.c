/*
 * answer: the requests of the control protocol, a row each, and what is said to them: records of fields with tabs
 * between, KEY=TEXT or KEY:NUMBER, and events as the console or a file of events has them; primer-protocol(7).
 *
 * No record has a value of Environment= or EnvironmentFile= in it, nor a command line, whoever asks.
 */
#include "base/clock.h"
#include "base/errname.h"
#include "base/signals.h"
#include "manage/control.h"
#include "manage/manager.h"
#include "manage/record.h"
#include "unit/load.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

void answer_end(struct client *c, int error, const char *why)
{
    struct text t = record_begin(c);
    record_put(&t, "end", error == 0 ? "done" : "refused");
    if (error != 0) {
        record_put(&t, "errno", errname(error));
        record_put(&t, "why", why);
    }
    record_end(c, &t);
    c->stage = CLIENT_ENDS;
}

/* --- answers that take more than one turn ------------------------------------------------------------- */

static bool gone(struct client *c)
{
    if (c->unit == UNIT_NONE) {
        answer_end(c, -ENOENT, "the unit is gone since a reload");
    }
    return c->unit == UNIT_NONE;
}

static bool tell_end(struct manager *m, struct client *c)
{
    (void)m;
    answer_end(c, 0, NULL);
    return true;
}

static bool tell_unit(struct manager *m, struct client *c)
{
    struct text t = record_begin(c);
    if (gone(c)) {
        return true;
    }
    record_unit(m, c->unit, &t);
    record_end(c, &t);
    c->tell = tell_end;
    return true;
}

/* Units by name: all, or those that failed. */
static bool tell_list(struct manager *m, struct client *c)
{
    while (c->next < m->roster.count && c->part != 0 && m->services[c->next].state != STATE_FAILED) {
        c->next++;
    }
    if (c->next >= m->roster.count) {
        return tell_end(m, c);
    }
    struct text t = record_begin(c);
    record_unit(m, c->next++, &t);
    record_end(c, &t);
    return true;
}

static bool tell_manager(struct manager *m, struct client *c)
{
    struct text t = record_begin(c);
    record_put(&t, "life", m->life->name);
    record_put(&t, "version", PRIMER_VERSION);
    record_put(&t, "progress",
               m->ending != END_NONE ? ending_name(m->ending)
               : m->up_ns == 0       ? "starting"
                                     : "up");
    record_number(&t, "pid", m->pid);
    record_number(&t, "units", m->roster.count);
    record_number(&t, "failed", m->roster.failed);
    record_number(&t, "jobs", m->roster.jobs);
    record_time(&t, "up", m->up_ns);
    record_time(&t, "now", clock_now_ns());
    record_put(&t, "folder", m->wishes.units);
    record_put(&t, "root", m->wishes.unit);
    record_end(c, &t);
    c->part = 1; /* those that failed */
    c->tell = tell_list;
    return true;
}

static uint64_t oldest_event(const struct manager *m)
{
    return m->ring.next_seq > EVENT_RING ? m->ring.next_seq - EVENT_RING : 1;
}

static bool tell_events(struct manager *m, struct client *c)
{
    if (c->of_unit && gone(c)) {
        return true;
    }
    const char *name = c->unit == UNIT_NONE ? NULL : manager_unit_name(m, c->unit);
    while (c->out.reader.seq < c->until) {
        const struct event *e = event_read(&m->ring, &c->out.reader);
        if (e == NULL) {
            return false;
        }
        bool about = name == NULL || strncmp(e->unit, name, sizeof e->unit - 1) == 0;
        if (about && outlet_form_line(&c->out, e)) {
            return true;
        }
    }
    return tell_end(m, c);
}

static bool tell_findings(struct manager *m, struct client *c)
{
    const struct finding *f = snapshot_at(m->snapshot, m->snapshot->findings.at);
    if (gone(c)) {
        return true;
    }
    while (c->next < m->snapshot->findings.count && f[c->next].unit != c->unit) {
        c->next++;
    }
    if (c->next >= m->snapshot->findings.count) {
        c->out.reader.seq = oldest_event(m);
        c->tell = tell_events;
        return tell_events(m, c);
    }
    f += c->next++;
    struct text t = record_begin(c);
    record_put(&t, "finding", load_severity_name(f->severity));
    record_put(&t, "path", snapshot_string(m->snapshot, f->path));
    record_number(&t, "line", f->line);
    record_put(&t, "directive", snapshot_string(m->snapshot, f->directive));
    record_put(&t, "sentence", snapshot_string(m->snapshot, f->sentence));
    record_end(c, &t);
    return true;
}

static bool tell_file(struct manager *m, struct client *c)
{
    if (gone(c)) {
        return true;
    }
    const char *path = snapshot_string(m->snapshot, snapshot_unit(m->snapshot, c->unit)->path);
    c->tell = tell_findings;
    if (path == NULL) {
        return tell_findings(m, c);
    }
    struct text t = record_begin(c);
    record_put(&t, "path", path);
    record_end(c, &t);
    return true;
}

static bool tell_status(struct manager *m, struct client *c)
{
    bool told = tell_unit(m, c);
    if (c->stage != CLIENT_ENDS) {
        c->tell = tell_file;
    }
    return told;
}

/* How the job ended, and what has become of the unit. */
static bool tell_job(struct manager *m, struct client *c)
{
    if (c->unit == UNIT_NONE) {
        return gone(c);
    }
    if (c->result == 0) {
        return false;
    }
    struct text t = record_begin(c);
    record_put(&t, "end", service_job_result_name(c->result - 1));
    record_unit(m, c->unit, &t);
    record_end(c, &t);
    c->stage = CLIENT_ENDS;
    return true;
}

static bool tell_loaded(struct manager *m, struct client *c)
{
    if (units_loading(m) || m->load_again) {
        return false;
    }
    answer_end(c, m->load_error, "the units could not be loaded, and are what they were");
    return true;
}

static bool tell_up(struct manager *m, struct client *c)
{
    if (m->up_ns == 0 && m->ending == END_NONE) {
        return false;
    }
    return tell_manager(m, c);
}

/* A unit has come to rest: it has no job, and is up or has ended for good. */
static bool tell_rest(struct manager *m, struct client *c)
{
    if (gone(c)) {
        return true;
    }
    const struct service *s = &m->services[c->unit];
    bool rests = service_is_active(s) || s->state == STATE_DEAD || s->state == STATE_FAILED;
    return m->started && rests && s->job == JOB_NONE && tell_unit(m, c);
}

/* --- requests ----------------------------------------------------------------------------------------- */

/* Each begins what is asked for. 0: c->tell goes on; or -errno. */
static int wait_for_job(struct manager *m, struct client *c, const struct request *r, int error)
{
    const struct service *s = &m->services[c->unit];
    if (error < 0) {
        return error;
    }
    m->again = true;
    c->job = s->job;
    if (s->job == JOB_NONE) {
        c->result = JOB_DONE + 1; /* there is nothing to be done */
    }
    c->tell = request_has(r, "no-block") ? tell_unit : tell_job;
    return 0;
}

static int begin_start(struct manager *m, struct client *c, const struct request *r)
{
    return wait_for_job(m, c, r, roster_start(&m->roster, c->unit));
}

static int begin_stop(struct manager *m, struct client *c, const struct request *r)
{
    roster_stop(&m->roster, c->unit);
    return wait_for_job(m, c, r, 0);
}

static int begin_restart(struct manager *m, struct client *c, const struct request *r)
{
    return wait_for_job(m, c, r, roster_restart(&m->roster, c->unit));
}

static int begin_try_restart(struct manager *m, struct client *c, const struct request *r)
{
    const struct service *s = &m->services[c->unit];
    bool up = !service_has_ended(s) || s->state == STATE_AUTO_RESTART;
    return up ? begin_restart(m, c, r) : wait_for_job(m, c, r, 0);
}

/* What cannot reload is started again, and what is not up is started. */
static int begin_reload_or_restart(struct manager *m, struct client *c, const struct request *r)
{
    int error = roster_reload(&m->roster, c->unit);
    return error == -EOPNOTSUPP ? begin_restart(m, c, r)
           : error == -ENOEXEC  ? begin_start(m, c, r)
                                : wait_for_job(m, c, r, error);
}

static int begin_kill(struct manager *m, struct client *c, const struct request *r)
{
    const struct service *s = &m->services[c->unit];
    int signo = r->count > 2 ? signals_parse(r->words[2]) : -EINVAL;
    unsigned whom = request_has(r, "main") ? WHOM_MAIN : request_has(r, "control") ? WHOM_CONTROL : WHOM_ALL;
    if (signo <= 0 || snapshot_unit(m->snapshot, c->unit)->service == 0) {
        return -EINVAL;
    }
    if (whom != WHOM_ALL && (whom == WHOM_MAIN ? s->main_pid : s->control_pid) == 0) {
        return -ESRCH;
    }
    act_signal(m, c->unit, signo, whom);
    c->tell = tell_unit;
    return 0;
}

static int begin_reset_failed(struct manager *m, struct client *c, const struct request *r)
{
    (void)r;
    for (uint32_t i = 0; i < m->roster.count; i++) {
        if (c->unit == UNIT_NONE || c->unit == i) {
            roster_reset(&m->roster, i);
        }
    }
    return 0;
}

static int begin_reload(struct manager *m, struct client *c, const struct request *r)
{
    if (c->unit != UNIT_NONE) {
        int error = roster_reload(&m->roster, c->unit);
        return error == -EOPNOTSUPP ? -ENOTTY : wait_for_job(m, c, r, error);
    }
    if (m->ending != END_NONE || !m->started) {
        return -EAGAIN;
    }
    units_load(m);
    c->tell = request_has(r, "no-block") ? tell_end : tell_loaded;
    return 0;
}

static int end_all(struct manager *m, enum ending how)
{
    if (!m->life->owns_machine && how != END_POWER_OFF) {
        return -EOPNOTSUPP;
    }
    manager_stop(m, m->life->owns_machine ? how : END_EXIT);
    return 0;
}

static int begin_power_off(struct manager *m, struct client *c, const struct request *r)
{
    (void)c, (void)r;
    return end_all(m, END_POWER_OFF);
}

static int begin_reboot(struct manager *m, struct client *c, const struct request *r)
{
    (void)c, (void)r;
    return end_all(m, END_REBOOT);
}

static int begin_halt(struct manager *m, struct client *c, const struct request *r)
{
    (void)c, (void)r;
    return end_all(m, END_HALT);
}

static int begin_list(struct manager *m, struct client *c, const struct request *r)
{
    (void)m, (void)r;
    c->tell = c->unit == UNIT_NONE ? tell_list : tell_unit;
    return 0;
}

static void want_events(struct client *c, const struct request *r)
{
    c->out.form = request_has(r, "json") ? FORM_JSON : FORM_CONSOLE;
    c->out.level = request_has(r, "debug") ? LEVEL_DEBUG : LEVEL_INFO;
}

static int begin_status(struct manager *m, struct client *c, const struct request *r)
{
    want_events(c, r);
    c->until = m->ring.next_seq;
    c->tell = c->unit == UNIT_NONE ? tell_manager : tell_status;
    return 0;
}

static int begin_wait(struct manager *m, struct client *c, const struct request *r)
{
    (void)m, (void)r;
    c->tell = c->unit == UNIT_NONE ? tell_up : tell_rest;
    return 0;
}

static int begin_events(struct manager *m, struct client *c, const struct request *r)
{
    want_events(c, r);
    c->follows = !request_has(r, "now");
    c->until = c->follows ? UINT64_MAX : m->ring.next_seq;
    c->out.reader.seq = oldest_event(m);
    c->tell = tell_events;
    return 0;
}

enum { CHANGES = 1, NEEDS_UNIT = 2, MAY_HAVE_UNIT = 4 };

static const struct request_row {
    const char *name;
    unsigned flags;
    int (*begin)(struct manager *m, struct client *c, const struct request *r);
} rows[] = {
    { "start", CHANGES | NEEDS_UNIT, begin_start },
    { "stop", CHANGES | NEEDS_UNIT, begin_stop },
    { "restart", CHANGES | NEEDS_UNIT, begin_restart },
    { "try-restart", CHANGES | NEEDS_UNIT, begin_try_restart },
    { "kill", CHANGES | NEEDS_UNIT, begin_kill },
    { "reset-failed", CHANGES | MAY_HAVE_UNIT, begin_reset_failed },
    { "reload-or-restart", CHANGES | NEEDS_UNIT, begin_reload_or_restart },
    { "reload", CHANGES | MAY_HAVE_UNIT, begin_reload },
    { "power-off", CHANGES, begin_power_off },
    { "reboot", CHANGES, begin_reboot },
    { "halt", CHANGES, begin_halt },
    { "list", MAY_HAVE_UNIT, begin_list },
    { "status", MAY_HAVE_UNIT, begin_status },
    { "wait", MAY_HAVE_UNIT, begin_wait },
    { "events", MAY_HAVE_UNIT, begin_events },
};

static const struct request_row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* Why not, in words; the errno alone would say it to programs only. */
static const struct {
    int error;
    const char *why;
} reasons[] = {
    { -EPROTO, "this manager speaks version 1: begin the request with 1" },
    { -EINVAL, "not a request, or not with these arguments" },
    { -ENOSYS, "no request has this name" },
    { -EACCES, "only root and the manager's own user may change things" },
    { -ENOENT, "there is no such unit, or it or what it requires has no file that can be started" },
    { -ESRCH, "it has no such process" },
    { -ENOTTY, "it has no ExecReload=, so it cannot be told to reload" },
    { -ENOEXEC, "it is not up, so there is nothing to reload" },
    { -EDEADLK, "it is in an ordering cycle or a conflict with what it requires" },
    { -ESHUTDOWN, "everything is being stopped" },
    { -EAGAIN, "not now: the units are not loaded yet, or everything is being stopped" },
    { -EOPNOTSUPP, "this manager has no machine: it can only power off, which ends it" },
};

static int find_unit(struct manager *m, struct client *c, const struct request_row *row,
                     const struct request *r)
{
    bool named = r->count > 1 && strchr(r->words[1], '.') != NULL;
    if (!named) {
        return row->flags & NEEDS_UNIT ? -EINVAL : 0;
    }
    if (m->snapshot == NULL) {
        return -EAGAIN;
    }
    int64_t unit = snapshot_find(m->snapshot, r->words[1]);
    if (unit < 0 || !(row->flags & (NEEDS_UNIT | MAY_HAVE_UNIT))) {
        return unit < 0 ? -ENOENT : -EINVAL;
    }
    c->unit = (uint32_t)unit;
    c->of_unit = true;
    return 0;
}

void answer_begin(struct manager *m, struct client *c, size_t len)
{
    struct request r;
    int error = request_parse(c->out.line, len, &r);
    const struct request_row *row = error < 0 ? NULL : find_row(r.words[0]);
    if (error == 0) {
        error = row == NULL                                ? -ENOSYS
                : (row->flags & CHANGES) && !c->may_change ? -EACCES
                                                           : find_unit(m, c, row, &r);
    }
    if (error == 0) {
        c->tell = tell_end;
        error = row->begin(m, c, &r);
    }
    if (error < 0) {
        const char *why = "";
        for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
            why = reasons[i].error == error ? reasons[i].why : why;
        }
        answer_end(c, error, why);
    }
}
