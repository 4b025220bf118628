/*
 * line: the words of a manifest's line.
 */
#ifndef PRIMER_PACK_LINE_H
#define PRIMER_PACK_LINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "say.h"

struct line {
    struct place place;
    char *at; /* what is left of it; line_word() writes into it */
};

/* Takes the next word, NULL when there is none. A word that begins with '"' ends with the next one and has
 * C's escapes, any other ends at a blank and has none. With VARIABLES, ${NAME} is replaced by that
 * environment variable. Returns -EINVAL after an error, which is told. */
int line_word(struct line *line, bool variables, const char **word);

/* WORD as a number to BASE, at most MAX; WHAT says in messages what it is. Returns -EINVAL, told. */
int line_number(const struct line *line, const char *word, const char *what, int base, unsigned long max,
                unsigned *number);

#endif
