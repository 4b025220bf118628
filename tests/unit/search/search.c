/*
 * search: every place that a few units can come to, for every graph of up to three of them.
 *
 * For each graph the search goes through all orders of all events until there are no new places, and looks at the
 * rules (rules.c) in each. After a request to stop everything the places must form no ring, and where nothing can
 * happen any more, everything must be down: so every stop ends, however the world behaves. A broken rule is told
 * with the graph and the way that leads there, and the status is 1.
 *
 *   search          what fits into seconds: one unit of every kind, with every freedom; two units; all graphs of
 *                   three with whole kills, kinds dealt out over the graphs
 *   search full     the same with all kinds for all graphs, and kills step by step: minutes
 */
#include "model.h"
#include "rules.h"

#include <stdio.h>
#include <time.h>

/* --- places that were seen ------------------------------------------------------------------------- */

struct seen {
    uint64_t *slots; /* a place's hash, its lowest bit: it is on the way under way; 0: free */
    size_t size;     /* a power of two */
    size_t count;
};

static uint64_t hash_of(const struct place *place)
{
    uint64_t words[sizeof *place / sizeof(uint64_t)];
    uint64_t h = 0x9e3779b97f4a7c15;
    memcpy(words, place, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        h = (h ^ words[i]) * 0xff51afd7ed558ccd;
        h ^= h >> 32;
    }
    return (h & ~UINT64_C(1)) != 0 ? h & ~UINT64_C(1) : 2;
}

static uint64_t *seen_slot(const struct seen *seen, uint64_t hash)
{
    size_t at = (hash >> 8) & (seen->size - 1);
    while (seen->slots[at] != 0 && (seen->slots[at] & ~UINT64_C(1)) != hash) {
        at = (at + 1) & (seen->size - 1);
    }
    return &seen->slots[at];
}

static void seen_grow(struct seen *seen)
{
    struct seen old = *seen;
    seen->size = old.size == 0 ? 4096 : old.size * 4;
    seen->slots = calloc(seen->size, sizeof *seen->slots);
    if (seen->slots == NULL) {
        abort();
    }
    for (size_t i = 0; i < old.size; i++) {
        if (old.slots[i] != 0) {
            *seen_slot(seen, old.slots[i] & ~UINT64_C(1)) = old.slots[i];
        }
    }
    free(old.slots);
}

static void seen_clear(struct seen *seen)
{
    if (seen->size > 1 << 16) { /* a big graph's: the next one is small again */
        free(seen->slots);
        *seen = (struct seen){ 0 };
    }
    if (seen->size == 0) {
        seen_grow(seen);
    }
    memset(seen->slots, 0, seen->size * sizeof *seen->slots);
    seen->count = 0;
}

/* --- the way under way ------------------------------------------------------------------------------ */

struct step {
    struct place place;
    uint64_t hash;
    uint64_t events; /* that are still to be tried, a bit each */
    unsigned event;  /* the one under way */
    bool is_end;     /* nothing can happen here */
    struct choices choices;
};

struct search {
    struct model model;
    struct seen seen;
    struct step *steps;
    size_t depth;
    size_t room;
    uint64_t graphs, places, events;
};

static uint64_t possible_events(const struct model *m)
{
    uint64_t events = 0;
    for (unsigned e = 0; e < EVENTS; e++) {
        if (e % UNITS < m->graph.count && model_can(m, e / UNITS, e % UNITS)) {
            events |= UINT64_C(1) << e;
        }
    }
    return events;
}

/* The model stands at PLACE: goes on from there. */
static void push(struct search *s, const struct place *place, uint64_t hash)
{
    if (s->depth == s->room) {
        s->room = s->room == 0 ? 1024 : s->room * 2;
        s->steps = realloc(s->steps, s->room * sizeof *s->steps);
        if (s->steps == NULL) {
            abort();
        }
    }
    struct step *step = &s->steps[s->depth++];
    step->place = *place;
    step->hash = hash;
    step->events = possible_events(&s->model);
    step->is_end = step->events == 0;
    step->choices.count = 0;
    s->places++;
}

/* What the last event led to. False: a rule is broken. */
static bool arrive(struct search *s, bool by_deadline)
{
    struct place place = model_pack(&s->model);
    uint64_t hash = hash_of(&place);
    if (by_deadline && !s->model.moved && hash == s->steps[s->depth - 1].hash) {
        rules_broken(&s->model, RULE_DEADLINE, s->model.unit);
    }
    if (s->model.broken != RULE_NONE) {
        return false;
    }
    uint64_t *slot = seen_slot(&s->seen, hash);
    if (*slot == 0) {
        *slot = hash | 1;
        push(s, &place, hash);
        if (++s->seen.count * 2 > s->seen.size) {
            seen_grow(&s->seen);
        }
    } else if (place.going_down && *slot & 1) {
        rules_broken(&s->model, RULE_STOP_ENDS, 0); /* round and round, and never down */
    }
    return s->model.broken == RULE_NONE;
}

/* All from here was tried. */
static bool leave(struct search *s)
{
    struct step *step = &s->steps[s->depth - 1];
    *seen_slot(&s->seen, step->hash) &= ~UINT64_C(1);
    if (step->is_end) {
        model_unpack(&s->model, &step->place);
        bool down = s->model.roster.jobs == 0 && s->model.roster.busy == 0;
        for (unsigned i = 0; i < s->model.graph.count; i++) {
            down &= s->model.services[i].state == STATE_DEAD || s->model.services[i].state == STATE_FAILED;
        }
        if (!down) {
            rules_broken(&s->model, RULE_STOP_ENDS, 0); /* nothing can happen any more */
        }
    }
    s->depth--;
    return s->model.broken == RULE_NONE;
}

static bool go_on(struct search *s)
{
    struct step *step = &s->steps[s->depth - 1];
    unsigned event = (unsigned)__builtin_ctzll(step->events);
    struct choices choices = step->choices;
    step->event = event;
    model_unpack(&s->model, &step->place);
    model_do(&s->model, event / UNITS, event % UNITS, &choices);
    s->events++;
    step->choices = choices;
    if (!choices_next(&step->choices)) {
        step->events &= step->events - 1;
    }
    return arrive(s, event / UNITS == ACT_TIMEOUT);
}

static void tell(struct search *s, const char *layer)
{
    enum { LAST_STEPS = 16 };
    int rule = s->model.broken;
    printf("search: broken: %s\n  (unit %c, in layer %s)\n", rule_names[rule],
           (char)('a' + s->model.broken_unit), layer);
    model_print_graph(&s->model);
    struct place end = model_pack(&s->model);
    size_t first = s->depth > LAST_STEPS ? s->depth - LAST_STEPS : 0;
    printf("  (the last of %zu steps)\n", s->depth);
    for (size_t i = first; i < s->depth; i++) {
        model_unpack(&s->model, &s->steps[i].place);
        model_print_place(&s->model);
        printf("    %s %c\n", act_name(s->steps[i].event / UNITS), (char)('a' + s->steps[i].event % UNITS));
    }
    model_unpack(&s->model, &end);
    model_print_place(&s->model);
}

static bool explore(struct search *s, const struct graph *graph, const struct freedom *freedom,
                    const char *layer)
{
    struct choices first = { .count = 0 };
    bool good = true;
    model_open(&s->model, graph, freedom);
    seen_clear(&s->seen);
    s->graphs++;
    do {
        model_begin(&s->model, &first);
        s->depth = 0;
        good = arrive(s, false);
        while (good && s->depth > 0) {
            good = s->steps[s->depth - 1].events != 0 ? go_on(s) : leave(s);
        }
    } while (good && choices_next(&first));
    if (!good) {
        tell(s, layer);
    }
    model_close(&s->model);
    return good;
}

/* --- layers ----------------------------------------------------------------------------------------- */

/* One unit of every kind there is, with every freedom. */
static bool search_one(struct search *s, bool full)
{
    static const char *const commands[] = { "s", "bsarSP", "ssP", "S" };
    static const uint8_t restarts[] = { RESTART_NO, RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_ON_ABORT };
    const struct freedom freedom = {
        .start_any = true,
        .stop_any = true,
        .signals = true,
        .reloads = true,
        .forks_fail = true,
        .forks_later = true,
    };
    for (unsigned n = 0; n < (SERVICE_TYPES + 1) * 4 * KILL_MODES * 4 * 2 * 2 * 2; n++) {
        unsigned rest = n;
        struct profile p = { 0 };
        p.type = (uint8_t)(rest % (SERVICE_TYPES + 1));
        rest /= SERVICE_TYPES + 1;
        p.commands = commands[rest % 4];
        rest /= 4;
        p.kill_mode = (uint8_t)(rest % KILL_MODES);
        rest /= KILL_MODES;
        p.restart = restarts[rest % 4];
        rest /= 4;
        p.remains = rest % 2;
        p.spares = rest / 2 % 2;
        p.pid_file = rest / 4;
        p.burst = p.restart == RESTART_ALWAYS ? 2 : 0;
        p.limited = p.restart == RESTART_ON_ABORT;
        bool odd = p.type != SERVICE_ONESHOT &&
                   (strcmp(p.commands, "S") == 0 || strcmp(p.commands, "ssP") == 0);
        odd |= p.pid_file && p.type != SERVICE_FORKING;
        if (odd || (p.type == SERVICE_TYPES && n >= SERVICE_TYPES + 1)) {
            continue; /* only a oneshot has any number of ExecStart=; a target has no settings at all */
        }
        struct graph graph = { .count = 1, .profiles = { &p } };
        if (!explore(s, &graph, &freedom, "one")) {
            return false;
        }
    }
    return true;
}

/* Reads the edges between the units of GRAPH out of CODE: six ways for each ordered pair. */
static void graph_edges(struct graph *graph, unsigned code)
{
    for (unsigned a = 0; a < graph->count; a++) {
        for (unsigned b = 0; b < graph->count; b++) {
            if (a != b) {
                graph->pulls[a][b] = (uint8_t)(code % PULLS);
                graph->after[a][b] = code / PULLS % 2;
                code /= PULLS * 2;
            }
        }
    }
}

static bool search_two(struct search *s, bool full)
{
    static const struct profile kinds[] = {
        { .type = SERVICE_SIMPLE, .restart = RESTART_ON_FAILURE, .limited = true, .commands = "sr" },
        { .type = SERVICE_ONESHOT, .commands = "s" },
        { .type = SERVICE_NOTIFY, .restart = RESTART_ALWAYS, .burst = 2, .commands = "s" },
        { .type = SERVICE_ONESHOT, .remains = true, .commands = "srP" },
        { .type = SERVICE_FORKING, .pid_file = true, .commands = "s" },
        { .type = SERVICE_TYPES },
    };
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    const struct freedom freedom = {
        .start_any = true,
        .stop_any = true,
        .signals = full,
        .reloads = true,
        .forks_fail = full,
        .forks_later = full,
    };
    for (unsigned code = 0; code < 36; code++) {
        for (unsigned k = 0; k < KINDS * KINDS; k++) {
            unsigned mirror = k % KINDS * KINDS + k / KINDS;
            if (code % 6 * 6 + code / 6 < code || (code % 6 == code / 6 && mirror < k)) {
                continue; /* the same with the units in each other's place */
            }
            struct graph graph = { .count = 2, .profiles = { &kinds[k % KINDS], &kinds[k / KINDS] } };
            graph_edges(&graph, code);
            graph.reloads = true;
            if (!explore(s, &graph, &freedom, "two")) {
                return false;
            }
        }
    }
    return true;
}

/* The same edges with the second and third unit in each other's place: one of the two graphs is enough. */
static unsigned swapped(unsigned code)
{
    /* The ordered pairs in their order are 0-1, 0-2, 1-0, 1-2, 2-0, 2-1. */
    static const unsigned pairs[] = { 1, 0, 4, 5, 2, 3 };
    static const unsigned weights[] = { 1, 6, 36, 216, 1296, 7776 };
    unsigned result = 0;
    for (unsigned i = 0; i < 6; i++, code /= 6) {
        result += code % 6 * weights[pairs[i]];
    }
    return result;
}

/* Whether the first unit's start pulls in all of them; else the graph is like one of fewer units. */
static bool is_whole(const struct graph *g)
{
    bool in[UNITS] = { true };
    for (unsigned round = 0; round < UNITS; round++) {
        for (unsigned a = 0; a < g->count; a++) {
            for (unsigned b = 0; b < g->count; b++) {
                in[b] |= in[a] && g->pulls[a][b] != PULL_NONE;
            }
        }
    }
    return in[1] && in[2];
}

/* One unit that begins again by itself, one of any other kind, and a oneshot: DEAL says which and how. */
static void deal_kinds(struct graph *graph, unsigned deal)
{
    static const struct profile restarting[] = {
        { .type = SERVICE_NOTIFY, .restart = RESTART_ON_FAILURE, .commands = "s" },
        { .type = SERVICE_SIMPLE, .restart = RESTART_ALWAYS, .commands = "s" },
    };
    static const struct profile others[] = {
        { .type = SERVICE_ONESHOT, .commands = "s" },
        { .type = SERVICE_ONESHOT, .remains = true, .commands = "s" },
        { .type = SERVICE_NOTIFY, .commands = "s" },
        { .type = SERVICE_FORKING, .commands = "s" },
        { .type = SERVICE_TYPES },
    };
    enum { OTHERS = sizeof others / sizeof others[0] };
    static const uint8_t orders[][UNITS] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                             { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    const uint8_t *order = orders[deal % 6];
    graph->profiles[order[0]] = &restarting[deal / 6 % 2];
    graph->profiles[order[1]] = &others[deal / 12 % OTHERS];
    graph->profiles[order[2]] = &others[deal / 12 / OTHERS % 2];
}
enum { DEALS = 6 * 2 * 5 * 2 };

static bool search_three(struct search *s, bool full)
{
    const struct freedom freedom = { .stop_any = true, .whole_kills = true };
    for (unsigned code = 0; code < 36 * 36 * 36; code++) {
        struct graph graph = { .count = 3 };
        graph_edges(&graph, code);
        if (!is_whole(&graph) || (!full && swapped(code) < code)) {
            continue;
        }
        for (unsigned deal = 0; deal < (full ? DEALS : 1); deal++) {
            deal_kinds(&graph, full ? deal : (code * 2654435761U >> 8) % DEALS);
            if (!explore(s, &graph, &freedom, "three")) {
                return false;
            }
        }
    }
    return true;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        bool (*run)(struct search *s, bool full);
    } layers[] = {
        { "one", search_one },
        { "two", search_two },
        { "three", search_three },
    };
    bool full = argc == 2 && strcmp(argv[1], "full") == 0;
    if (argc > 1 && !full) {
        fprintf(stderr, "usage: search [full]\n");
        return 2;
    }
    static struct search s;
    uint64_t graphs = 0;
    uint64_t places = 0;
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        double begin = seconds();
        s.graphs = s.places = s.events = 0;
        if (!layers[i].run(&s, full)) {
            return 1;
        }
        graphs += s.graphs;
        places += s.places;
        printf("search: %s: %llu graphs, %llu states, %llu events, %.1f s\n", layers[i].name,
               (unsigned long long)s.graphs, (unsigned long long)s.places, (unsigned long long)s.events,
               seconds() - begin);
    }
    printf("search: %llu graphs, %llu states, every rule kept\n", (unsigned long long)graphs,
           (unsigned long long)places);
    free(s.seen.slots);
    free(s.steps);
    return 0;
}
