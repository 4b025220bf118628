#include "unit/write.h"

#include "unit/names.h"
#include "unit/shape.h"
#include "unit/sort.h"

#include "base/fd.h"

#include <errno.h>
#include <string.h>

enum { NO_NUMBER = UINT32_MAX };

/* SIZE bytes of the snapshot, aligned; *AT says where. NULL: it is full. */
static void *put(struct loader *l, size_t size, size_t align, ref *at)
{
    struct arena *block = &l->pool.block;
    size_t start = (block->used + align - 1) & ~(align - 1);
    if (l->pool.full || start > block->size || size > block->size - start || start + size > SNAPSHOT_MAX) {
        l->pool.full = true;
        *at = 0;
        return NULL;
    }
    block->used = start + size;
    *at = size == 0 ? 0 : (ref)start;
    return block->at + start;
}

static struct snapshot *head(struct loader *l)
{
    return (struct snapshot *)l->pool.block.at;
}

/* --- numbers --- */

static const char *draft_name(const void *draft)
{
    return ((const struct draft *)draft)->node->name;
}

/* The drafts that become units, sorted, each with its number. */
static struct draft **number_units(struct loader *l, uint32_t *count)
{
    struct draft **units = arena_take(&l->arena, (l->drafts.count + 1) * sizeof(struct draft *));
    *count = 0;
    for (uint32_t i = 0; i < l->drafts.count; i++) {
        struct draft *d = draft_at(l, i);
        d->number = NO_NUMBER;
        if (d->state == DRAFT_LOADED) {
            units[(*count)++] = d;
        }
    }
    sort_by_name(&l->arena, (void **)units, *count, draft_name);
    for (uint32_t i = 0; i < *count; i++) {
        units[i]->number = i;
    }
    return units;
}

/* --- edges --- */

/* An edge with its unit: sorted as numbers they stand in the order of the snapshot. */
static uint64_t edge_key(uint32_t unit, uint32_t kind, uint32_t other)
{
    return (uint64_t)unit << 32 | EDGE(kind, other);
}

/* All edges in both directions, sorted, each once. */
static uint64_t *make_keys(struct loader *l, size_t *count)
{
    const struct draft_edge *edges = l->edges.at;
    uint64_t *keys = arena_take(&l->arena, ((size_t)l->edges.count * 2 + 1) * sizeof *keys);
    size_t n = 0;
    for (uint32_t i = 0; i < l->edges.count; i++) {
        uint32_t from = draft_at(l, edges[i].from)->number;
        uint32_t to = draft_at(l, edges[i].to)->number;
        if (from != NO_NUMBER && to != NO_NUMBER && from != to) {
            keys[n++] = edge_key(from, edges[i].kind, to);
            keys[n++] = edge_key(to, edges[i].kind ^ 1, from);
        }
    }
    keys = sort_numbers(&l->arena, keys, n);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        if (*count == 0 || keys[*count - 1] != keys[i]) {
            keys[(*count)++] = keys[i];
        }
    }
    return keys;
}

static void put_edges(struct loader *l, struct unit *units, uint32_t unit_count)
{
    size_t count;
    const uint64_t *keys = make_keys(l, &count);
    ref at;
    edge *out = put(l, count * sizeof *out, sizeof *out, &at);
    size_t i = 0;
    for (uint32_t number = 0; out != NULL && number < unit_count; number++) {
        size_t start = i;
        while (i < count && keys[i] >> 32 == number) {
            out[i] = (edge)keys[i];
            i++;
        }
        if (i > start) {
            units[number].edges = (struct list){ at + (ref)(start * sizeof *out), (uint32_t)(i - start) };
        }
    }
}

/* --- services, execs, commands --- */

static void put_services(struct loader *l)
{
    const struct vec *all = &l->services.blobs;
    ref at;
    struct unit_service *out = put(l, all->count * sizeof *out, 8, &at);
    head(l)->services = (struct list){ at, all->count };
    for (uint32_t i = 0; out != NULL && i < all->count; i++) {
        const struct blob *b = (const struct blob *)all->at + i;
        memcpy(&out[i], b->at, sizeof out[i]);
        size_t more = b->size - sizeof out[i];
        ref list;
        char *values = put(l, more, 1, &list);
        out[i].exits.at = list;
        if (values != NULL) {
            memcpy(values, b->at + sizeof out[i], more);
        }
    }
}

static void put_execs(struct loader *l)
{
    const struct vec *all = &l->execs.blobs;
    ref at;
    struct unit_exec *out = put(l, all->count * sizeof *out, 8, &at);
    head(l)->execs = (struct list){ at, all->count };
    for (uint32_t i = 0; out != NULL && i < all->count; i++) {
        const struct blob *b = (const struct blob *)all->at + i;
        memcpy(&out[i], b->at, sizeof out[i]);
        const char *from = b->at + sizeof out[i];
        for (unsigned k = 0; k < EXEC_LISTS; k++) {
            struct list *list = (struct list *)((char *)&out[i] + exec_shapes[k].at);
            size_t n = (size_t)list->count * exec_shapes[k].element;
            char *values = put(l, n, exec_shapes[k].align, &list->at);
            if (values != NULL) {
                memcpy(values, from, n);
            }
            from += n;
        }
    }
}

/* Their strings: these are shared with nobody, so that reading them all takes no longer than the snapshot is. */
static void put_command_strings(struct loader *l, struct unit_command *out)
{
    const struct draft_command *all = l->commands.at;
    for (uint32_t i = 0; i < l->commands.count; i++) {
        const struct draft_command *c = &all[i];
        ref argv = pool_bytes(&l->pool, c->argv, c->argv_size);
        out[i] = (struct unit_command){
            .path = strcmp(c->argv, c->path) == 0 ? argv : pool_string(&l->pool, c->path),
            .argv = argv,
            .argc = c->argc,
            .phase = c->phase,
            .flags = c->flags,
        };
    }
}

/* --- units --- */

static void put_units(struct loader *l, struct draft **drafts, uint32_t count,
                      const struct unit_command *commands)
{
    ref at;
    ref commands_at;
    struct unit *units = put(l, count * sizeof *units, 8, &at);
    struct unit_command *out = put(l, l->commands.count * sizeof *out, 8, &commands_at);
    if (units == NULL || out == NULL) {
        return;
    }
    const struct snapshot *s = head(l);
    head(l)->units = (struct list){ at, count };
    if (l->commands.count > 0) {
        memcpy(out, commands, l->commands.count * sizeof *out);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct draft *d = drafts[i];
        units[i] = (struct unit){
            .name = pool_string(&l->pool, d->node->name),
            .description = d->description,
            .path = d->path,
            .type = d->type,
            .flags = d->flags,
        };
        if (d->type == UNIT_SERVICE) {
            units[i].service = s->services.at + d->service * (ref)sizeof(struct unit_service);
            units[i].exec = s->execs.at + d->exec * (ref)sizeof(struct unit_exec);
        }
        if (d->command_count > 0) {
            units[i].commands.at = commands_at + d->first_command * (ref)sizeof *out;
            units[i].commands.count = d->command_count;
        }
    }
    put_edges(l, units, count);
}

static const char *alias_name(const void *node)
{
    return ((const struct node *)node)->name;
}

/* Names that lead to a unit with another name, sorted. */
static struct node **collect_aliases(struct loader *l, uint32_t *count)
{
    struct node **all = arena_take(&l->arena, (l->names.count + 1) * sizeof(struct node *));
    *count = 0;
    for (uint32_t i = 0; i < l->names.room; i++) {
        struct node *node = l->names.table[i];
        if (node != NULL && node->unit != NULL && node->unit != node && node->unit->draft != NULL &&
            node->unit->draft->number != NO_NUMBER) {
            all[(*count)++] = node;
        }
    }
    sort_by_name(&l->arena, (void **)all, *count, alias_name);
    return all;
}

static void put_aliases(struct loader *l, struct node **nodes, uint32_t count)
{
    ref at;
    struct alias *out = put(l, count * sizeof *out, 4, &at);
    for (uint32_t i = 0; out != NULL && i < count; i++) {
        out[i] = (struct alias){ pool_string(&l->pool, nodes[i]->name), nodes[i]->unit->draft->number };
    }
    head(l)->aliases = (struct list){ at, count };
}

static void put_findings(struct loader *l)
{
    ref at;
    struct finding *out = put(l, l->findings.count * sizeof *out, 4, &at);
    for (uint32_t i = 0; out != NULL && i < l->findings.count; i++) {
        out[i] = ((const struct finding *)l->findings.at)[i];
        if (out[i].unit != UINT32_MAX) {
            out[i].unit = draft_at(l, out[i].unit)->number;
        }
    }
    head(l)->findings = (struct list){ at, l->findings.count };
}

/* Every string that is still to come must be in the pool before the arrays begin. */
static struct unit_command *finish_strings(struct loader *l, struct draft **units, uint32_t count,
                                           struct node **aliases, uint32_t alias_count)
{
    struct unit_command *commands = arena_take(&l->arena, (l->commands.count + 1) * sizeof *commands);
    put_command_strings(l, commands);
    for (uint32_t i = 0; i < count; i++) {
        (void)pool_string(&l->pool, units[i]->node->name);
    }
    for (uint32_t i = 0; i < alias_count; i++) {
        (void)pool_string(&l->pool, aliases[i]->name);
    }
    const ref start = sizeof(struct snapshot);
    head(l)->strings = (struct list){ start, (uint32_t)l->pool.block.used - start };
    return commands;
}

int write_snapshot(struct loader *l, struct draft *root, int fd)
{
    uint32_t count;
    uint32_t alias_count;
    struct draft **units = number_units(l, &count);
    struct node **aliases = collect_aliases(l, &alias_count);
    const struct unit_command *commands = finish_strings(l, units, count, aliases, alias_count);
    put_services(l);
    put_execs(l);
    put_units(l, units, count, commands);
    put_aliases(l, aliases, alias_count);
    put_findings(l);
    if (l->pool.full || count > UNITS_MAX) {
        return -E2BIG;
    }
    struct snapshot *s = head(l);
    s->magic = SNAPSHOT_MAGIC;
    s->root = root->number;
    l->pool.block.used = (l->pool.block.used + 7) & ~(size_t)7;
    s->size = (uint32_t)l->pool.block.used;
    s->checksum = snapshot_checksum(s, s->size);
    return fd_write_all(fd, s, s->size);
}
