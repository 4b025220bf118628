/*
 * sort: what the loader sorts is long, so it is sorted in the time that its size asks for, with memory of the arena.
 * qsort(3) of a small C library compares twice as often, through pointers to pointers.
 */
#ifndef PRIMER_UNIT_SORT_H
#define PRIMER_UNIT_SORT_H

#include "unit/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Byte by byte, from the least; bytes that are 0 in all of them are left out: linear in COUNT. The sorted numbers are
 * returned, in KEYS or in another piece of the arena.
 */
uint64_t *sort_numbers(struct arena *arena, uint64_t *keys, size_t count);

/* The string that an item is sorted by. */
typedef const char *sort_name(const void *item);

/* Sorts COUNT pointers by what they are called, strcmp(3); those of one name stay in their order. */
void sort_by_name(struct arena *arena, void **items, size_t count, sort_name *name);

#endif
