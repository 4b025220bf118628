#include "unit/sort.h"

#include <string.h>

/* Sorts KEYS by one byte of them into TO. */
static void sort_byte(const uint64_t *keys, uint64_t *to, size_t count, unsigned shift)
{
    size_t place[256] = { 0 };
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        place[keys[i] >> shift & 0xff]++;
    }
    for (unsigned i = 0; i < 256; i++) {
        size_t n = place[i];
        place[i] = sum;
        sum += n;
    }
    for (size_t i = 0; i < count; i++) {
        to[place[keys[i] >> shift & 0xff]++] = keys[i];
    }
}

uint64_t *sort_numbers(struct arena *arena, uint64_t *keys, size_t count)
{
    uint64_t *other = arena_take(arena, (count + 1) * sizeof *other);
    uint64_t used = 0;
    for (size_t i = 0; i < count; i++) {
        used |= keys[i];
    }
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((used >> shift & 0xff) != 0) {
            sort_byte(keys, other, count, shift);
            uint64_t *swap = keys;
            keys = other;
            other = swap;
        }
    }
    return keys;
}

/* The two sorted halves of FROM, up to MIDDLE and up to END, become one in TO. */
static void merge(void **from, void **to, size_t start, size_t middle, size_t end, sort_name *name)
{
    size_t left = start;
    size_t right = middle;
    for (size_t i = start; i < end; i++) {
        bool take_left = left < middle && (right == end || strcmp(name(from[left]), name(from[right])) <= 0);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

void sort_by_name(struct arena *arena, void **items, size_t count, sort_name *name)
{
    void **other = arena_take(arena, (count + 1) * sizeof *other);
    void **from = items;
    void **to = other;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            merge(from, to, start, middle, end, name);
        }
        void **swap = from;
        from = to;
        to = swap;
    }
    if (from != items && count > 0) {
        memcpy(items, from, count * sizeof *items);
    }
}
