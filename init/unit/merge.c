#include "unit/merge.h"

#include "unit/assign.h"
#include "unit/edges.h"
#include "unit/find.h"
#include "unit/names.h"
#include "unit/targets.h"

#include "base/sort.h"
#include "base/text.h"

#include <string.h>

enum { FOLDER_NAME_SIZE = UNIT_NAME_SIZE + 16 };

/* Which of two files with the same name counts: unit before other names before type, then folder, then name. */
enum {
    FOLDER_SHIFT = 16,
    RANK_OTHER_NAMES = 1 << 24,
    RANK_TYPE = 2 << 24,
};

/* The files that were found, by their last name; the first of a name counts. */
struct found {
    struct entry *entry;
    uint32_t order;
};

static int by_name(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    int r = strcmp(x->entry->base, y->entry->base);
    return r != 0 ? r : (x->order > y->order) - (x->order < y->order);
}

/* What is in the folders called NAME; RANK says how special that name is to the unit, less is more. */
static void collect_folder(struct assignment *a, const char *name, size_t n, uint32_t rank, struct vec *found)
{
    struct loader *l = a->loader;
    struct node *node = names_find_n(l, name, n);
    for (struct entry *e = node != NULL ? node->entries : NULL; e != NULL; e = e->next) {
        if (targets_hides(a->draft->node->name, e->parent)) {
            continue;
        }
        for (struct entry *file = find_inside(a, e); file != NULL; file = file->next) {
            struct found *f = vec_add(&l->arena, found, sizeof *f);
            *f = (struct found){ file, rank + ((uint32_t)e->folder << FOLDER_SHIFT) };
        }
    }
}

/*
 * The folders of a unit called NAME, more special ones first: its own, its template's, and for "foo-bar.service" those
 * of "foo-.service" too.
 */
static uint32_t collect_name(struct assignment *a, const char *name, const char *suffix, uint32_t rank,
                             struct vec *found)
{
    char folder[FOLDER_NAME_SIZE] = "";
    struct text t = TEXT_OVER(folder);
    text_add(&t, name);
    text_add(&t, suffix);
    collect_folder(a, folder, t.len, rank++, found);

    size_t instance_n;
    const char *instance = name_instance_of(name, &instance_n);
    if (instance_n > 0) {
        const char *template = name_instance(a->loader, name, "", 0);
        rank = template == NULL ? rank : collect_name(a, template, suffix, rank, found);
    }
    size_t prefix = name_prefix(name);
    size_t dash = prefix;
    while (dash > 0 && (name[dash - 1] != '-' || dash == prefix)) {
        dash--;
    }
    if (dash > 0) {
        char shorter[UNIT_NAME_SIZE] = "";
        struct text s = TEXT_OVER(shorter);
        text_add_n(&s, name, dash);
        text_add(&s, instance_n > 0 ? "@" : "");
        text_add_n(&s, instance, instance_n);
        text_add(&s, strrchr(name, '.'));
        rank = collect_name(a, shorter, suffix, rank, found);
    }
    return rank;
}

/* All files in all folders of A's unit and its other names, sorted by name, each name once. */
static struct vec collect(struct assignment *a, const char *suffix, bool of_type)
{
    struct vec found = { 0 };
    const struct node *unit = a->draft->node;
    collect_name(a, unit->name, suffix, 0, &found);
    for (uint32_t i = 0; i < unit->names.count; i++) {
        const struct node *other = ((struct node **)unit->names.at)[i];
        collect_name(a, other->name, suffix, RANK_OTHER_NAMES, &found);
    }
    if (of_type) {
        char folder[32] = "";
        struct text t = TEXT_OVER(folder);
        text_add(&t, unit_suffixes[unit->suffix] + 1);
        text_add(&t, suffix);
        collect_folder(a, folder, t.len, RANK_TYPE, &found);
    }
    struct found *all = found.at;
    uint32_t kept = 0;
    if (found.count > 0) {
        sort(all, found.count, sizeof *all, by_name);
    }
    for (uint32_t i = 0; i < found.count; i++) {
        if (kept == 0 || strcmp(all[kept - 1].entry->base, all[i].entry->base) != 0) {
            all[kept++] = all[i];
        }
    }
    found.count = kept;
    return found;
}

static bool is_conf(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

static void merge_links(struct assignment *a, const char *suffix, enum edge_kind kind)
{
    struct vec found = collect(a, suffix, false);
    for (uint32_t i = 0; i < found.count; i++) {
        struct entry *e = ((struct found *)found.at)[i].entry;
        struct assignment at = *a;
        at.file = e;
        at.line = 0;
        at.strict = false;
        if (find_is_link(e) && !find_is_mask(e)) { /* systemd looks at links alone */
            edges_add_name(&at, kind, e->base);
        }
    }
}

void merge_drop_ins(struct assignment *a)
{
    struct vec found = collect(a, ".d", true);
    for (uint32_t i = 0; i < found.count; i++) {
        struct entry *e = ((struct found *)found.at)[i].entry;
        struct assignment at = *a;
        at.file = e;
        at.strict = e->folder == 0;
        if (is_conf(e->base) && !find_is_mask(e) &&
            find_read(&at, e, at.strict ? FINDING_ERROR : FINDING_WARNING)) {
            assign_file(&at);
        }
    }
    merge_links(a, ".wants", EDGE_WANTS);
    merge_links(a, ".requires", EDGE_REQUIRES);
}
