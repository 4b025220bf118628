/*
 * word: quoting and escapes inside of values, systemd.syntax(7), as systemd's extract_first_word reads them.
 */
#ifndef PRIMER_UNIT_WORD_H
#define PRIMER_UNIT_WORD_H

#include <stdbool.h>

enum word_flags {
    WORD_UNQUOTE = 1,       /* quotes hold a word together, and go */
    WORD_UNESCAPE = 2,      /* \n, \x41 … are replaced; unknown ones stay as they are */
    WORD_RETAIN_ESCAPE = 4, /* a backslash is a character like others */
};

struct words {
    char *at;            /* what is left; the words are made in its place */
    bool unknown_escape; /* an escape was met that is none, and kept as it is written */
};

/*
 * The next word of W, terminated, in place. 1: *WORD is one; 0: no further one; -EINVAL: a quote is not closed.
 */
int word_next(struct words *w, unsigned flags, char **word);

/* Blanks as they separate words. */
bool word_is_blank(char c);

#endif
