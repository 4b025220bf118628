/*
 * watch: what stands around every step: its event, its explanation, and the stop before it that primer.break= asks for.
 *
 * In PID 1 a break is a shell run as a chore while the loop goes on. In a child that runs steps (a service's, or the
 * boot's helper) the child itself runs the shell and waits for it: it may.
 */
#include "boot/watch.h"

#include "base/clock.h"
#include "base/fd.h"
#include "boot/shell.h"
#include "manage/manager.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* NAME is one of the comma-separated LIST; with UNIT also "unit/name". */
static bool is_listed(const char *list, const char *unit, const char *name)
{
    for (const char *at = list; at != NULL && *at != '\0';) {
        size_t len = strcspn(at, ",");
        const char *slash = memchr(at, '/', len);
        size_t unit_len = slash == NULL ? 0 : (size_t)(slash - at);
        const char *step = slash == NULL ? at : slash + 1;
        size_t step_len = len - (size_t)(step - at);
        bool same_step = strlen(name) == step_len && memcmp(step, name, step_len) == 0;
        bool same_unit = slash == NULL ||
                         (unit != NULL && strlen(unit) == unit_len && memcmp(at, unit, unit_len) == 0);
        if (same_step && same_unit) {
            return true;
        }
        at += len + (at[len] == ',');
    }
    return false;
}

/* Why it stopped, what has run, what comes next: read by the person in front of the shell. */
static void tell_break(const struct step_runner *runner, const struct step *step)
{
    char words[2048];
    struct text t = TEXT_OVER(words);
    text_add(&t, "\n-- primer stops before the step \"");
    text_add(&t, step->name);
    text_add(&t, "\", because primer.break= names it.\n-- Has run (");
    text_add(&t, runner->table->name);
    text_add(&t, "):");
    for (unsigned i = 0; i < runner->next; i++) {
        text_char(&t, ' ');
        text_add(&t, runner->table->rows[i].name);
    }
    text_add(&t, runner->next == 0 ? " nothing\n-- Comes next: " : "\n-- Comes next: ");
    text_add(&t, step->name);
    text_add(&t, " - ");
    text_add(&t, step->why);
    text_add(&t, " See ");
    text_add(&t, step->page);
    text_add(&t, ".\n-- \"exit\" goes on.\n\n");
    fd_write_all(STDERR_FILENO, words, t.len);
}

static void fill(struct event *e, const struct step_runner *runner, const struct step *step, int result)
{
    e->step = step;
    e->code = result < 0 ? -result : 0;
    text_copy(e->word, sizeof e->word, runner->table->name);
    text_copy(e->text, sizeof e->text, result == STEP_NOTHING ? "nothing to do" : "");
}

/* --- in PID 1 ------------------------------------------------------------------------------------------ */

struct stop {
    const struct step_runner *runner;
    const struct step *step;
};

static int break_run(void *context)
{
    const struct stop *stop = context;
    tell_break(stop->runner, stop->step);
    return shell_run(NULL);
}

static bool before_step(struct step_runner *runner, const struct step *step)
{
    struct manager *m = runner->watch->who;
    if (!is_listed(m->wishes.breaks, NULL, step->name)) {
        return true;
    }
    struct stop stop = { .runner = runner, .step = step };
    if (m->step_chore == 0) {
        event_note(&m->ring, EVENT_BREAK, NULL, step->name);
    }
    return wait_chore(m, CHORE_SHELL, break_run, &stop) != STEP_WAIT;
}

static void after_step(struct step_runner *runner, const struct step *step, int result)
{
    struct manager *m = runner->watch->who;
    fill(event_add(&m->ring, EVENT_STEP), runner, step, result);
}

/* --- in a child ----------------------------------------------------------------------------------------- */

static const char *unit_in_child(const struct manager *m)
{
    return m->spawning == UNIT_NONE ? NULL : manager_unit_name(m, m->spawning);
}

static bool before_child_step(struct step_runner *runner, const struct step *step)
{
    struct manager *m = runner->watch->who;
    const char *unit = unit_in_child(m);
    if (is_listed(m->wishes.breaks, unit, step->name)) {
        struct event e = { .kind = EVENT_BREAK, .pid = getpid(), .count = 1, .time_ns = 0 };
        text_copy(e.text, sizeof e.text, step->name);
        text_copy(e.unit, sizeof e.unit, unit == NULL ? "" : unit);
        watch_tell(m, &e);
        tell_break(runner, step);
        shell_run_and_wait();
    }
    return true;
}

static void after_child_step(struct step_runner *runner, const struct step *step, int result)
{
    struct manager *m = runner->watch->who;
    if (m->spawning != UNIT_NONE && result == STEP_NOTHING) {
        return; /* a service's child has many rows that are not for it */
    }
    struct event e = { .kind = EVENT_STEP, .pid = getpid(), .count = 1 };
    fill(&e, runner, step, result);
    const char *unit = unit_in_child(m);
    text_copy(e.unit, sizeof e.unit, unit == NULL ? "" : unit);
    watch_tell(m, &e);
}

void watch_tell(struct manager *m, struct event *e)
{
    e->time_ns = clock_now_ns();
    ssize_t n = write(m->tell_fds[1], e, sizeof *e); /* shorter than PIPE_BUF: whole or not at all */
    (void)n;
}

void watch_install(struct manager *m)
{
    m->watch = (struct step_watch){ .before = before_step, .after = after_step, .who = m };
    m->child_watch = (struct step_watch){ .before = before_child_step, .after = after_child_step, .who = m };
}
