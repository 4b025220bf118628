#include "unit/edges.h"

#include "unit/find.h"
#include "unit/finding.h"
#include "unit/names.h"
#include "unit/sort.h"

#include <stdlib.h>
#include <string.h>

/* What becomes of a dependency on a unit of a type that primer does not have yet. */
static const struct {
    enum severity severity;
    const char *why;
} missing_types[SUFFIXES] = {
    [SUFFIX_SOCKET] = { FINDING_WARNING, "primer does not listen for services yet" },
    [SUFFIX_TIMER] = { FINDING_WARNING, "primer has no timers yet" },
    [SUFFIX_PATH] = { FINDING_WARNING, "primer does not watch paths yet" },
    [SUFFIX_MOUNT] = { FINDING_NOTE, "what is mounted when services start, the boot has mounted" },
    [SUFFIX_AUTOMOUNT] = { FINDING_NOTE, "what is mounted when services start, the boot has mounted" },
    [SUFFIX_SWAP] = { FINDING_WARNING, "primer does not turn on swap yet" },
    [SUFFIX_SLICE] = { FINDING_NOTE, "all services of primer are in one slice" },
    [SUFFIX_SCOPE] = { FINDING_NOTE, "primer has no scopes" },
    [SUFFIX_DEVICE] = { FINDING_NOTE, "primer does not wait for devices" },
};

struct draft *edges_draft(struct loader *l, struct node *unit)
{
    if (unit->draft == NULL) {
        struct draft *d = arena_take(&l->arena, sizeof *d);
        d->node = unit;
        d->index = l->drafts.count;
        d->type = unit->suffix == SUFFIX_TARGET ? UNIT_TARGET : UNIT_SERVICE;
        *(struct draft **)vec_add(&l->arena, &l->drafts, sizeof d) = d;
        unit->draft = d;
    }
    return unit->draft;
}

struct draft *edges_want(struct loader *l, struct node *unit)
{
    struct draft *d = edges_draft(l, unit);
    if (d->state == DRAFT_NAMED) {
        d->state = DRAFT_WANTED;
        *(struct draft **)vec_add(&l->arena, &l->queue, sizeof d) = d;
    }
    return d;
}

void edges_add(struct loader *l, struct draft *from, enum edge_kind kind, struct draft *to)
{
    struct draft_edge *e = vec_add(&l->arena, &l->edges, sizeof *e);
    *e = (struct draft_edge){ from->index, to->index, kind };
}

/* "foo@.service" named by "bar@x.service" is foo@x.service, named by "bar.service" it is foo@bar.service. */
static const char *fill_template(const struct assignment *a, const char *name)
{
    const char *self = a->draft->node->name;
    size_t n;
    const char *instance = name_instance_of(self, &n);
    return n > 0 ? name_instance(a->loader, name, instance, n)
                 : name_instance(a->loader, name, self, name_prefix(self));
}

static bool is_ordering(enum edge_kind kind)
{
    return kind == EDGE_AFTER || kind == EDGE_BEFORE;
}

static void say_missing_type(const struct assignment *a, enum edge_kind kind, const char *name,
                             unsigned suffix)
{
    enum severity severity = is_ordering(kind) || kind == EDGE_CONFLICTS ? FINDING_NOTE
                                                                         : missing_types[suffix].severity;
    finding_add(a, severity, name, " is left out: ", missing_types[suffix].why, NULL);
}

/* There is no unit of that name. True: an edge to it means something all the same. */
static bool missing_counts(const struct assignment *a, enum edge_kind kind, const char *name)
{
    if (kind == EDGE_REQUIRES) {
        finding_add(a, FINDING_WARNING, name, " is required, and there is no file of that name", NULL);
        return true;
    }
    if (a->strict) {
        finding_add(a, FINDING_NOTE, "there is no ", name, "; the line has no effect", NULL);
    }
    return false;
}

void edges_add_name(const struct assignment *a, enum edge_kind kind, const char *name)
{
    struct loader *l = a->loader;
    enum unit_suffix suffix;
    enum name_kind what = name_kind(name, strlen(name), &suffix);
    if (what == NAME_TEMPLATE) {
        name = fill_template(a, name);
        what = name == NULL ? NAME_INVALID : name_kind(name, strlen(name), &suffix);
    }
    if (what == NAME_INVALID) {
        finding_value(a, "\"", name == NULL ? "" : name, "\" is not the name of a unit", NULL);
        return;
    }
    if (suffix > SUFFIX_TARGET) {
        say_missing_type(a, kind, name, suffix);
        return;
    }
    struct node *unit = find_unit(l, names_node(l, name));
    if (unit->draft == a->draft) {
        finding_add(a, FINDING_WARNING, "a unit cannot say this about itself", NULL);
        return;
    }
    if (!find_exists(unit) && !missing_counts(a, kind, name)) {
        return;
    }
    bool pulls = kind == EDGE_REQUIRES || kind == EDGE_WANTS;
    edges_add(l, a->draft, kind, pulls ? edges_want(l, unit) : edges_draft(l, unit));
}

static struct draft *special(struct loader *l, const char *name, bool pulls)
{
    struct node *unit = find_unit(l, names_node(l, name));
    return pulls ? edges_want(l, unit) : edges_draft(l, unit);
}

void edges_add_defaults(struct loader *l, struct draft *d)
{
    if (d->no_default_dependencies) {
        return;
    }
    if (d->type == UNIT_SERVICE) {
        struct draft *sysinit = special(l, "sysinit.target", true);
        edges_add(l, d, EDGE_REQUIRES, sysinit);
        edges_add(l, d, EDGE_AFTER, sysinit);
        edges_add(l, d, EDGE_AFTER, special(l, "basic.target", false));
    }
    struct draft *shutdown = special(l, "shutdown.target", true);
    if (shutdown != d) {
        edges_add(l, d, EDGE_BEFORE, shutdown);
        edges_add(l, d, EDGE_CONFLICTS, shutdown);
    }
}

static bool is_sound(const struct draft *d)
{
    return d->state == DRAFT_LOADED && (d->flags & (UNIT_NOT_FOUND | UNIT_BAD | UNIT_MASKED)) == 0;
}

/* (a comes before b) as one number, for a sorted list of what the files say. */
static uint64_t before_key(uint32_t a, uint32_t b)
{
    return (uint64_t)a << 32 | b;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Every "target before something" that the files say, sorted. */
static uint64_t *explicit_order(struct loader *l, size_t *count)
{
    const struct draft_edge *edges = l->edges.at;
    uint64_t *keys = arena_take(&l->arena, (l->edges.count + 1) * sizeof *keys);
    *count = 0;
    for (uint32_t i = 0; i < l->edges.count; i++) {
        bool before = edges[i].kind == EDGE_BEFORE;
        uint32_t first = before ? edges[i].from : edges[i].to;
        uint32_t second = before ? edges[i].to : edges[i].from;
        if (is_ordering(edges[i].kind) && draft_at(l, first)->type == UNIT_TARGET) {
            keys[(*count)++] = before_key(first, second);
        }
    }
    return sort_numbers(&l->arena, keys, *count);
}

void edges_order_targets(struct loader *l)
{
    size_t count;
    const uint64_t *keys = explicit_order(l, &count);
    uint32_t edge_count = l->edges.count;
    for (uint32_t i = 0; i < edge_count; i++) {
        const struct draft_edge e = ((const struct draft_edge *)l->edges.at)[i];
        struct draft *target = draft_at(l, e.from);
        struct draft *other = draft_at(l, e.to);
        if (target->type != UNIT_TARGET || (e.kind != EDGE_REQUIRES && e.kind != EDGE_WANTS) ||
            target->no_default_dependencies || other->no_default_dependencies || !is_sound(target) ||
            !is_sound(other)) {
            continue;
        }
        uint64_t key = before_key(target->index, other->index);
        if (bsearch(&key, keys, count, sizeof key, compare_keys) == NULL) {
            edges_add(l, target, EDGE_AFTER, other);
        }
    }
}
