#include "unit/carry.h"

#include "unit/edges.h"
#include "unit/find.h"
#include "unit/finish.h"
#include "unit/names.h"
#include "unit/shape.h"

#include <string.h>

void carry_want_alive(struct loader *l)
{
    const struct snapshot *old = l->request->old;
    for (uint32_t i = 0; old != NULL && i < old->units.count; i++) {
        if (!l->request->alive[i]) {
            continue;
        }
        struct node *node = names_node(l, unit_name(old, i));
        if (find_unit(l, node) != node) {
            node->unit = node; /* its name leads elsewhere now, but while it lives it is itself */
            node->file = NULL;
        }
        (void)edges_want(l, node);
    }
}

static ref keep_string(struct loader *l, const struct snapshot *old, ref at)
{
    return at == 0 ? 0 : pool_string(&l->pool, snapshot_string(old, at));
}

static void keep_list(struct loader *l, const struct snapshot *old, const struct list *list,
                      const struct list_shape *shape, struct vec *to)
{
    for (uint32_t i = 0; i < list->count; i++) {
        char *element = vec_add(&l->arena, to, shape->element);
        memcpy(element, (const char *)snapshot_at(old, list->at) + (size_t)i * shape->element,
               shape->element);
        if (shape->has_string) {
            ref at;
            memcpy(&at, element, sizeof at);
            at = keep_string(l, old, at);
            memcpy(element, &at, sizeof at);
        }
    }
}

static void keep_exec(struct loader *l, const struct snapshot *old, const struct unit_exec *from)
{
    struct draft_service *s = &l->service;
    memcpy(&s->exec, from, sizeof s->exec);
    s->exec.user = keep_string(l, old, from->user);
    s->exec.group = keep_string(l, old, from->group);
    s->exec.directory = keep_string(l, old, from->directory);
    s->exec.tty_path = keep_string(l, old, from->tty_path);
    for (unsigned i = 0; i < 3; i++) {
        s->exec.stdio[i].path = keep_string(l, old, from->stdio[i].path);
    }
    for (unsigned i = 0; i < EXEC_LISTS; i++) {
        const struct list *list = (const struct list *)((const char *)from + exec_shapes[i].at);
        keep_list(l, old, list, &exec_shapes[i], &s->lists[i]);
    }
}

static void keep_commands(struct loader *l, const struct snapshot *old, const struct unit *u)
{
    const struct unit_command *commands = snapshot_at(old, u->commands.at);
    for (uint32_t i = 0; i < u->commands.count; i++) {
        const char *argv = snapshot_string(old, commands[i].argv);
        const char *end = argv;
        for (uint32_t k = 0; k < commands[i].argc; k++) {
            end += strlen(end) + 1;
        }
        struct draft_command *c = vec_add(&l->arena, &l->service.commands, sizeof *c);
        *c = (struct draft_command){
            .path = snapshot_string(old, commands[i].path),
            .argv = argv,
            .argv_size = (uint32_t)(end - argv),
            .argc = commands[i].argc,
            .phase = commands[i].phase,
            .flags = commands[i].flags,
        };
    }
}

/* The unit's own order and needs. Who wants it, the files of today say. */
static void keep_edges(struct loader *l, const struct snapshot *old, const struct unit *u, struct draft *d)
{
    const edge *edges = snapshot_at(old, u->edges.at);
    for (uint32_t i = 0; i < u->edges.count; i++) {
        enum edge_kind kind = EDGE_KIND(edges[i]);
        if (kind != EDGE_REQUIRED_BY && kind != EDGE_WANTS && kind != EDGE_WANTED_BY) {
            struct node *other = find_unit(l, names_node(l, unit_name(old, EDGE_UNIT(edges[i]))));
            edges_add(l, d, kind, edges_draft(l, other));
        }
    }
}

bool carry_over(struct loader *l, struct draft *d)
{
    const struct snapshot *old = l->request->old;
    int64_t number = old == NULL ? -1 : snapshot_find(old, d->node->name);
    if (number < 0 || !l->request->alive[number] ||
        strcmp(unit_name(old, (uint32_t)number), d->node->name) != 0) {
        return false;
    }
    const struct unit *u = snapshot_unit(old, (uint32_t)number);
    d->description = keep_string(l, old, u->description);
    d->path = keep_string(l, old, u->path);
    keep_edges(l, old, u, d);
    if (u->type == UNIT_SERVICE) {
        const struct unit_service *s = snapshot_at(old, u->service);
        finish_begin(&l->service);
        memcpy(&l->service.service, s, sizeof *s);
        for (uint32_t i = 0; i < s->exits.count; i++) {
            struct exit_value *v = vec_add(&l->arena, &l->service.exits, sizeof *v);
            *v = ((const struct exit_value *)snapshot_at(old, s->exits.at))[i];
        }
        l->service.service.exits = (struct list){ 0 };
        l->service.service.pid_file = keep_string(l, old, s->pid_file);
        keep_exec(l, old, snapshot_at(old, u->exec));
        keep_commands(l, old, u);
        finish_share(l, d);
    }
    return true;
}
