/*
 * long_option: options with names, "--name", "--name VALUE" or "--name=VALUE": a table, from which they are taken and
 * help and manual are made.
 */
#ifndef PRIMER_CTL_LONG_OPTION_H
#define PRIMER_CTL_LONG_OPTION_H

#include "base/nearest.h"

struct long_option {
    const char *name;
    const char *value;     /* what it takes, for help; NULL: nothing */
    unsigned short offset; /* of a const char * or, without a value, a bool */
    const char *help;
};

/* Takes the option at ARGV[0] into the struct at INTO; how many words it was, or 0 when it is none of ROWS. */
int long_option_take(const struct long_option *rows, unsigned count, void *into, char **argv);
/* The one of ROWS that WORD is nearest to. */
struct nearest long_option_nearest(const struct long_option *rows, unsigned count, const char *word);

/* Help, on standard output: NAME and ARGS, and what that does. */
void long_option_row(const char *name, const char *args, const char *help);
void long_option_help(const struct long_option *rows, unsigned count);

#endif
