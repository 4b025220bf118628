#include "unit/directive.h"

#include "unit/hash.h"

#include "base/nearest.h"

#include <string.h>

const char *const directive_sections[SECTIONS] = {
    [SECTION_UNIT] = "Unit",
    [SECTION_SERVICE] = "Service",
    [SECTION_INSTALL] = "Install",
};

const struct directive_table *const directive_tables[] = {
    &directives_unit,
    &directives_service,
    &directives_exec,
    &directives_sandbox,
    &directives_kill,
    &directives_resource,
    NULL,
};

/* A row's number: its table in the upper bits, its place in the lower ones; 0 is none. */
enum { ROW_BITS = 10 };

static const struct directive *row_of(uint16_t number)
{
    return &directive_tables[(number - 1) >> ROW_BITS]->rows[(number - 1) & ((1 << ROW_BITS) - 1)];
}

static uint32_t slot_of(enum directive_section section, const char *name)
{
    return ((uint32_t)hash_bytes(name, strlen(name)) + section) % DIRECTIVE_SLOTS;
}

void directive_index(struct loader *l)
{
    for (unsigned t = 0; directive_tables[t] != NULL; t++) {
        for (unsigned i = 0; i < directive_tables[t]->count; i++) {
            const struct directive *row = &directive_tables[t]->rows[i];
            uint32_t slot = slot_of(row->section, row->name);
            while (l->directives[slot] != 0) {
                slot = (slot + 1) % DIRECTIVE_SLOTS;
            }
            l->directives[slot] = (uint16_t)((t << ROW_BITS | i) + 1);
        }
    }
}

const struct directive *directive_find(const struct loader *l, enum directive_section section,
                                       const char *name)
{
    uint32_t slot = slot_of(section, name);
    for (; l->directives[slot] != 0; slot = (slot + 1) % DIRECTIVE_SLOTS) {
        const struct directive *row = row_of(l->directives[slot]);
        if (row->section == section && strcmp(row->name, name) == 0) {
            return row;
        }
    }
    return NULL;
}

const char *directive_nearest(enum directive_section section, const char *name)
{
    struct nearest nearest = { .word = name };
    for (unsigned t = 0; directive_tables[t] != NULL; t++) {
        for (unsigned i = 0; i < directive_tables[t]->count; i++) {
            if (directive_tables[t]->rows[i].section == section) {
                nearest_offer(&nearest, directive_tables[t]->rows[i].name);
            }
        }
    }
    return nearest.best;
}
