#include "unit/hash.h"

#include <stddef.h>
#include <string.h>

/* An odd number whose bits look random: one multiplication spreads a word over all bits above it. */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

uint64_t hash_bytes(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    const unsigned char *end = at + n;
    uint64_t h = n * SPREAD;
    uint64_t word = 0;
    for (; end - at >= (ptrdiff_t)sizeof word; at += sizeof word) {
        memcpy(&word, at, sizeof word);
        h = (h ^ word) * SPREAD;
        h ^= h >> 29;
    }
    if (n >= sizeof word) { /* the rest, and what stands before it once more */
        memcpy(&word, end - sizeof word, sizeof word);
    } else {
        for (; at < end; at++) {
            word = word << 8 | *at;
        }
    }
    h = (h ^ word) * SPREAD;
    return h ^ h >> 32;
}

bool hash_same(const void *a, const void *b, size_t n)
{
    const char *x = a;
    const char *y = b;
    uint64_t differ = 0;
    for (; n >= sizeof differ && differ == 0; n -= sizeof differ, x += sizeof differ, y += sizeof differ) {
        uint64_t word;
        memcpy(&differ, x, sizeof differ);
        memcpy(&word, y, sizeof word);
        differ ^= word;
    }
    return differ == 0 && memcmp(x, y, n) == 0;
}
