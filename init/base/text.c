#include "base/text.h"

#include <string.h>

void text_add_n(struct text *t, const char *s, size_t n)
{
    size_t room = t->size - 1 - t->len;
    if (n > room) {
        n = room;
        t->cut = true;
    }
    memcpy(t->at + t->len, s, n);
    t->len += n;
    t->at[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
    text_add_n(t, s, strlen(s));
}

void text_char(struct text *t, char c)
{
    text_add_n(t, &c, 1);
}

static void add_digits(struct text *t, uint64_t value, unsigned base, unsigned width)
{
    char digits[64];
    unsigned at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (sizeof digits - at < width && at > 0) {
        digits[--at] = '0';
    }
    text_add_n(t, digits + at, sizeof digits - at);
}

void text_u64(struct text *t, uint64_t value)
{
    add_digits(t, value, 10, 0);
}

void text_i64(struct text *t, int64_t value)
{
    if (value < 0) {
        text_char(t, '-');
        add_digits(t, 0 - (uint64_t)value, 10, 0);
    } else {
        add_digits(t, (uint64_t)value, 10, 0);
    }
}

void text_octal(struct text *t, uint64_t value)
{
    add_digits(t, value, 8, 0);
}

void text_hex(struct text *t, uint64_t value, unsigned digits)
{
    add_digits(t, value, 16, digits);
}

void text_seconds(struct text *t, uint64_t ns, unsigned decimals)
{
    const uint64_t second = 1000000000;
    text_u64(t, ns / second);
    if (decimals == 0) {
        return;
    }
    uint64_t fraction = ns % second;
    for (unsigned i = decimals; i < 9; i++) {
        fraction /= 10;
    }
    text_char(t, '.');
    add_digits(t, fraction, 10, decimals);
}

void text_json(struct text *t, const char *s)
{
    text_char(t, '"');
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') {
            text_char(t, '\\');
            text_char(t, *s);
        } else if (c == '\n') {
            text_add(t, "\\n");
        } else if (c < 0x20 || c == 0x7f) {
            text_add(t, "\\u");
            text_hex(t, c, 4);
        } else {
            text_char(t, *s);
        }
    }
    text_char(t, '"');
}

void text_copy(char *dst, size_t size, const char *s)
{
    struct text t = { .at = dst, .size = size };
    dst[0] = '\0';
    text_add(&t, s);
    if (t.cut) { /* not within a character of UTF-8: the byte that did not fit was no first one */
        bool within = (s[t.len] & 0xc0) == 0x80;
        while (within && t.len > 0) {
            within = (dst[--t.len] & 0xc0) == 0x80;
        }
        dst[t.len] = '\0';
    }
}

char *text_find(const char *in, const char *what)
{
    size_t len = strlen(what);
    char *at = strchr(in, *what);
    while (at != NULL && strncmp(at, what, len) != 0) {
        at = strchr(at + 1, *what);
    }
    return at;
}
