/*
 * vector: a growing list of strings, ended by NULL, as execve(2) takes two of them.
 *
 * It begins in room that its owner gives, and moves to the heap when that is full; where the heap is not to be
 * touched (a child that shares its parent's memory) it says -E2BIG instead. The strings are not its own, and
 * the heap's pieces are never given back: a vector lives in a child that is about to execute.
 */
#ifndef PRIMER_EXEC_VECTOR_H
#define PRIMER_EXEC_VECTOR_H

#include <stdbool.h>
#include <stddef.h>

struct vector {
    const char **at;
    size_t count; /* without the NULL at the end */
    size_t room;  /* with it */
    bool fixed;   /* never take memory */
};

/* An empty vector over the array ROOM. */
#define VECTOR_OVER(array, is_fixed) \
    ((struct vector){ .at = (array), .room = sizeof(array) / sizeof(array)[0], .fixed = (is_fixed) })

/* Adds S at the end. 0, -ENOMEM, or -E2BIG when the vector is fixed and full. */
int vector_add(struct vector *v, const char *s);

/*
 * For "NAME=value" strings: puts ASSIGNMENT in the place of the one with the same name, or at the end. As
 * vector_add; -EINVAL when there is no "=" in it.
 */
int vector_assign(struct vector *v, const char *assignment);

/* The value of the variable called by the LEN bytes at NAME, or NULL. */
const char *vector_value(const struct vector *v, const char *name, size_t len);

/* Takes out what ASSIGNMENT ("NAME=value") or NAME (any value) says. */
void vector_unset(struct vector *v, const char *name_or_assignment);

#endif
