/*
 * options: reads options and environment into settings, by the persona's tables.
 *
 * Touches nothing but the settings: no system call, no memory of its own. getopt_long(3)'s customs hold:
 * letters may stand together, a value may follow at once, after "=", or as the next word; the first
 * word that is no option, or the one after "--", is the program.
 */
#ifndef PRIMER_ENTRYPOINT_OPTIONS_H
#define PRIMER_ENTRYPOINT_OPTIONS_H

#include "entrypoint/persona.h"

/* Why nothing is run. */
struct refusal {
    const char *sentence; /* what is wrong with WORD, "%w" where it stands */
    const char *word;     /* as it was written, may be NULL */
    const char *value;    /* of the word, "%d" in the sentence, or NULL */
    const char *expected; /* what could have stood there, or NULL */
    const char *nearest;  /* the option that may have been meant, or NULL */
};

/*
 * OPTION_TAKEN: *SETTINGS is complete; OPTION_REFUSED: *REFUSAL says why; else what was asked for. ENVIRONMENT
 * is NULL-terminated. The strings of *SETTINGS and *REFUSAL are those of the arguments.
 */
enum option_result options_read(const struct persona *persona, char **argv, char **environment,
                                struct settings *settings, struct refusal *refusal);

#endif
