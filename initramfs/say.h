/*
 * say: what primer-pack tells its user. An error is told once, with its place, and counted; nothing is
 * packed when there was one.
 */
#ifndef PRIMER_PACK_SAY_H
#define PRIMER_PACK_SAY_H

#include <stdio.h>

/* A line of a manifest. Without a file: the command line. */
struct place {
    const char *file;
    unsigned line;
};

/* "FILE:LINE: what; what to do". */
void say_error(struct place place, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_warning(struct place place, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How many errors were told so far. */
unsigned say_errors(void);

/* Writes TEXT as one word of a manifest, in quotes where it needs them. */
void say_word(FILE *out, const char *text);

#endif
