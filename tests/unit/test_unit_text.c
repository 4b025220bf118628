/*
 * Below the directives: lines, words, spans and sizes, as systemd 252 reads them. The expected values were seen in
 * systemd's own test mode.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "unit/lexer.h"
#include "unit/span.h"
#include "unit/status.h"
#include "unit/utf8.h"
#include "unit/word.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Statements as "[section]", "key=value", "?problem" (the next line counts) and "!problem" (none does), by "|". */
static const struct {
    const char *text;
    const char *statements;
    size_t size; /* 0: up to its NUL */
} files[] = {
    { "", "" },
    { "\n\n  \n", "" },
    { "[A]\nk=v\n", "[A]|k=v" },
    { "[A]\nk=v", "[A]|k=v" },
    { "  [A]  \n \tk \t= v w\t \n", "[A]|k=v w" },
    { "# c\n; c\n  # c\n[A]", "[A]" },
    { "[A]\nk=v # no comment\n", "[A]|k=v # no comment" },
    { "k=\nl =\n", "k=|l=" },
    { "k=a=b\n", "k=a=b" },
    { "k=a \\\n b\n", "k=a   b" },
    { "k=a\\\nb\n", "k=a b" },
    { "k=a \\\n# c\n;c\n  b\n", "k=a    b" },
    { "k=a \\\n# c \\\n b\n", "k=a   b" },
    { "k=a\\\n\nl=b\n", "k=a|l=b" },
    { "k=a \\", "k=a" },
    { "k=a\\\\\nl=b\n", "k=a\\\\|l=b" },
    { "k=a\\\\\\\nb\n", "k=a\\\\ b" },
    { "\\\n\\\n\\\nk=v", "k=v" },
    { "[A]\r\nk=v\r\n", "[A]|k=v" },
    { "[A]\rk=v\r", "[A]|k=v" },
    { "[A]\0k=v\0", "[A]|k=v", 8 },
    { "k=v\0\0l=w", "k=v|l=w", 8 },
    { "\xef\xbb\xbf[A]\nk=v", "[A]|k=v" },
    { "nonsense\nk=v", "?this line has no \"=\"|k=v" },
    { "=v\nk=v", "?this line has no name before its \"=\"|k=v" },
    { "[A\nk=v", "!a section's name ends with \"]\"" },
    { "[A] x\nk=v", "!a section's name ends with \"]\"" },
    { "[A\"]\nk=v", "!a section's name has a character that cannot be in one" },
    { "k=\xff\nl=v", "!this line is not UTF-8 text" },
    { "# \xff\nk=v", "k=v" },
    { "k=\xc3\xa9", "k=\xc3\xa9" },
    { "[]\nk=v", "[]|k=v" },
};

static const char *statements_of(struct lexer *x, struct arena *arena, const char *text, size_t size)
{
    static char out[1024];
    size_t len = 0;
    struct statement s;
    lexer_open(x, arena, text, size);
    out[0] = '\0';
    while (lexer_next(x, &s)) {
        const char *bar = len > 0 ? "|" : "";
        switch (s.kind) {
        case STATEMENT_SECTION: len += (size_t)sprintf(out + len, "%s[%s]", bar, s.key); break;
        case STATEMENT_ASSIGNMENT: len += (size_t)sprintf(out + len, "%s%s=%s", bar, s.key, s.value); break;
        case STATEMENT_WRONG: len += (size_t)sprintf(out + len, "%s?%s", bar, s.problem); break;
        case STATEMENT_BROKEN: sprintf(out + len, "%s!%s", bar, s.problem); return out;
        }
    }
    return out;
}

static void test_statements(void **state)
{
    struct arena arena;
    struct lexer x = { 0 };
    assert_int_equal(arena_open(&arena, 64 << 20), 0);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        /* From a copy of exactly that size: the lexer must not look behind it. */
        size_t size = files[i].size != 0 ? files[i].size : strlen(files[i].text);
        char *copy = malloc(size + 1);
        memcpy(copy, files[i].text, size);
        char *exact = realloc(copy, size == 0 ? 1 : size);
        assert_string_equal(statements_of(&x, &arena, exact, size), files[i].statements);
        free(exact);
    }
    arena_close(&arena);
}

static void test_lines(void **state)
{
    static const char text[] = "# 1\n[A]\n\nk=a\\\n  b\nl=c\n";
    const uint32_t lines[] = { 2, 4, 6 };
    struct arena arena;
    struct lexer x = { 0 };
    struct statement s;
    assert_int_equal(arena_open(&arena, 64 << 20), 0);
    lexer_open(&x, &arena, text, sizeof text - 1);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(lexer_next(&x, &s));
        assert_int_equal(s.line, lines[i]);
    }
    assert_false(lexer_next(&x, &s));
    arena_close(&arena);
}

static void test_long_line(void **state)
{
    struct arena arena;
    struct lexer x = { 0 };
    struct statement s;
    assert_int_equal(arena_open(&arena, 64 << 20), 0);
    size_t size = LINE_MAX_BYTES + 100;
    char *text = malloc(size);
    memset(text, 'a', size);
    text[1] = '=';
    lexer_open(&x, &arena, text, LINE_MAX_BYTES);
    assert_true(lexer_next(&x, &s));
    assert_int_equal(s.kind, STATEMENT_ASSIGNMENT);
    lexer_open(&x, &arena, text, LINE_MAX_BYTES + 1);
    assert_true(lexer_next(&x, &s));
    assert_int_equal(s.kind, STATEMENT_BROKEN);
    assert_non_null(strstr(s.problem, "longer than 1 MiB"));
    /* The same of many short lines; and it takes no longer than reading them. */
    for (size_t i = 0; i + 1 < size; i += 2) {
        memcpy(text + i, "\\\n", 2);
    }
    lexer_open(&x, &arena, text, size);
    assert_false(lexer_next(&x, &s));
    free(text);
    arena_close(&arena);
}

enum { ALL = WORD_UNQUOTE | WORD_UNESCAPE };

static const struct {
    const char *value;
    unsigned flags;
    const char *words; /* by "|"; "!" at the end: a quote is not closed; "~": there was an unknown escape */
} values[] = {
    { "", ALL, "" },
    { "   ", ALL, "" },
    { "a b", ALL, "a|b" },
    { "  a \t b  ", ALL, "a|b" },
    { "\"a b\" c", ALL, "a b|c" },
    { "'a b'c", ALL, "a bc" },
    { "a\"b c\"d", ALL, "ab cd" },
    { "\"\" ''", ALL, "|" },
    { "'a \\' b'", ALL, "a ' b" },
    { "\"a \\\" b\"", ALL, "a \" b" },
    { "\\a\\b\\f\\n\\r\\t\\v\\s\\\\", ALL, "\a\b\f\n\r\t\v \\" },
    { "\\x41\\101\\u00e9\\U0001F600", ALL, "AA\xc3\xa9\xf0\x9f\x98\x80" },
    { "a\\x20b c", ALL, "a b|c" },
    { "\\q a", ALL, "\\q|a~" },
    { "\\x4 \\x00 \\400 \\u12", ALL, "\\x4|\\x00|\\400|\\u12~" },
    { "a\\ b", ALL, "a\\ b~" },
    { "\\\"a", ALL, "\"a" },
    { "\"a", ALL, "!" },
    { "a 'b", ALL, "a!" },
    { "a\\", ALL, "a\\" },
    { "\"a b\" c", 0, "\"a|b\"|c" },
    { "a\\ b", 0, "a b" },
    { "a\\x2db \"c", WORD_RETAIN_ESCAPE, "a\\x2db|\"c" },
    { "\"a\\x2d b\" c", WORD_RETAIN_ESCAPE | WORD_UNQUOTE, "a\\x2d b|c" },
};

static void test_words(void **state)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char *copy = strdup(values[i].value);
        struct words words = { .at = copy };
        char out[256] = "";
        char *word;
        int r;
        for (unsigned n = 0; (r = word_next(&words, values[i].flags, &word)) > 0; n++) {
            strcat(out, n > 0 ? "|" : "");
            strcat(out, word);
        }
        strcat(out, r == -EINVAL ? "!" : "");
        strcat(out, words.unknown_escape ? "~" : "");
        assert_string_equal(out, values[i].words);
        free(copy);
    }
}

#define US UINT64_C(1000)
#define S  NS_PER_SECOND

static const struct {
    const char *text;
    uint64_t ns; /* 0 with an error: see below */
    int result;
} spans[] = {
    { "10", 10 * S },
    { "0", 0 },
    { " 7 ", 7 * S },
    { "+5", 5 * S },
    { "2 h", 7200 * S },
    { "2hours", 7200 * S },
    { "48hr", 172800 * S },
    { "1y 12month", 31557600 * S + 12 * 2629800 * S },
    { "55s500ms", 55 * S + 500 * NS_PER_MS },
    { "300ms20s 5day", 20 * S + 300 * NS_PER_MS + 5 * 86400 * S },
    { "1min 20s", 80 * S },
    { "1.5s", S + 500 * NS_PER_MS },
    { ".5", 500 * NS_PER_MS },
    { "1.0000001s", S },
    { "1.5us", US },
    { "50 20", 70 * S },
    { "5s5", 10 * S },
    { "1M", 2629800 * S },
    { "1m", 60 * S },
    { "1w", 604800 * S },
    { "7us", 7 * US },
    { "7usec", 7 * US },
    { "7\xc2\xb5s", 7 * US },
    { "7\xce\xbcs", 7 * US },
    { "infinity", NEVER_NS },
    { "  infinity ", NEVER_NS },
    { "infinity x", 0, -EINVAL },
    { "inf", 0, -EINVAL },
    { "", 0, -EINVAL },
    { " ", 0, -EINVAL },
    { "s", 0, -EINVAL },
    { "5x", 0, -EINVAL },
    { "5.", 0, -EINVAL },
    { "3. 1", 0, -EINVAL },
    { "12.34.56", 0, -EINVAL },
    { "0x10", 0, -EINVAL },
    { "-5", 0, -ERANGE },
    { "5s -1", 0, -ERANGE },
    { "99999999999999999999", 0, -ERANGE },
    { "18446744073s 900ms", 0, -ERANGE },
};

static void test_spans(void **state)
{
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        uint64_t ns = 1;
        assert_int_equal(span_time(spans[i].text, NS_PER_SECOND, &ns), spans[i].result);
        assert_int_equal(ns, spans[i].result < 0 ? 1 : spans[i].ns);
    }
}

static const struct {
    const char *text;
    uint64_t bytes;
    int result;
} sizes[] = {
    { "0", 0 },
    { "100", 100 },
    { "100B", 100 },
    { "1K", 1024 },
    { "1 K", 1024 },
    { "1.5K", 1536 },
    { "1.9999999999999K", 2047 },
    { "10.M", 10 << 20 },
    { "1.", 1 },
    { "1G 500M", (UINT64_C(1) << 30) + (500 << 20) },
    { "1M1K", (1 << 20) + 1024 },
    { "15E", UINT64_C(15) << 60 },
    { "1K1M", 0, -EINVAL },
    { "1KB", 0, -EINVAL },
    { "1k", 0, -EINVAL },
    { "", 0, -EINVAL },
    { "K", 0, -EINVAL },
    { ".5K", 0, -EINVAL },
    { "-1", 0, -ERANGE },
    { "16E", 0, -ERANGE },
    { "15E 1024P", 0, -ERANGE },
};

static void test_sizes(void **state)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t bytes = 1;
        int r = span_size(sizes[i].text, &bytes);
        if (r != sizes[i].result || bytes != (r < 0 ? 1 : sizes[i].bytes)) {
            fail_msg("\"%s\": %d, %llu", sizes[i].text, r, (unsigned long long)bytes);
        }
    }
}

static void test_statuses(void **state)
{
    assert_int_equal(status_parse("0"), 0);
    assert_int_equal(status_parse("255"), 255);
    assert_int_equal(status_parse("256"), -EINVAL);
    assert_int_equal(status_parse("TEMPFAIL"), 75);
    assert_int_equal(status_parse("EXEC"), 203);
    assert_int_equal(status_parse("BPF"), 245);
    assert_int_equal(status_parse("SIGTERM"), -EINVAL);
    assert_int_equal(status_parse(""), -EINVAL);
}

static void test_utf8(void **state)
{
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        { "", true },
        { "plain", true },
        { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true },
        { "\xf4\x8f\xbf\xbf", true },
        { "\x80", false },
        { "\xc0\x80", false },
        { "\xc1\xbf", false },
        { "\xe0\x80\x80", false },
        { "\xed\xa0\x80", false },
        { "\xf0\x80\x80\x80", false },
        { "\xf4\x90\x80\x80", false },
        { "\xf5\x80\x80\x80", false },
        { "\xe2\x82", false },
        { "\xc3", false },
        { "\xff", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(utf8_is_valid(cases[i].bytes, strlen(cases[i].bytes)), cases[i].valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements), cmocka_unit_test(test_lines), cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_words),      cmocka_unit_test(test_spans), cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_statuses),   cmocka_unit_test(test_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
