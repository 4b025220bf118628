#include "ctl/times.h"

#include <stdlib.h>
#include <string.h>

enum { DECIMALS = 9 };

uint64_t times_field(const char *line, const char *key)
{
    struct field f = talk_field(line, key);
    uint64_t value = 0;
    unsigned decimals = 0;
    bool fraction = false;
    for (size_t i = 0; i < f.len && decimals < DECIMALS; i++) {
        decimals += fraction;
        value = f.at[i] == '.' ? value : value * 10 + (uint64_t)(f.at[i] - '0');
        fraction = fraction || f.at[i] == '.';
    }
    for (; f.len > 0 && decimals < DECIMALS; decimals++) {
        value *= 10;
    }
    return value;
}

/* What LINE tells of its unit's times. */
static struct span span_of(const char *line)
{
    struct span s = { .line = line,
                      .begun_ns = times_field(line, "begun"),
                      .up_ns = times_field(line, "ready") };
    bool over = talk_is(line, "active", "inactive") || talk_is(line, "active", "failed");
    s.end_ns = over ? times_field(line, "since") : 0;
    if (s.up_ns < s.begun_ns) {
        s.up_ns = s.end_ns; /* it never stayed up: its work is done when it ends */
    }
    return s;
}

int times_ask(const struct ctl *c, struct times *times)
{
    struct answer answer;
    int status = talk(c, "list", NULL, NULL, show_keep, &times->units, &answer);
    status = status == 0 ? talk(c, "status", NULL, NULL, show_keep, &times->manager, &answer) : status;
    times->spans = units_take(times->units.len + sizeof *times->spans); /* a record is longer than a span */
    if (status != 0 || times->spans == NULL || times->manager.at == NULL) {
        return status == 0 ? CTL_FAILED : status;
    }
    for (const char *line = told_next(&times->units, NULL); line != NULL;
         line = told_next(&times->units, line)) {
        struct span span = span_of(line);
        if (span.begun_ns != 0) {
            times->spans[times->count++] = span;
        }
    }
    return 0;
}

static const char *const columns[] = { "took", "ready", "unit", NULL };

static void keep_span(struct told *told, const struct span *span)
{
    char record[TALK_LINE] = "";
    struct text t = TEXT_OVER(record);
    text_add(&t, "took:");
    text_seconds(&t, times_took(span), 6);
    record_time(&t, "ready", span->up_ns);
    text_char(&t, '\t');
    text_add_n(&t, span->line, strcspn(span->line, "\t")); /* unit=NAME */
    show_keep(told, record);
}

static int by_took(const void *a, const void *b)
{
    uint64_t x = times_took(a);
    uint64_t y = times_took(b);
    return (x < y) - (x > y);
}

/* Units by how long they took to start, the longest first. */
int ctl_blame(struct ctl *c)
{
    struct times times = { 0 };
    struct told told = { 0 };
    int status = times_ask(c, &times);
    if (status == 0) {
        qsort(times.spans, times.count, sizeof *times.spans, by_took);
    }
    for (unsigned i = 0; i < times.count; i++) {
        keep_span(&told, &times.spans[i]);
    }
    show_table(c, &told, columns);
    return status;
}

static const struct span *span_named(const struct times *times, const char *name)
{
    for (unsigned i = 0; i < times->count; i++) {
        if (talk_is(times->spans[i].line, "unit", name)) {
            return &times->spans[i];
        }
    }
    return NULL;
}

/* Of the units that UNIT starts after, the one that was up last before SPAN began: it is what SPAN waited for. */
static int64_t waited_for(const struct snapshot *s, const struct times *times, uint32_t unit,
                          const struct span *span)
{
    const struct unit *u = snapshot_unit(s, unit);
    const edge *edges = snapshot_at(s, u->edges.at);
    const struct span *latest = NULL;
    int64_t found = -1;
    for (uint32_t i = 0; i < u->edges.count; i++) {
        const struct span *other = EDGE_KIND(edges[i]) != EDGE_AFTER
                                       ? NULL
                                       : span_named(times, unit_name(s, EDGE_UNIT(edges[i])));
        if (other != NULL && other->up_ns != 0 && other->up_ns <= span->begun_ns &&
            other->begun_ns < span->begun_ns && (latest == NULL || other->up_ns > latest->up_ns)) {
            latest = other;
            found = EDGE_UNIT(edges[i]);
        }
    }
    return found;
}

/* UNIT, what it waited for, what that waited for, and so on; each began before the one above, so it ends. */
int ctl_critical_chain(struct ctl *c)
{
    struct times times = { 0 };
    struct told told = { 0 };
    struct load_request request = { 0 };
    const struct snapshot *s;
    int status = times_ask(c, &times);
    status = status == 0 ? units_read(c, &request, &s) : status;
    if (status != 0) {
        return status;
    }
    int64_t unit = c->count == 0 ? s->root : units_find(s, c->args[0]);
    const struct span *span;
    while (unit >= 0 && (span = span_named(&times, unit_name(s, (uint32_t)unit))) != NULL) {
        keep_span(&told, span);
        unit = waited_for(s, &times, (uint32_t)unit, span);
    }
    show_table(c, &told, columns);
    return unit < -1 ? CTL_NO_UNIT : 0;
}
