/*
 * mem: every block is a malloc of its own, so that the sanitizers see where each one ends, and hangs on
 * one list, so that they see no leak.
 */
#include "mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    max_align_t bytes[];
};

static struct block *blocks;

void *mem_new(size_t size)
{
    struct block *block = size > SIZE_MAX / 2 ? NULL : calloc(1, sizeof(*block) + size);

    if (!block) {
        fprintf(stderr, "primer-pack: no memory for %zu bytes\n", size);
        exit(1);
    }
    block->next = blocks;
    blocks = block;
    return block->bytes;
}

char *mem_string(const char *bytes, size_t length)
{
    char *copy = mem_new(length + 1);

    memcpy(copy, bytes, length);
    return copy;
}

char *mem_text(const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    /* va_start is two lines above; clang-analyzer 14 loses sight of it behind va_copy. */
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = mem_new(length < 0 ? 1 : (size_t)length + 1);
    if (length > 0)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void *mem_room(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 8;
    if (*room > SIZE_MAX / 2 / size)
        *room = SIZE_MAX / size; /* which mem_new() refuses */
    void *larger = mem_new(*room * size);
    if (count > 0)
        memcpy(larger, array, count * size);
    return larger;
}
