/*
 * properties: all that is known of a unit, KEY=VALUE, a line each: the manager's record, and what its file makes of it.
 */
#include "ctl/units.h"

#include <string.h>

enum { ROOM = 64 << 10 };

static const char *const edge_keys[EDGE_KINDS] = {
    [EDGE_AFTER] = "after",
    [EDGE_BEFORE] = "before",
    [EDGE_REQUIRES] = "requires",
    [EDGE_REQUIRED_BY] = "required-by",
    [EDGE_WANTS] = "wants",
    [EDGE_WANTED_BY] = "wanted-by",
    [EDGE_CONFLICTS] = "conflicts",
    [EDGE_CONFLICTED_BY] = "conflicted-by",
    [EDGE_RELOADS] = "propagates-reload-to",
    [EDGE_RELOADED_BY] = "reload-propagated-from",
};

/* Whether --property names KEY; without it all are wanted. */
static bool is_wanted(const struct ctl *c, const char *key, size_t len)
{
    for (const char *at = c->property; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, ",");
        if (n == len && memcmp(at, key, len) == 0) {
            return true;
        }
        at += n + (at[n] == ',');
    }
    return c->property == NULL;
}

/* The units at the other end of the edges of each kind, with blanks between. */
static void put_edges(struct text *t, const struct snapshot *s, uint32_t unit)
{
    const struct unit *u = snapshot_unit(s, unit);
    const edge *edges = snapshot_at(s, u->edges.at);
    unsigned kind = EDGE_KINDS;
    for (uint32_t i = 0; i < u->edges.count; i++) {
        const char *name = unit_name(s, EDGE_UNIT(edges[i]));
        if (EDGE_KIND(edges[i]) == kind) {
            text_char(t, ' ');
            text_add(t, name);
        } else {
            kind = EDGE_KIND(edges[i]);
            record_put(t, edge_keys[kind], name);
        }
    }
}

/* Of RECORD, in place, what is wanted; as a record, or as lines. */
static void filter(const struct ctl *c, char *record)
{
    struct text t = { .at = record, .size = ROOM };
    bool last = *record == '\0';
    for (const char *at = record; !last;) {
        size_t whole = strcspn(at, "\t");
        size_t key = strcspn(at, "=:");
        last = at[whole] == '\0';
        if (is_wanted(c, at, key)) {
            memmove(record + t.len, at, whole);
            record[t.len + key] = c->json ? at[key] : '=';
            record[t.len + whole] = c->json ? '\t' : '\n';
            t.len += whole + 1;
        }
        at += whole + 1;
    }
    record[t.len - (t.len > 0)] = '\0';
}

int ctl_show(struct ctl *c)
{
    static char record[ROOM];
    struct load_request request = { 0 };
    const struct snapshot *s;
    int status = units_read(c, &request, &s);
    bool read = status == 0;
    for (unsigned i = 0; i < c->count && read; i++) {
        struct answer answer;
        struct told told = { 0 };
        struct text t = TEXT_OVER(record);
        int64_t unit = snapshot_find(s, c->args[i]);
        int result = talk(c, "status", c->args[i], NULL, show_keep, &told, &answer);
        if (result == 0 && told.at != NULL) {
            const char *second = told_next(&told, told.at);
            text_add(&t, told.at);
            if (second != NULL && strncmp(second, "path=", 5) == 0) {
                text_char(&t, '\t');
                text_add(&t, second);
            }
            if (unit >= 0) {
                put_edges(&t, s, (uint32_t)unit);
            }
            filter(c, record);
            show_text(i > 0 && !c->json ? "\n" : "");
            if (c->json) {
                show_object(record);
            } else {
                show_line(NULL, record);
            }
        }
        status = status == 0 ? result : status;
    }
    return status;
}
