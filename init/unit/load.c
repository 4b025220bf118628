#include "unit/load.h"

#include "unit/assign.h"
#include "unit/carry.h"
#include "unit/edges.h"
#include "unit/find.h"
#include "unit/finding.h"
#include "unit/finish.h"
#include "unit/lexer.h"
#include "unit/merge.h"
#include "unit/names.h"
#include "unit/targets.h"
#include "unit/write.h"

#include "base/nearest.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define ARENA_SIZE ((size_t)1 << 30)

/* The names that mean something to primer itself. */
static const char default_target[] = "default.target";
static const char sysinit_target[] = "sysinit.target";

static struct assignment place(struct loader *l, struct draft *d, struct entry *file)
{
    return (struct assignment){
        .loader = l,
        .draft = d,
        .service = d->type == UNIT_SERVICE ? &l->service : NULL,
        .file = file,
        .strict = file != NULL && file->folder == 0,
    };
}

/* Reads D's own file. */
static void load_file(struct loader *l, struct draft *d)
{
    struct entry *file = d->node->file;
    struct assignment a = place(l, d, file);
    if (d->node->masked) {
        d->flags |= UNIT_MASKED;
    } else if (d->node->problem != NULL) {
        finding_add(&a, FINDING_ERROR, d->node->problem, NULL);
    } else if (file != NULL && find_read(&a, file, FINDING_ERROR)) {
        if (file->size == 0) {
            d->flags |= UNIT_MASKED; /* systemd.unit(5): an empty file */
        } else {
            assign_file(&a);
        }
    } else if (file != NULL) {
        d->flags |= UNIT_BAD; /* also where another unit with this template has said why */
    } else if (d->node->built_in) {
        targets_make(l, d);
    } else {
        d->flags |= UNIT_NOT_FOUND;
    }
}

static void load_unit(struct loader *l, struct draft *d)
{
    const uint8_t unusable = UNIT_NOT_FOUND | UNIT_MASKED | UNIT_BAD;
    struct assignment a = place(l, d, d->node->file);
    d->state = DRAFT_LOADED;
    d->path = d->node->file != NULL ? finding_path(l, d->node->file) : 0;
    l->findings_of_unit = 0;
    finish_begin(&l->service);
    uint32_t first_edge = l->edges.count;
    load_file(l, d);
    if ((d->flags & unusable) == 0 && l->folder_nodes.count > 0) {
        merge_drop_ins(&a);
    }
    if (d->type == UNIT_SERVICE) {
        finish_service(&a);
    }
    if ((d->flags & unusable) != 0) {
        l->edges.count = first_edge; /* what cannot start asks for nothing */
        (void)carry_over(l, d);
    } else {
        edges_add_defaults(l, d);
    }
    if (strcmp(d->node->name, sysinit_target) == 0) {
        d->flags |= UNIT_BOOT_WORK;
    }
}

static void load_queue(struct loader *l)
{
    for (uint32_t i = 0; i < l->queue.count; i++) {
        load_unit(l, ((struct draft **)l->queue.at)[i]);
    }
}

/* A file of the first folder that is nearly a unit's: "web.servce", "my web.service". */
static void check_name(struct loader *l, struct node *node)
{
    struct assignment a = { .loader = l, .file = node->entries };
    const char *dot = strrchr(node->name, '.');
    struct nearest nearest = { .word = dot };
    if (dot == NULL || node->entries->type == DT_DIR) {
        return;
    }
    for (unsigned i = 0; i < SUFFIXES; i++) {
        nearest_offer(&nearest, unit_suffixes[i]);
    }
    if (nearest.best != NULL && strcmp(nearest.best, dot) == 0) {
        finding_add(&a, FINDING_WARNING, "this is not read: \"", node->name,
                    "\" cannot be the name of a unit", NULL);
    } else if (nearest.best != NULL) {
        finding_add(&a, FINDING_WARNING, "this is not read: it is no unit's name; is \"", nearest.best,
                    "\" meant?", NULL);
    }
}

/* Whether NODE is a unit file of the first folder that starts by being there. */
static bool counts_as_dropped(struct loader *l, struct node *node)
{
    if (node == NULL || node->entries == NULL || node->entries->folder != 0) {
        return false;
    }
    if (node->kind == NAME_INVALID) {
        check_name(l, node);
        return false;
    }
    if (node->kind != NAME_TEMPLATE && node->suffix > SUFFIX_TARGET) {
        struct assignment a = { .loader = l, .file = node->entries };
        finding_add(&a, FINDING_WARNING, "primer has no ", unit_suffixes[node->suffix] + 1, " units yet",
                    NULL);
        return false;
    }
    return node->kind != NAME_TEMPLATE;
}

/*
 * Every unit file of the first folder is loaded, and wanted by DEFAULT_TARGET unless that is NULL. In the order of the
 * table, which a listing's order does not change: findings come in the same order every time.
 */
static void load_first_folder(struct loader *l, struct draft *wanting)
{
    struct node **all = arena_take(&l->arena, l->names.count * sizeof *all);
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->names.room; i++) {
        if (l->names.table[i] != NULL) {
            all[count++] = l->names.table[i];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        struct node *node = all[i];
        if (!counts_as_dropped(l, node)) {
            continue;
        }
        struct node *unit = find_unit(l, node);
        struct draft *d = edges_want(l, unit);
        if (wanting != NULL && wanting != d && !unit->masked) {
            edges_add(l, wanting, EDGE_WANTS, d);
        }
    }
}

/* The default.target that is there when no file is: it wants what is in the first folder. */
static struct draft *make_default(struct loader *l)
{
    struct node *node = names_node(l, default_target);
    node->unit = node;
    node->built_in = false;
    node->file = NULL;
    struct draft *d = edges_draft(l, node);
    d->state = DRAFT_LOADED;
    d->flags = UNIT_BUILT_IN;
    d->description = pool_string(&l->pool, "Everything in the first folder");
    struct assignment a = { .loader = l, .draft = d };
    edges_add_name(&a, EDGE_REQUIRES, "basic.target");
    edges_add_name(&a, EDGE_AFTER, "basic.target");
    edges_add_defaults(l, d);
    return d;
}

static struct draft *load_root(struct loader *l)
{
    if (l->request->root != NULL) {
        return edges_want(l, find_unit(l, names_node(l, l->request->root)));
    }
    const struct node *node = names_find_n(l, default_target, sizeof default_target - 1);
    if (node != NULL && node->entries != NULL && node->entries->folder == 0) {
        return edges_want(l, find_unit(l, names_node(l, default_target)));
    }
    return make_default(l);
}

/* A name that a person has given, on the command line say: what is wrong with it is worth an error. */
static struct draft *want_by_name(struct loader *l, const char *name)
{
    enum unit_suffix suffix = SUFFIXES;
    enum name_kind kind = name_kind(name, strlen(name), &suffix);
    struct assignment a = { .loader = l };
    if (kind == NAME_INVALID || kind == NAME_TEMPLATE || suffix > SUFFIX_TARGET) {
        finding_add(&a, FINDING_ERROR, "\"", name, "\" is not the name of a service or target", NULL);
        return NULL;
    }
    struct node *unit = find_unit(l, names_node(l, name));
    if (!find_exists(unit)) {
        finding_add(&a, FINDING_ERROR, "there is no file for ", name, NULL);
    }
    return edges_want(l, unit);
}

static int load_all(struct loader *l, int fd)
{
    const struct load_request *request = l->request;
    int r = find_folders(l, request->folders != NULL ? request->folders : load_folders);
    if (r < 0) {
        return r;
    }
    find_named_folders(l);
    struct draft *root = request->root != NULL ? want_by_name(l, request->root) : load_root(l);
    if (root == NULL) {
        root = make_default(l); /* a snapshot has a root; this one wants nothing */
        load_first_folder(l, NULL);
    } else {
        load_first_folder(l, root->flags & UNIT_BUILT_IN ? root : NULL);
    }
    for (const char *const *name = request->names; name != NULL && *name != NULL; name++) {
        (void)want_by_name(l, *name);
    }
    carry_want_alive(l);
    load_queue(l);
    edges_order_targets(l);
    return write_snapshot(l, root, fd);
}

void load_folders_behind(const char *first, const char *folders[LOAD_FOLDERS])
{
    unsigned i = 1;
    for (folders[0] = first; i < LOAD_FOLDERS - 1 && load_folders[i] != NULL; i++) {
        folders[i] = load_folders[i];
    }
    folders[i] = NULL;
}

int load_units(const struct load_request *request, int fd)
{
    struct arena arena;
    int r = arena_open(&arena, ARENA_SIZE);
    if (r < 0) {
        return r;
    }
    struct loader *l = arena_take(&arena, sizeof *l);
    l->arena = arena;
    l->request = request;
    r = pool_open(&l->pool, &l->arena);
    if (r == 0) {
        directive_index(l);
        r = load_all(l, fd);
        find_close(l);
        pool_close(&l->pool);
    }
    arena = l->arena;
    arena_close(&arena);
    return r;
}
