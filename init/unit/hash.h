/*
 * hash: a quick 64-bit hash of bytes, eight at a time. For tables and against damage, not against malice.
 */
#ifndef PRIMER_UNIT_HASH_H
#define PRIMER_UNIT_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *bytes, size_t n);

/* Whether they are the same N bytes: memcmp(3), which a small C library does byte by byte. */
bool hash_same(const void *a, const void *b, size_t n);

#endif
