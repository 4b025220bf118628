/*
 * arena: the loader's memory, taken piece by piece and given back all at once.
 *
 * The loader lives for some milliseconds and frees nothing meanwhile. Address space is reserved in one piece,
 * memory comes page by page as it is touched (mmap(2), MAP_NORESERVE). Nobody checks for a full arena: it
 * ends the process, and PID 1 sees a loader that died without a snapshot.
 */
#ifndef PRIMER_UNIT_ARENA_H
#define PRIMER_UNIT_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena {
    char *at;
    size_t used;
    size_t size;
};

/* An array that grows, in an arena. Elements stay where they are until the next vec_add. */
struct vec {
    void *at;
    uint32_t count;
    uint32_t room;
};

/* Reserves up to SIZE bytes, less where the machine does not let us have so much. 0 or -ENOMEM. */
int arena_open(struct arena *a, size_t size);
void arena_close(struct arena *a);

/* SIZE zeroed bytes, aligned for everything. Never NULL. */
void *arena_take(struct arena *a, size_t size);

/* N bytes of S as a terminated string. */
char *arena_string(struct arena *a, const char *s, size_t n);

/* One more element of SIZE bytes, zeroed. */
void *vec_add(struct arena *a, struct vec *v, size_t size);

#endif
