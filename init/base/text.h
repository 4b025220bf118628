/*
 * text: bounded text without stdio.
 *
 * A struct text writes into memory that its owner gave it, never past the end, and is a terminated
 * string at every moment. What does not fit is left out and `cut` says so: PID 1 would rather show half
 * a sentence than allocate, and stdio costs 20 KiB of the binary.
 */
#ifndef PRIMER_BASE_TEXT_H
#define PRIMER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *at;    /* size bytes, owned by the caller */
    size_t size; /* at least 1 */
    size_t len;  /* without the terminating NUL */
    bool cut;    /* something did not fit */
};

/* An empty text over the array BUF of the calling function. */
#define TEXT_OVER(buf) ((struct text){ .at = (buf), .size = sizeof(buf) })

void text_char(struct text *t, char c);
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_u64(struct text *t, uint64_t value);
void text_i64(struct text *t, int64_t value);
void text_octal(struct text *t, uint64_t value);
void text_hex(struct text *t, uint64_t value, unsigned digits); /* at least DIGITS, zero-padded */

/* Seconds with DECIMALS (0 to 9) places, rounded down: 1500000000 ns is "1.500". */
void text_seconds(struct text *t, uint64_t ns, unsigned decimals);

/* S as a JSON string with its quotes (RFC 8259). Bytes above 0x7f pass as they are. */
void text_json(struct text *t, const char *s);

/* Copies S into DST[SIZE], cut where it must be but not within a character of UTF-8, always terminated. */
void text_copy(char *dst, size_t size, const char *s);

/* As strstr(3), which is a kilobyte in musl: the first WHAT, which is not empty, in IN; NULL: there is none. */
char *text_find(const char *in, const char *what);

#endif
