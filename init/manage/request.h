/*
 * request: one line of the control protocol, primer-protocol(7), as words: a version, a verb, and a few arguments.
 *
 * What stands in it was written by anybody. The parser is bounded, allocates nothing and knows no verb.
 */
#ifndef PRIMER_MANAGE_REQUEST_H
#define PRIMER_MANAGE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum { REQUEST_LINE = 512, REQUEST_WORDS = 4 }; /* bytes with the newline; words behind the version */

struct request {
    const char *words[REQUEST_WORDS + 1]; /* the verb first; the rest is NULL */
    unsigned count;
};

/*
 * Cuts the LEN bytes at LINE, which have no newline, into words; LINE has room for one byte more. 0; -EPROTO: it
 * begins with another version than 1; -EINVAL: no verb, too many words, or a byte that is no printable ASCII. The words
 * point into LINE.
 */
int request_parse(char *line, size_t len, struct request *request);

/* Whether WORD is among the arguments. */
bool request_has(const struct request *request, const char *word);

#endif
