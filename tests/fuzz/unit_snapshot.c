/*
 * The check of a snapshot over arbitrary bytes, once as they are and once under a right checksum, so that it is looked
 * behind. What the check accepts must be safe to walk.
 */
#include "unit/snapshot.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const struct snapshot *s)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < s->units.count; i++) {
        const struct unit *u = snapshot_unit(s, i);
        const edge *edges = snapshot_at(s, u->edges.at);
        const struct unit_command *c = snapshot_at(s, u->commands.at);
        for (uint32_t k = 0; k < u->edges.count; k++) {
            sum += strlen(unit_name(s, EDGE_UNIT(edges[k])));
        }
        for (uint32_t k = 0; k < u->commands.count; k++) {
            const char *argv = snapshot_string(s, c[k].argv);
            for (uint32_t n = 0; n < c[k].argc; n++) {
                argv += strlen(argv) + 1;
            }
            sum += strlen(snapshot_string(s, c[k].path));
        }
        if ((uint64_t)snapshot_find(s, unit_name(s, i)) != i) {
            abort();
        }
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < sizeof(struct snapshot)) {
        (void)snapshot_check(data, size);
        return 0;
    }
    struct snapshot *copy = malloc(size);
    memcpy(copy, data, size);
    (void)snapshot_check(copy, size);
    copy->magic = SNAPSHOT_MAGIC;
    copy->size = (uint32_t)size;
    copy->checksum = snapshot_checksum(copy, size);
    volatile size_t sum = snapshot_check(copy, size) == 0 ? walk(copy) : 0;
    (void)sum;
    free(copy);
    return 0;
}
