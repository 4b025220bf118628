/*
 * world: a roster of units and a manager that only takes notes, for tests of jobs.
 *
 * The units are written down in one line, "a requires=b after=b; b oneshot": names in their order, then the
 * type (simple, exec, oneshot, notify, target), the settings remain, again (Restart=always), reload (it has ExecReload=)
 * and stuck (SendSIGKILL=no), how it loaded (missing, bad, masked), and the edges by their kind. What happens is a line too:
 *
 *   +a          the main process of a was started
 *   -a          a was told to end
 *   ~a          its ExecReload= was started
 *   a:start=ok  a job ended: done (ok), or as its result says
 *   a>b         a cycle was told: a is ordered after b
 *   a:again     it will be started again by itself
 */
#ifndef PRIMER_TESTS_WORLD_H
#define PRIMER_TESTS_WORLD_H

#include "service/roster.h"
#include "units.h"

#include <stdarg.h>
#include <stdio.h>

struct world {
    struct units units;
    const struct snapshot *snapshot;
    struct service *services;
    struct roster roster;
    uint64_t now_ns;
    int32_t last_pid;
    bool no_fork; /* every fork fails */
    bool quiet;   /* nothing is written down: for thousands */
    char log[4096];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static inline void world_log(struct world *w, const char *format, ...)
{
    va_list arguments;
    if (w->quiet) {
        return;
    }
    va_start(arguments, format);
    if (w->length > 0 && w->length < sizeof w->log) {
        w->length += (size_t)snprintf(w->log + w->length, sizeof w->log - w->length, " ");
    }
    w->length += (size_t)vsnprintf(w->log + w->length, sizeof w->log - w->length, format, arguments);
    va_end(arguments);
    if (w->length >= sizeof w->log) {
        abort();
    }
}

static inline void world_note(void *who, const struct note *note)
{
    struct world *w = who;
    const char *name = unit_name(w->snapshot, note->unit);
    switch (note->kind) {
    case NOTE_JOB:
        world_log(w, "%s:%s=%s", name, service_job_name(note->job),
                  note->result == JOB_DONE ? "ok" : service_job_result_name(note->result));
        break;
    case NOTE_CYCLE: world_log(w, "%s>%s", name, unit_name(w->snapshot, note->other)); break;
    case NOTE_RESTART: world_log(w, "%s:again", name); break;
    default: break;
    }
}

/* What is done at once, as the manager does it: forks and signals; processes end when the test says so. */
static inline void world_run(struct world *w)
{
    uint32_t unit = 0;
    while ((unit = roster_next(&w->roster, w->now_ns)) != UNIT_NONE) {
        struct service *s = &w->services[unit];
        uint8_t todo = s->todo;
        s->todo = 0;
        if (todo & TODO_KILL) {
            world_log(w, "-%s", unit_name(w->snapshot, unit));
            if (service_waits_for_empty(s)) {
                roster_input(&w->roster, unit, &(struct input){ .kind = INPUT_EMPTY, .now_ns = w->now_ns });
                continue;
            }
        }
        if (todo & TODO_SPAWN) {
            const struct unit_service *settings = snapshot_at(w->snapshot,
                                                              snapshot_unit(w->snapshot, unit)->service);
            bool main = s->state == STATE_START && settings->type != SERVICE_FORKING;
            if (main && !w->no_fork) {
                world_log(w, "+%s", unit_name(w->snapshot, unit));
            } else if (s->state == STATE_RELOAD && !w->no_fork) {
                world_log(w, "~%s", unit_name(w->snapshot, unit));
            }
            roster_input(&w->roster, unit,
                         &(struct input){ .kind = w->no_fork ? INPUT_SPAWN_FAILED : INPUT_SPAWNED,
                                          .role = main ? ROLE_MAIN : ROLE_CONTROL,
                                          .pid = ++w->last_pid,
                                          .now_ns = w->now_ns });
        }
    }
}

static inline uint32_t world_unit(const struct world *w, const char *name)
{
    for (uint32_t i = 0; i < w->units.count; i++) {
        if (strcmp(w->units.units[i].name, name) == 0) {
            return i;
        }
    }
    fprintf(stderr, "no unit %s\n", name);
    abort();
}

static inline struct service *world_service(const struct world *w, const char *name)
{
    return &w->services[world_unit(w, name)];
}

static inline void world_word(struct world *w, uint32_t unit, const char *word)
{
    static const char *const types[] = { "simple", "exec", "oneshot", "notify", "forking" };
    static const char *const edges[EDGE_KINDS] = {
        [EDGE_AFTER] = "after", [EDGE_BEFORE] = "before",       [EDGE_REQUIRES] = "requires",
        [EDGE_WANTS] = "wants", [EDGE_CONFLICTS] = "conflicts", [EDGE_RELOADS] = "reloads",
    };
    struct units_unit *u = &w->units.units[unit];
    for (uint8_t i = 0; i < SERVICE_TYPES; i++) {
        if (strcmp(word, types[i]) == 0) {
            u->service.type = i;
            return;
        }
    }
    const char *equals = strchr(word, '=');
    for (unsigned i = 0; i < EDGE_KINDS && equals != NULL; i++) {
        if (edges[i] != NULL && strncmp(word, edges[i], (size_t)(equals - word)) == 0) {
            units_edge(&w->units, unit, i, world_unit(w, equals + 1));
            return;
        }
    }
    if (strcmp(word, "target") == 0) {
        u->type = UNIT_TARGET;
    } else if (strcmp(word, "work") == 0) {
        u->flags |= UNIT_BOOT_WORK;
    } else if (strcmp(word, "remain") == 0) {
        u->service.flags |= SERVICE_REMAIN_AFTER_EXIT;
    } else if (strcmp(word, "reload") == 0) {
        units_command(&w->units, unit, PHASE_RELOAD, 0);
    } else if (strcmp(word, "again") == 0) {
        u->service.restart = RESTART_ALWAYS;
    } else if (strcmp(word, "stuck") == 0) {
        u->service.flags &= (uint8_t)~SERVICE_SEND_SIGKILL;
    } else if (strcmp(word, "missing") == 0) {
        u->flags |= UNIT_NOT_FOUND;
    } else if (strcmp(word, "bad") == 0) {
        u->flags |= UNIT_BAD;
    } else if (strcmp(word, "masked") == 0) {
        u->flags |= UNIT_MASKED;
    } else {
        fprintf(stderr, "no word %s\n", word);
        abort();
    }
}

/* The units as far as they are added to w->units become the roster's. */
static inline void world_open(struct world *w)
{
    w->snapshot = units_seal(&w->units);
    w->services = calloc(w->units.count, sizeof *w->services);
    if (w->services == NULL) {
        abort();
    }
    w->now_ns = 1000 * NS_PER_SECOND;
    roster_init(&w->roster, w->snapshot, w->services, world_note, w);
}

/* Makes the world that LINE describes. */
static inline void world_make(struct world *w, const char *line)
{
    memset(w, 0, sizeof *w);
    /* Twice: the names first, so that edges can lead to any of them. */
    for (int names = 1; names >= 0; names--) {
        char copy[1024];
        snprintf(copy, sizeof copy, "%s", line);
        char *unit_end = NULL;
        uint32_t unit = 0;
        for (char *u = strtok_r(copy, ";", &unit_end); u != NULL;
             u = strtok_r(NULL, ";", &unit_end), unit++) {
            char *word_end = NULL;
            char *word = strtok_r(u, " ", &word_end);
            if (names) {
                units_add_service(&w->units, word, SERVICE_SIMPLE);
            }
            while ((word = strtok_r(NULL, " ", &word_end)) != NULL) {
                if (!names) {
                    world_word(w, unit, word);
                }
            }
        }
    }
    world_open(w);
}

static inline void world_close(struct world *w)
{
    free(w->services);
    units_free(&w->units);
}

/* --- requests and what happens, each with all that follows ------------------------------------------ */

static inline int world_start(struct world *w, const char *name)
{
    int result = roster_start(&w->roster, world_unit(w, name));
    world_run(w);
    return result;
}

static inline void world_stop(struct world *w, const char *name)
{
    roster_stop(&w->roster, world_unit(w, name));
    world_run(w);
}

static inline int world_reload(struct world *w, const char *name)
{
    int result = roster_reload(&w->roster, world_unit(w, name));
    world_run(w);
    return result;
}

static inline void world_stop_all(struct world *w)
{
    roster_stop_all(&w->roster);
    world_run(w);
}

static inline void world_input(struct world *w, uint32_t unit, struct input input)
{
    input.now_ns = w->now_ns;
    roster_input(&w->roster, unit, &input);
    if (input.kind == INPUT_EXIT && service_waits_for_empty(&w->services[unit])) {
        roster_input(&w->roster, unit, &(struct input){ .kind = INPUT_EMPTY, .now_ns = w->now_ns });
    }
    world_run(w);
}

/* The main process ends; then nobody of the unit is left. */
static inline void world_exit(struct world *w, const char *name, uint8_t status)
{
    world_input(w, world_unit(w, name),
                (struct input){ .kind = INPUT_EXIT, .role = ROLE_MAIN, .status = status });
}

/* The control process ends. */
static inline void world_control(struct world *w, const char *name, uint8_t status)
{
    world_input(w, world_unit(w, name),
                (struct input){ .kind = INPUT_EXIT, .role = ROLE_CONTROL, .status = status });
}

static inline void world_killed(struct world *w, const char *name, uint8_t signo)
{
    world_input(w, world_unit(w, name),
                (struct input){ .kind = INPUT_EXIT, .role = ROLE_MAIN, .status = signo, .is_signal = 1 });
}

static inline void world_ready(struct world *w, const char *name)
{
    world_input(w, world_unit(w, name), (struct input){ .kind = INPUT_READY });
}

/* Its deadline, which it must have, has come. */
static inline void world_timeout(struct world *w, const char *name)
{
    struct service *s = world_service(w, name);
    if (s->deadline_ns == NEVER_NS) {
        fprintf(stderr, "%s has no deadline\n", name);
        abort();
    }
    w->now_ns = s->deadline_ns > w->now_ns ? s->deadline_ns : w->now_ns;
    world_input(w, world_unit(w, name), (struct input){ .kind = INPUT_TIMEOUT });
}

/* What was written down since the last call. Valid until something happens. */
static inline const char *world_told(struct world *w)
{
    static char told[sizeof w->log];
    memcpy(told, w->log, w->length);
    told[w->length] = '\0';
    w->length = 0;
    return told;
}

#endif
