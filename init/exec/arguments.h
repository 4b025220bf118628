/*
 * arguments: what "$" means on a command line, systemd.service(5), "Command lines".
 *
 * "${NAME}" within a word is replaced by the value as it is; "$NAME" as a word of its own by the value's words
 * (quotes keep them together and are taken off), which may be none; "$$" is "$". A variable that is not there
 * is empty. The first argument is the program's name and stays as it is.
 */
#ifndef PRIMER_EXEC_ARGUMENTS_H
#define PRIMER_EXEC_ARGUMENTS_H

#include "exec/vector.h"

/* Adds what WORD becomes in ENVIRONMENT to OUT. Takes memory. 0, -ENOMEM, or -E2BIG as vector_add. */
int arguments_expand(const char *word, const struct vector *environment, struct vector *out);

#endif
