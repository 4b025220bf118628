/*
 * units: snapshots for tests, made in memory without a file and without the loader.
 *
 * A test adds units, says what they are and how they depend on each other, and seals: what comes out is laid
 * out as the loader lays it out, edges in both directions and sorted. Names are the caller's and must be added in
 * their order (strcmp). Running out of memory ends the test: this is never part of primer.
 */
#ifndef PRIMER_TESTS_UNITS_H
#define PRIMER_TESTS_UNITS_H

#include "base/clock.h"
#include "unit/snapshot.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct units {
    struct units_unit {
        char name[32];
        uint8_t type; /* enum unit_type */
        uint8_t flags;
        struct unit_service service;
        struct exit_value success[4];
        struct unit_command commands[12]; /* by phase */
        uint32_t command_count;
    } * units;
    uint32_t count;
    struct units_edge {
        uint32_t from;
        edge edge;
    } * edges;
    uint32_t edge_count;
    struct snapshot *sealed;
};

static inline void *units_grow(void *at, size_t count, size_t size)
{
    /* Doubles at powers of two: called before each addition. */
    if ((count & (count - 1)) != 0) {
        return at;
    }
    void *grown = realloc(at, (count == 0 ? 1 : count * 2) * size);
    if (grown == NULL) {
        abort();
    }
    return grown;
}

/* A unit called NAME: a target, or a simple service with systemd's defaults and no command. Returns its number. */
static inline uint32_t units_add(struct units *u, const char *name, enum unit_type type)
{
    u->units = units_grow(u->units, u->count, sizeof *u->units);
    struct units_unit *unit = &u->units[u->count];
    memset(unit, 0, sizeof *unit);
    strncpy(unit->name, name, sizeof unit->name - 1);
    unit->type = (uint8_t)type;
    unit->service = (struct unit_service){ .timeout_start_ns = 90 * NS_PER_SECOND,
                                           .timeout_stop_ns = 60 * NS_PER_SECOND,
                                           .restart_delay_ns = 100 * NS_PER_MS,
                                           .start_limit_interval_ns = 10 * NS_PER_SECOND,
                                           .start_limit_burst = 5,
                                           .runtime_max_ns = NEVER_NS,
                                           .kill_signal = SIGTERM,
                                           .final_signal = SIGKILL,
                                           .notify_access = NOTIFY_MAIN,
                                           .flags = SERVICE_SEND_SIGKILL };
    return u->count++;
}

/* The settings of a unit, to be changed before units_seal. Valid until the next units_add. */
static inline struct unit_service *units_service(struct units *u, uint32_t unit)
{
    return &u->units[unit].service;
}

/* One more command, with enum command_flags, behind those of its phase. */
static inline void units_command(struct units *u, uint32_t unit, enum phase phase, unsigned flags)
{
    struct units_unit *of = &u->units[unit];
    uint32_t at = of->command_count++;
    if (of->command_count > sizeof of->commands / sizeof of->commands[0]) {
        abort();
    }
    for (; at > 0 && of->commands[at - 1].phase > phase; at--) {
        of->commands[at] = of->commands[at - 1];
    }
    of->commands[at] = (struct unit_command){ .phase = (uint8_t)phase, .flags = (uint8_t)flags };
}

/* A simple service with one ExecStart=. */
static inline uint32_t units_add_service(struct units *u, const char *name, enum service_type type)
{
    uint32_t unit = units_add(u, name, UNIT_SERVICE);
    units_service(u, unit)->type = (uint8_t)type;
    units_command(u, unit, PHASE_START, 0);
    return unit;
}

/* A value of SuccessExitStatus= or another LIST. */
static inline void units_exit(struct units *u, uint32_t unit, enum exit_list list, bool is_signal,
                              uint8_t value)
{
    struct units_unit *of = &u->units[unit];
    if (of->service.exits.count == sizeof of->success / sizeof of->success[0]) {
        abort();
    }
    of->success[of->service.exits.count++] = (struct exit_value){ is_signal, value, (uint8_t)list };
}

static inline void units_success(struct units *u, uint32_t unit, bool is_signal, uint8_t value)
{
    units_exit(u, unit, EXIT_LIST_SUCCESS, is_signal, value);
}

/* FROM says KIND of TO; TO gets the edge back. KIND is one of those that a file can say. */
static inline void units_edge(struct units *u, uint32_t from, enum edge_kind kind, uint32_t to)
{
    enum edge_kind back = kind ^ 1; /* the kinds stand in pairs */
    u->edges = units_grow(u->edges, u->edge_count, sizeof *u->edges);
    u->edges[u->edge_count++] = (struct units_edge){ from, EDGE(kind, to) };
    u->edges = units_grow(u->edges, u->edge_count, sizeof *u->edges);
    u->edges[u->edge_count++] = (struct units_edge){ to, EDGE(back, from) };
}

static inline int units_compare_edges(const void *a, const void *b)
{
    const struct units_edge *x = a;
    const struct units_edge *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    return x->edge < y->edge ? -1 : x->edge > y->edge;
}

static inline void units_sort_edges(struct units *u)
{
    if (u->edge_count == 0) {
        return;
    }
    qsort(u->edges, u->edge_count, sizeof *u->edges, units_compare_edges);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < u->edge_count; i++) {
        if (units_compare_edges(&u->edges[i], &u->edges[kept - 1]) != 0) {
            u->edges[kept++] = u->edges[i];
        }
    }
    u->edge_count = kept;
}

/* Where the sealed snapshot's parts lie. */
struct units_layout {
    ref units, services, execs, commands, success, edges, strings, end;
};

static inline struct units_layout units_lay_out(const struct units *u)
{
    size_t commands = 0;
    size_t names = 1;
    for (uint32_t i = 0; i < u->count; i++) {
        commands += u->units[i].command_count;
        names += strlen(u->units[i].name) + 1;
    }
    struct units_layout at = { .units = sizeof(struct snapshot) };
    at.services = at.units + (ref)(u->count * sizeof(struct unit));
    at.execs = at.services + (ref)(u->count * sizeof(struct unit_service));
    at.commands = at.execs + (ref)sizeof(struct unit_exec);
    at.success = at.commands + (ref)(commands * sizeof(struct unit_command));
    at.edges = at.success + (ref)(u->count * sizeof u->units[0].success);
    at.strings = at.edges + (ref)(u->edge_count * sizeof(edge));
    at.end = (at.strings + (ref)names + 7) & ~(ref)7;
    return at;
}

/* The snapshot. It belongs to U and lives until units_free; seal once. */
static inline const struct snapshot *units_seal(struct units *u)
{
    units_sort_edges(u);
    struct units_layout at = units_lay_out(u);
    char *memory = calloc(1, at.end);
    if (memory == NULL) {
        abort();
    }
    u->sealed = (struct snapshot *)(void *)memory;
    *u->sealed = (struct snapshot){ .magic = SNAPSHOT_MAGIC,
                                    .size = at.end,
                                    .units = { at.units, u->count },
                                    .services = { at.services, u->count },
                                    .execs = { at.execs, 1 },
                                    .strings = { at.strings, at.end - at.strings } };
    ref command = at.commands;
    ref name = at.strings + 1;
    uint32_t e = 0;
    for (uint32_t i = 0; i < u->count; i++) {
        struct units_unit *from = &u->units[i];
        struct unit *to = (struct unit *)(void *)(memory + at.units) + i;
        uint32_t first_edge = e;
        while (e < u->edge_count && u->edges[e].from == i) {
            memcpy(memory + at.edges + e * sizeof(edge), &u->edges[e].edge, sizeof(edge));
            e++;
        }
        *to = (struct unit){ .name = name, .type = from->type, .flags = from->flags };
        to->edges = (struct list){ at.edges + first_edge * (ref)sizeof(edge), e - first_edge };
        memcpy(memory + name, from->name, strlen(from->name));
        name += (ref)strlen(from->name) + 1;
        ref success = at.success + i * (ref)sizeof from->success;
        from->service.exits.at = from->service.exits.count > 0 ? success : 0;
        memcpy(memory + success, from->success, sizeof from->success);
        memcpy(memory + at.services + i * sizeof from->service, &from->service, sizeof from->service);
        if (from->type == UNIT_SERVICE) {
            to->service = at.services + i * (ref)sizeof from->service;
            to->exec = at.execs;
            to->commands = (struct list){ command, from->command_count };
            memcpy(memory + command, from->commands, from->command_count * sizeof from->commands[0]);
            command += from->command_count * (ref)sizeof from->commands[0];
        }
    }
    return u->sealed;
}

static inline void units_free(struct units *u)
{
    free(u->units);
    free(u->edges);
    free(u->sealed);
    memset(u, 0, sizeof *u);
}

#endif
