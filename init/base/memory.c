#include "base/memory.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { CHUNK = 65536 }; /* what is asked of the kernel at a time, at least */

/* Stands before each piece; its room is what alignment leaves of it. */
struct piece {
    alignas(max_align_t) size_t size;
};

static char *next; /* free from here */
static char *end;

static size_t rounded(size_t size)
{
    return (size + sizeof(struct piece) - 1) / sizeof(struct piece) * sizeof(struct piece);
}

static struct piece *piece_of(void *taken)
{
    return (struct piece *)taken - 1;
}

static int no_room(void)
{
    errno = ENOMEM;
    return 0;
}

/* What is left of the chunk before is given up. */
static int new_chunk(size_t size)
{
    size_t room = size > CHUNK ? size : CHUNK;
    char *chunk = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED) {
        return no_room();
    }
    next = chunk;
    end = chunk + room;
    return 1;
}

void *memory_take(size_t size)
{
    if (size > PTRDIFF_MAX - CHUNK) {
        no_room();
        return NULL;
    }
    size_t room = sizeof(struct piece) + rounded(size);
    if (room > (size_t)(end - next) && !new_chunk(room)) {
        return NULL;
    }
    struct piece *piece = (struct piece *)(void *)next;
    next += room;
    piece->size = rounded(size);
    return piece + 1;
}

void memory_give(void *taken)
{
    if (taken != NULL && (char *)taken + piece_of(taken)->size == next) {
        next = (char *)piece_of(taken);
    }
}

void *memory_resize(void *taken, size_t size)
{
    size_t had = taken == NULL ? 0 : piece_of(taken)->size;
    if (taken != NULL && size <= had) {
        return taken;
    }
    void *other = memory_take(size);
    if (other != NULL && had > 0) {
        memcpy(other, taken, had);
        memory_give(taken);
    }
    return other;
}

#ifdef PRIMER_MALLOC

#include <stdlib.h>

void *malloc(size_t size)
{
    return memory_take(size);
}

void *calloc(size_t count, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(count, size, &all)) {
        no_room();
        return NULL;
    }
    void *taken = memory_take(all);
    return taken == NULL ? NULL : memset(taken, 0, all);
}

void *realloc(void *taken, size_t size)
{
    return memory_resize(taken, size);
}

void free(void *taken)
{
    memory_give(taken);
}

#endif
