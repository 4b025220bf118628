#include "unit/word.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

bool word_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* N digits of BASE (8 or 16) at S, or -1. */
static int64_t digits(const char *s, unsigned n, int base)
{
    int64_t value = 0;
    for (unsigned i = 0; i < n; i++) {
        int digit = hex_digit(s[i]);
        if (digit < 0 || digit >= base) {
            return -1;
        }
        value = value * base + digit;
    }
    return value;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/*
 * The escape at S, behind its backslash, into OUT (which may be the backslash's place). Bytes read, *WRITTEN bytes
 * written; 0 when it is no known escape.
 */
static size_t unescape(const char *s, char *out, size_t *written)
{
    static const char letters[][2] = {
        { 'a', '\a' }, { 'b', '\b' }, { 'f', '\f' },  { 'n', '\n' }, { 'r', '\r' },  { 't', '\t' },
        { 'v', '\v' }, { 's', ' ' },  { '\\', '\\' }, { '"', '"' },  { '\'', '\'' },
    };
    *written = 1;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (*s == letters[i][0]) {
            *out = letters[i][1];
            return 1;
        }
    }
    unsigned n = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
    int64_t value = n > 0 ? digits(s + 1, n, 16) : digits(s, 3, 8);
    if (value <= 0 || value > 0x10ffff || (n <= 2 && value > 0xff) || (value >= 0xd800 && value < 0xe000)) {
        return 0;
    }
    if (n <= 2) {
        *out = (char)value; /* a byte, not a character */
    } else {
        *written = put_utf8(out, (uint32_t)value);
    }
    return n > 0 ? n + 1 : 3;
}

/* Takes the backslash at IN. How many bytes it was, with what it escapes. */
static size_t take_escape(struct words *w, unsigned flags, const char *in, char **out)
{
    if (in[1] == '\0') {
        *(*out)++ = '\\';
        return 1;
    }
    if ((flags & WORD_UNESCAPE) == 0) {
        *(*out)++ = in[1];
        return 2;
    }
    size_t written;
    size_t n = unescape(in + 1, *out, &written);
    if (n > 0) {
        *out += written;
        return n + 1;
    }
    w->unknown_escape = true;
    *(*out)++ = '\\';
    *(*out)++ = in[1];
    return 2;
}

int word_next(struct words *w, unsigned flags, char **word)
{
    char *in = w->at;
    while (word_is_blank(*in)) {
        in++;
    }
    w->at = in;
    if (*in == '\0') {
        return 0;
    }
    char *out = in;
    char quote = '\0';
    *word = in;
    while (*in != '\0' && (quote != '\0' || !word_is_blank(*in))) {
        if (*in == '\\' && (flags & WORD_RETAIN_ESCAPE) == 0) {
            if (in[1] == '\0' && quote != '\0') {
                return -EINVAL;
            }
            in += take_escape(w, flags, in, &out);
        } else if (quote != '\0' && *in == quote) {
            quote = '\0';
            in++;
        } else if (quote == '\0' && (flags & WORD_UNQUOTE) != 0 && (*in == '\'' || *in == '"')) {
            quote = *in++;
        } else {
            *out++ = *in++;
        }
    }
    if (quote != '\0') {
        return -EINVAL;
    }
    while (word_is_blank(*in)) {
        in++;
    }
    w->at = in;
    *out = '\0';
    return 1;
}
