/*
 * mem: memory for one short run. Nothing is ever given back, which is right for a program that reads its
 * input once, writes its output once and ends; so strings and nodes may be shared without an owner.
 * None of these functions fails: without memory the program ends with a message and status 1.
 */
#ifndef PRIMER_PACK_MEM_H
#define PRIMER_PACK_MEM_H

#include <stddef.h>

/* SIZE bytes, all zero. */
void *mem_new(size_t size) __attribute__((returns_nonnull));

/* A string of the LENGTH bytes at BYTES. */
char *mem_string(const char *bytes, size_t length) __attribute__((returns_nonnull));

/* A formatted string. */
char *mem_text(const char *format, ...) __attribute__((returns_nonnull, format(printf, 1, 2)));

/* ARRAY of items of SIZE bytes, COUNT of them in use, with room for one more; *ROOM is kept there. */
void *mem_room(void *array, size_t count, size_t *room, size_t size) __attribute__((returns_nonnull));

#endif
