/*
 * deps: what a unit requires and wants, and what that does, as a tree; or who requires and wants it.
 *
 * A unit that stands in it already is named again, without what is below it, so the tree is as long as there are edges.
 */
#include "ctl/units.h"

#include <string.h>

enum { DEPTH = 60, STEM = 8 };

struct tree {
    const struct ctl *c;
    const struct snapshot *s;
    struct told told; /* how the manager's units are */
    bool *seen;
    uint32_t path[DEPTH];
    char stem[DEPTH * STEM];
};

static const char *const kinds[EDGE_KINDS] = {
    [EDGE_REQUIRES] = "requires",
    [EDGE_WANTS] = "wants",
    [EDGE_REQUIRED_BY] = "required-by",
    [EDGE_WANTED_BY] = "wanted-by",
};

static bool is_shown(const struct tree *t, edge e)
{
    enum edge_kind kind = EDGE_KIND(e);
    return t->c->reverse ? kind == EDGE_REQUIRED_BY || kind == EDGE_WANTED_BY
                         : kind == EDGE_REQUIRES || kind == EDGE_WANTS;
}

static void print_json(const struct tree *t, uint32_t unit, unsigned depth, const char *kind)
{
    char record[TALK_LINE] = "";
    struct text r = TEXT_OVER(record);
    record_put(&r, "unit", unit_name(t->s, unit));
    record_put(&r, "of", depth == 0 ? NULL : unit_name(t->s, t->path[depth - 1]));
    record_put(&r, "kind", kind);
    record_number(&r, "depth", depth);
    show_object(record);
}

static void print_unit(const struct tree *t, uint32_t unit, size_t stem, const char *branch)
{
    char row[DEPTH * STEM + TALK_LINE] = "";
    struct text r = TEXT_OVER(row);
    show_mark(t->c, &r, told_unit(&t->told, unit_name(t->s, unit)));
    text_add_n(&r, t->stem, stem);
    text_add(&r, branch);
    text_add(&r, unit_name(t->s, unit));
    text_add(&r, t->seen[unit] && stem > 0 ? " (above)" : "");
    show_line(NULL, row);
}

/* UNIT's children, below a stem of so many bytes. */
static void walk(struct tree *t, uint32_t unit, unsigned depth,
                 size_t stem) /* NOLINT(misc-no-recursion): DEPTH */
{
    const struct unit *u = snapshot_unit(t->s, unit);
    const edge *edges = snapshot_at(t->s, u->edges.at);
    bool was_seen = t->seen[unit];
    t->seen[unit] = true;
    t->path[depth] = unit;
    if (was_seen || depth + 1 == DEPTH) {
        return;
    }
    uint32_t last = u->edges.count;
    while (last > 0 && !is_shown(t, edges[last - 1])) {
        last--;
    }
    for (uint32_t i = 0; i < last; i++) {
        bool more = i + 1 < last;
        size_t below = stem;
        if (!is_shown(t, edges[i])) {
            continue;
        }
        if (t->c->json) {
            print_json(t, EDGE_UNIT(edges[i]), depth + 1, kinds[EDGE_KIND(edges[i])]);
        } else {
            const char *bar = more ? "│ " : "  ";
            print_unit(t, EDGE_UNIT(edges[i]), stem, more ? "├─" : "└─");
            memcpy(t->stem + stem, bar, strlen(bar));
            below += strlen(bar);
        }
        walk(t, EDGE_UNIT(edges[i]), depth + 1, below);
    }
}

int ctl_deps(struct ctl *c)
{
    static struct tree t;
    struct load_request request = { 0 };
    struct answer answer;
    t.c = c;
    int status = units_read(c, &request, &t.s);
    bool read = status == 0;
    if (read && c->units == NULL) {
        status = talk(c, "list", NULL, NULL, show_keep, &t.told, &answer);
    }
    for (unsigned i = 0; i < c->count && read; i++) {
        int64_t unit = units_find(t.s, c->args[i]);
        t.seen = unit < 0 ? NULL : units_take(t.s->units.count);
        if (t.seen == NULL) {
            status = status == 0 ? CTL_NO_UNIT : status;
        } else if (c->json) {
            print_json(&t, (uint32_t)unit, 0, NULL);
            walk(&t, (uint32_t)unit, 0, 0);
        } else {
            print_unit(&t, (uint32_t)unit, 0, "");
            walk(&t, (uint32_t)unit, 0, 0);
        }
    }
    return status;
}
