/*
 * lexer: the text of a unit file as sections and assignments, systemd.syntax(7) as version 252 reads it.
 *
 * It looks at bytes and lines only; what a key means, the directive table knows. It never looks behind the
 * text's end, and says for every line that it cannot take what is wrong with it.
 */
#ifndef PRIMER_UNIT_LEXER_H
#define PRIMER_UNIT_LEXER_H

#include "unit/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINE_MAX_BYTES = 1 << 20 }; /* of a line with all its continuations */

struct lexer {
    struct arena *arena;
    const char *at;
    const char *end;
    uint32_t line; /* of the last line that was read */
    char *buf;     /* the statement being read */
    size_t len;
    size_t room;
};

enum statement_kind {
    STATEMENT_SECTION,    /* [key] */
    STATEMENT_ASSIGNMENT, /* key=value */
    STATEMENT_WRONG,      /* a line that is neither; the next ones may be */
    STATEMENT_BROKEN,     /* nothing in this file can be trusted; there is no next one */
};

/* Its strings are the reader's to change, and live until the next one. */
struct statement {
    enum statement_kind kind;
    uint32_t line; /* where it begins */
    char *key;
    char *value;
    const char *problem; /* a sentence without its full stop */
};

void lexer_open(struct lexer *x, struct arena *arena, const char *text, size_t size);

/* The next statement; false at the end. */
bool lexer_next(struct lexer *x, struct statement *out);

#endif
