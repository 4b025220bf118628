/*
 * The request line of the control protocol: what it takes, what it refuses, and that it stays within its bounds whatever
 * the bytes are.
 */
#include "manage/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In memory of its own length, so that a sanitizer sees the first byte beside it. */
static int parse(const char *bytes, size_t len, struct request *r, char **line)
{
    *line = malloc(len + 1);
    assert_non_null(*line);
    memcpy(*line, bytes, len);
    return request_parse(*line, len, r);
}

static void test_words(void **state)
{
    struct request r;
    char *line;
    assert_int_equal(parse("1 start a.service no-block", 26, &r, &line), 0);
    assert_int_equal(r.count, 3);
    assert_string_equal(r.words[0], "start");
    assert_string_equal(r.words[1], "a.service");
    assert_true(request_has(&r, "no-block"));
    assert_false(request_has(&r, "start")); /* the verb is no argument */
    assert_null(r.words[3]);
    free(line);
    assert_int_equal(parse("  1   list ", 11, &r, &line), 0); /* blanks are no words */
    assert_int_equal(r.count, 1);
    free(line);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *bytes;
        int error;
    } rows[] = {
        { "", -EINVAL },           { " ", -EINVAL },
        { "1", -EINVAL },          { "1 ", -EINVAL },
        { "2 list", -EPROTO },     { "11 list", -EPROTO },
        { "list", -EPROTO },       { "1 a b c d e", -EINVAL },
        { "1 list\t", -EINVAL },   { "1 l\xc3\xa4st", -EINVAL },
        { "1 list\x7f", -EINVAL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request r;
        char *line;
        assert_int_equal(parse(rows[i].bytes, strlen(rows[i].bytes), &r, &line), rows[i].error);
        assert_int_equal(r.count, 0);
        free(line);
    }
    struct request r;
    char *line;
    assert_int_equal(parse("1 list\0x", 8, &r, &line), -EINVAL); /* a NUL ends nothing */
    free(line);
}

/* Random lines from an alphabet in which blanks, versions and bad bytes are frequent: words lie within, and end. */
static void test_any_bytes(void **state)
{
    static const char alphabet[] = "1  2ab.\t\xff";
    srand(1);
    for (unsigned n = 0; n < 200000; n++) {
        char bytes[24];
        size_t len = (size_t)rand() % sizeof bytes;
        for (size_t i = 0; i < len; i++) {
            bytes[i] = alphabet[(size_t)rand() % sizeof alphabet];
        }
        struct request r;
        char *line;
        if (parse(bytes, len, &r, &line) == 0) {
            assert_in_range(r.count, 1, REQUEST_WORDS);
            for (unsigned i = 0; i < r.count; i++) {
                assert_true(r.words[i] >= line && r.words[i] < line + len);
                assert_true(strlen(r.words[i]) > 0 && strspn(r.words[i], "12ab.") == strlen(r.words[i]));
            }
        }
        free(line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
