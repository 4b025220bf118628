#include "unit/pool.h"

#include "unit/hash.h"

#include <string.h>

enum {
    TABLE_FIRST = 1024,
    SLACK = 64 << 10, /* room at the end, so that what follows a full pool is still inside */
};

int pool_open(struct pool *p, struct arena *arena)
{
    *p = (struct pool){ .arena = arena, .room = TABLE_FIRST };
    int r = arena_open(&p->block, SNAPSHOT_MAX);
    if (r < 0) {
        return r;
    }
    /* The first byte behind the head is the empty string. */
    p->block.used = sizeof(struct snapshot) + 1;
    p->table = arena_take(arena, p->room * sizeof *p->table);
    return 0;
}

void pool_close(struct pool *p)
{
    arena_close(&p->block);
}

const char *pool_at(const struct pool *p, ref at)
{
    return p->block.at + at;
}

ref pool_bytes(struct pool *p, const char *bytes, size_t size)
{
    if (size + SLACK > p->block.size - p->block.used) {
        p->full = true;
        return sizeof(struct snapshot);
    }
    ref at = (ref)p->block.used;
    memcpy(p->block.at + at, bytes, size);
    p->block.used += size;
    return at;
}

static void grow(struct pool *p)
{
    ref *old = p->table;
    uint32_t old_room = p->room;
    p->room *= 2;
    p->table = arena_take(p->arena, p->room * sizeof *p->table);
    for (uint32_t i = 0; i < old_room; i++) {
        if (old[i] != 0) {
            const char *s = pool_at(p, old[i]);
            uint32_t slot = (uint32_t)hash_bytes(s, strlen(s)) & (p->room - 1);
            while (p->table[slot] != 0) {
                slot = (slot + 1) & (p->room - 1);
            }
            p->table[slot] = old[i];
        }
    }
}

ref pool_string_n(struct pool *p, const char *s, size_t n)
{
    uint32_t slot = (uint32_t)hash_bytes(s, n) & (p->room - 1);
    for (; p->table[slot] != 0; slot = (slot + 1) & (p->room - 1)) {
        const char *there = pool_at(p, p->table[slot]);
        if (strncmp(there, s, n) == 0 && there[n] == '\0') {
            return p->table[slot];
        }
    }
    ref at = pool_bytes(p, s, n);
    if (p->full) {
        return at;
    }
    p->block.at[p->block.used++] = '\0';
    p->table[slot] = at;
    p->count++;
    if (p->count * 2 > p->room) {
        grow(p);
    }
    return at;
}

ref pool_string(struct pool *p, const char *s)
{
    return pool_string_n(p, s, strlen(s));
}
