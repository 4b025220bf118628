/*
 * step: a life is a table of steps, and this is the one runner of all of them.
 *
 * Boot, what a child does between fork and exec, and shutdown are each one `static const struct step[]`.
 * The runner runs a row's work, lets a watcher narrate it, time it or stop before it, and names the
 * row that failed. A step function has no other caller: add a row, and get all of it.
 *
 * The runner can be left and entered again. PID 1 must not wait inside a step, so a step that waits for
 * something returns STEP_WAIT, the loop goes on, and the runner calls the same row again later.
 */
#ifndef PRIMER_BASE_STEP_H
#define PRIMER_BASE_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* What a step function returns beside 0 (done) and -errno (failed). */
enum {
    STEP_NOTHING = 1, /* there was nothing to do here */
    STEP_WAIT = 2,    /* not done yet: call me again when the world has moved */
};

/* What a failed row means for the rows after it. */
enum step_failure {
    STEP_GOES_ON, /* it is told, and the next row runs */
    STEP_ENDS,    /* the table ends here with the row's errno */
};

struct step {
    const char *name; /* unique among all tables: primer.break= takes it */
    int (*run)(void *context);
    const char *page; /* the manual page that says how, "mount(2)" */
    const char *why;  /* one sentence */
    enum step_failure failure;
};

struct step_table {
    const char *name; /* "boot", "exec", "stop" */
    const struct step *rows;
    unsigned count;
};

struct step_runner;

/* Told around every row; each may be NULL. */
struct step_watch {
    /* Before a row's first call. False: hold here; the runner returns STEP_WAIT and asks again next time. */
    bool (*before)(struct step_runner *runner, const struct step *step);
    /* After a row is through: RESULT is 0, STEP_NOTHING or -errno. */
    void (*after)(struct step_runner *runner, const struct step *step, int result);
    void *who; /* the watcher's own */
};

struct step_runner {
    const struct step_table *table;
    void *context; /* what the step functions get */
    const struct step_watch *watch;
    unsigned next; /* the row that runs next; after STEP_ENDS the row that failed */
    bool begun;    /* that row has been called already and asked to wait */
};

/*
 * Runs rows until the table is through (0), a row or the watcher wants to wait (STEP_WAIT), or a row that
 * ends the table has failed (-errno, and table->rows[next] is its name).
 */
int step_run(struct step_runner *runner);

/* The row of TABLE that is called NAME, or NULL. */
const struct step *step_find(const struct step_table *table, const char *name);

#endif
