/*
 * diagnose: why execve(2) said no, by a look at the file: ENOENT alone means four different things.
 *
 * Believes nothing in the file, reads a few bytes at given places, never blocks on it and takes no memory. For the
 * child that failed; where it may not look it finds nothing, and the errno stands alone.
 */
#ifndef PRIMER_EXEC_DIAGNOSE_H
#define PRIMER_EXEC_DIAGNOSE_H

#include "exec/child.h"

/* Looks at PATH, which execve(2) refused with ERROR (positive). Sets the hint, and as detail what was missing. */
void diagnose(const char *path, int error, struct child_notes *notes);

/* At most 15 characters for programs to read, "no-file"; "" for HINT_NONE. */
const char *diagnose_word(enum exec_hint hint);

/* What is wrong and what to do about it; "" for HINT_NONE. */
const char *diagnose_sentence(enum exec_hint hint);

#endif
