/*
 * memory: malloc(3) for processes that end soon.
 *
 * PID 1 allocates nothing. The children that it forks do, a little, until they execute or have written their answer, and
 * so do primerctl and libcap: for them musl's allocator, made for long lives and many threads, is 8 KiB too many. This
 * one hands out what comes next, and takes back what was handed out last; the rest comes back when the process ends.
 * In builds with musl it stands in the place of malloc, calloc, realloc and free.
 */
#ifndef PRIMER_BASE_MEMORY_H
#define PRIMER_BASE_MEMORY_H

#include <stddef.h>

/* SIZE bytes, aligned for everything, not zeroed; NULL and ENOMEM: there are none. */
void *memory_take(size_t size);
/* What was taken, with room for SIZE bytes; it may have moved. NULL and ENOMEM: nothing has changed. */
void *memory_resize(void *taken, size_t size);
/* Gives it back: at once when it is what was taken last. NULL is nothing. */
void memory_give(void *taken);

#endif
