/* Patterns, and fnmatch(3) as their judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/glob.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *pattern;
    const char *text;
    bool matches;
    bool matches_path;
} rows[] = {
    { "*", ".abc", true, true },
    { "*", "a/b", true, false },
    { "a*b*c", "aXbXbc", true, true },
    { "a*b*c", "aX/bXbc", true, false },
    { "?", "/", true, false },
    { "[!a]", "/", true, false },
    { "net/*/x", "net/a/x", true, true },
    { "net/*/x", "net/a/b/x", true, false },
    { "net*x", "net/x", true, false },
    { "\\*", "*", true, true },
    { "", "", true, true },
    { "", "a", false, false },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (glob_matches(rows[i].pattern, rows[i].text, '\0') != rows[i].matches ||
            glob_matches(rows[i].pattern, rows[i].text, '/') != rows[i].matches_path) {
            fail_msg("\"%s\" and \"%s\"", rows[i].pattern, rows[i].text);
        }
        assert_int_equal(fnmatch(rows[i].pattern, rows[i].text, 0) == 0, rows[i].matches);
        assert_int_equal(fnmatch(rows[i].pattern, rows[i].text, FNM_PATHNAME) == 0, rows[i].matches_path);
    }
}

/* COUNT of LETTERS at random. */
static void noise(char *to, size_t count, const char *letters, size_t kinds)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = letters[(size_t)rand() % kinds];
    }
    to[count] = '\0';
}

static void test_noise(void **state)
{
    static const char letters[] = "ab./*?[]!-\\";
    (void)state;
    srand(4);
    for (unsigned round = 0; round < 300000; round++) {
        char pattern[10];
        char text[8];
        noise(pattern, (size_t)rand() % (sizeof pattern - 1), letters, sizeof letters - 1);
        noise(text, (size_t)rand() % (sizeof text - 1), letters, 4);
        bool any = glob_matches(pattern, text, '\0');
        bool path = glob_matches(pattern, text, '/');
        /* Brackets that hold brackets, backslashes, slashes or ranges the wrong way round, and "\\/": implementations differ. */
        const char *bracket = strchr(pattern, '[');
        size_t len = strlen(pattern);
        if ((bracket != NULL && (strpbrk(pattern, "\\-") != NULL || strpbrk(bracket + 1, "[/") != NULL)) ||
            strstr(pattern, "\\/") != NULL || (len > 0 && pattern[len - 1] == '\\')) {
            continue;
        }
        if (any != (fnmatch(pattern, text, 0) == 0) || path != (fnmatch(pattern, text, FNM_PATHNAME) == 0)) {
            fail_msg("\"%s\" and \"%s\": %d, as a path %d", pattern, text, any, path);
        }
    }
}

/* No pattern takes exponential time: this one would not end before the machine does. */
static void test_stars(void **state)
{
    char pattern[401];
    char text[4001];
    (void)state;
    for (unsigned i = 0; i < 400; i += 2) {
        memcpy(pattern + i, "*a", 2);
    }
    strcpy(pattern + 399, "b");
    memset(text, 'a', 4000);
    text[4000] = '\0';
    assert_false(glob_matches(pattern, text, '\0'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_stars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
