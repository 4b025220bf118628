/*
 * sort: an array into order, in place.
 *
 * As qsort(3), which is 2 KiB of smoothsort in musl: heap sort, no recursion, no allocation, never worse than
 * n log n, whoever chose the names in a folder.
 */
#ifndef PRIMER_BASE_SORT_H
#define PRIMER_BASE_SORT_H

#include <stddef.h>

/* COUNT members of SIZE bytes each at BASE; COMPARE as for qsort(3). Equal ones may change places. */
void sort(void *base, size_t count, size_t size, int (*compare)(const void *a, const void *b));

#endif
