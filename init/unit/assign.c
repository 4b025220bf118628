#include "unit/assign.h"

#include "unit/finding.h"
#include "unit/lexer.h"
#include "unit/names.h"
#include "unit/value.h"

#include "base/nearest.h"

#include <string.h>

/* Where the lines go that come now. */
enum {
    NOWHERE = SECTIONS, /* an unknown section was told, an ignored one was not worth it */
    BEFORE_ANY,
};

static const char *const foreign_sections[] = {
    "Socket", "Timer", "Path", "Mount", "Automount", "Swap", "Slice", "Scope", "Device", "Target",
};

/* What an unknown word is: an error in the first folder, elsewhere a warning. */
static enum severity unknown(const struct assignment *a)
{
    return a->strict ? FINDING_ERROR : FINDING_WARNING;
}

static unsigned enter_section(struct assignment *a, const char *name)
{
    for (unsigned i = 0; i < SECTIONS; i++) {
        if (strcmp(name, directive_sections[i]) == 0 && (i != SECTION_SERVICE || a->service != NULL)) {
            if (i == SECTION_SERVICE) {
                a->service->has_service_section = true;
            }
            return i;
        }
    }
    if (strncmp(name, "X-", 2) == 0 || (a->service == NULL && strcmp(name, "Target") == 0)) {
        return NOWHERE;
    }
    for (unsigned i = 0; i < sizeof foreign_sections / sizeof foreign_sections[0]; i++) {
        if (strcmp(name, foreign_sections[i]) == 0 || (strcmp(name, "Service") == 0)) {
            finding_add(a, unknown(a), "a [", name, "] section has no place in a ",
                        unit_suffixes[a->draft->node->suffix] + 1, NULL);
            return NOWHERE;
        }
    }
    struct nearest nearest = { .word = name };
    for (unsigned i = 0; i < SECTIONS; i++) {
        nearest_offer(&nearest, directive_sections[i]);
    }
    if (nearest.best != NULL) {
        finding_add(a, unknown(a), "there is no section [", name, "]; is [", nearest.best, "] meant?", NULL);
    } else {
        finding_add(a, unknown(a), "there is no section [", name, "]", NULL);
    }
    return NOWHERE;
}

static void say_unknown(const struct assignment *a, enum directive_section section, const char *name)
{
    const char *nearest = directive_nearest(section, name);
    for (unsigned other = 0; other < SECTIONS; other++) {
        if (directive_find(a->loader, other, name) != NULL) {
            finding_add(a, unknown(a), name, "= belongs into [", directive_sections[other], "], not into [",
                        directive_sections[section], "]", NULL);
            return;
        }
    }
    if (nearest != NULL) {
        finding_add(a, unknown(a), "there is no directive ", name, "= in [", directive_sections[section],
                    "]; is ", nearest, "= meant?", NULL);
    } else {
        finding_add(a, unknown(a), "there is no directive ", name, "= in [", directive_sections[section], "]",
                    NULL);
    }
}

/* Whether VALUE asks for nothing at all. */
static bool is_off(const struct directive *row, const char *value)
{
    return *value == '\0' || value_bool(value) == 0 || (row->off != NULL && strcmp(value, row->off) == 0);
}

/* A protection is told of once, at the end: a drop-in may have turned it off again. */
static void note_protection(const struct assignment *a, bool off)
{
    struct vec *list = &a->service->protections;
    struct protection *all = list->at;
    for (uint32_t i = 0; i < list->count; i++) {
        if (all[i].row == a->row) {
            if (off) {
                memmove(&all[i], &all[i + 1], (list->count - i - 1) * sizeof all[i]);
                list->count--;
            }
            return;
        }
    }
    if (!off) {
        struct protection *p = vec_add(&a->loader->arena, list, sizeof *p);
        *p = (struct protection){ a->row, a->file, a->line };
    }
}

static void assign(struct assignment *a, char *value)
{
    const struct directive *row = a->row;
    if (row->status == HONOURED) {
        row->parse(a, value);
    } else if ((row->flags & PROTECTS) != 0) {
        note_protection(a, is_off(row, value));
    } else if (is_off(row, value) || (row->flags & QUIET) != 0) {
        return;
    } else if ((row->flags & ESSENTIAL) != 0) {
        finding_add(a, FINDING_ERROR, row->name, "= is not there: ", row->because, NULL);
    } else if (row->status == REFUSED) {
        finding_add(a, FINDING_WARNING, row->name, "= is without effect: ", row->because, NULL);
    } else {
        finding_add(a, FINDING_NOTE, row->name, "= is without effect: ", row->because, NULL);
    }
}

static void take_assignment(struct assignment *a, unsigned section, struct statement *s)
{
    if (section == BEFORE_ANY) {
        finding_add(a, unknown(a), "this line stands before the first section", NULL);
        return;
    }
    if (section == NOWHERE || strncmp(s->key, "X-", 2) == 0) {
        return;
    }
    a->vital = false;
    a->row = directive_find(a->loader, section, s->key);
    if (a->row != NULL && section == SECTION_INSTALL && a->loader->request->on_install != NULL) {
        a->loader->request->on_install(a->loader->request->context, a->draft->node->name, s->key, s->value);
    } else if (a->row != NULL) {
        assign(a, s->value);
    } else {
        say_unknown(a, section, s->key);
    }
    a->row = NULL;
    a->vital = false;
}

void assign_file(struct assignment *a)
{
    struct lexer *x = &a->loader->lexer;
    struct statement s;
    unsigned section = BEFORE_ANY;
    if (a->loader->request->on_file != NULL) {
        a->loader->request->on_file(a->loader->request->context, a->draft->node->name, a->file);
    }
    lexer_open(x, &a->loader->arena, a->file->text, a->file->size);
    while (lexer_next(x, &s)) {
        a->line = s.line;
        switch (s.kind) {
        case STATEMENT_SECTION: section = enter_section(a, s.key); break;
        case STATEMENT_ASSIGNMENT: take_assignment(a, section, &s); break;
        case STATEMENT_WRONG: finding_value(a, s.problem, NULL); break;
        case STATEMENT_BROKEN: finding_add(a, FINDING_ERROR, s.problem, NULL); return;
        }
    }
    a->line = 0;
}
