/*
 * Arguments and environment files: text in, strings out. The expected values are systemd 252's, learnt by asking it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exec/arguments.h"
#include "exec/envfile.h"
#include "exec/pattern.h"
#include "exec/vector.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = 32 };

/* Compares what is in V with the strings that follow, ended by NULL. */
static void assert_strings(const struct vector *v, const char *const *wanted, const char *of)
{
    size_t count = 0;
    while (wanted[count] != NULL) {
        count++;
    }
    if (v->count != count) {
        fail_msg("%s: %zu strings, not %zu", of, v->count, count);
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(v->at[i], wanted[i]) != 0) {
            fail_msg("%s: \"%s\", not \"%s\"", of, v->at[i], wanted[i]);
        }
    }
    assert_null(count == 0 ? NULL : v->at[count]);
}

static void test_vector(void **state)
{
    const char *room[3];
    struct vector fixed = VECTOR_OVER(room, true);
    (void)state;
    assert_int_equal(vector_add(&fixed, "a=1"), 0);
    assert_int_equal(vector_add(&fixed, "b=2"), 0);
    assert_int_equal(vector_add(&fixed, "c=3"), -E2BIG);
    assert_int_equal(fixed.count, 2);
    assert_int_equal(vector_assign(&fixed, "a=4"), 0); /* in its place: no room is needed */
    assert_string_equal(vector_value(&fixed, "a", 1), "4");
    assert_int_equal(vector_assign(&fixed, "no assignment"), -EINVAL);
    assert_null(vector_value(&fixed, "", 0));
    assert_null(vector_value(&fixed, "aa", 2));
    vector_unset(&fixed, "b=1");
    assert_int_equal(fixed.count, 2);
    vector_unset(&fixed, "a");
    assert_int_equal(fixed.count, 1);
    assert_string_equal(fixed.at[0], "b=2");
    assert_null(fixed.at[1]);
    vector_unset(&fixed, "b=2");
    assert_null(fixed.at[0]);
}

static void test_vector_grows(void **state)
{
    const char *room[2];
    struct vector v = VECTOR_OVER(room, false);
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        const char **before = v.at;
        assert_int_equal(vector_add(&v, "x"), 0);
        if (before != v.at && before != room) {
            free(before);
        }
    }
    assert_int_equal(v.count, 1000);
    assert_null(v.at[1000]);
    free(v.at);
}

static const struct {
    const char *word;
    const char *wanted[6];
} words[] = {
    { "plain", { "plain" } },
    { "", { "" } },
    { "$ONE", { "one" } },
    { "${ONE}", { "one" } },
    { "$TWO", { "two", "two" } },
    { "${TWO}", { "two two" } },
    { "x${TWO}y", { "xtwo twoy" } },
    { "${ONE}${ONE}", { "oneone" } },
    { "$QUOTED", { "q q", "r" } },
    { "${QUOTED}", { "'q q' r" } },
    { "$EMPTY", { NULL } },
    { "${EMPTY}", { "" } },
    { "$NONE", { NULL } },
    { "${NONE}", { "" } },
    { "a$ONE", { "a$ONE" } }, /* only as a word of its own */
    { "$ONE-x", { NULL } },   /* the variable "ONE-x" */
    { "$", { NULL } },
    { "a$", { "a$" } },
    { "$$", { "$" } },
    { "$$ONE", { "$ONE" } },
    { "a$$b", { "a$b" } },
    { "$$$$", { "$$" } },
    { "$${ONE}", { "${ONE}" } },
    { "${ONE", { "${ONE" } },
    { "${ONE$$", { "${ONE$$" } },
    { "${ONE:-x}", { "${ONE:-x}" } },
    { "${}", { "" } },
    { "$OPEN", { "a b" } },         /* a quote that is not closed ends with the value */
    { "$ESCAPED", { "a b", "c" } }, /* and so does a backslash */
};

static void test_arguments(void **state)
{
    const char *variables[ROOM];
    struct vector environment = VECTOR_OVER(variables, true);
    (void)state;
    vector_add(&environment, "ONE=one");
    vector_add(&environment, "TWO=two two");
    vector_add(&environment, "QUOTED='q q' r");
    vector_add(&environment, "EMPTY=");
    vector_add(&environment, "OPEN='a b");
    vector_add(&environment, "ESCAPED=a\\ b\tc\\");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *room[ROOM] = { NULL };
        struct vector out = VECTOR_OVER(room, true);
        assert_int_equal(arguments_expand(words[i].word, &environment, &out), 0);
        assert_strings(&out, words[i].wanted, words[i].word);
        for (size_t k = 0; k < out.count; k++) {
            if (out.at[k] != words[i].word) {
                free((void *)(uintptr_t)out.at[k]);
            }
        }
    }
}

static const struct {
    const char *text;
    const char *wanted[6];
} files[] = {
    { "", { NULL } },
    { "A=1\nB=2\n", { "A=1", "B=2" } },
    { "A=1", { "A=1" } }, /* without a newline */
    { "A=\n", { "A=" } },
    { "A=1\nA=2\n", { "A=2" } },
    { "# A=1\n; B=2\n\n  # C=3\n", { NULL } },
    { "no assignment\nA=1\n", { "A=1" } },
    { "  A  =  b c  \n", { "A=b c" } },
    { "A=\"b  c\"  \n", { "A=b  c" } },
    { "A='b \\ \" c'\n", { "A=b \\ \" c" } },
    { "A='two\nlines'\nB=1\n", { "A=two\nlines", "B=1" } },
    { "A=\"\\\"\\$\\`\\\\\\n\"\n", { "A=\"$`\\\\n" } },
    { "A=\"b\\\nc\"\n", { "A=bc" } },
    { "A=b\\\nc\n", { "A=bc" } },
    { "A=b\\ \n", { "A=b " } },
    { "A='b' c\n", { "A=bc" } },
    { "A=b 'c'\n", { "A=b 'c'" } }, /* quotes later on are text */
    { "A='never closed\nB=1\n", { "A=never closed\nB=1\n" } },
    { "# comment \\\nA=1\nB=2\n", { "B=2" } }, /* 252: a comment goes on behind a backslash */
    { "export A=1\n", { NULL } },              /* no name: a space in it */
    { "1A=1\n", { NULL } },
    { "A-B=1\n", { NULL } },
    { "=1\nA=2\n", { "A=2" } },
    { "A=b=c\n", { "A=b=c" } },
    { "A=b#c\n", { "A=b#c" } },
    { "A=1\r\nB=2\r\n", { "A=1", "B=2" } },
    { "A=\"b\nB=1", { "A=b\nB=1" } },
    { "A=b\\", { "A=b" } },
    { "A", { NULL } },
};

static void test_environment_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *room[ROOM] = { NULL };
        struct vector out = VECTOR_OVER(room, true);
        size_t len = strlen(files[i].text);
        char *text = malloc(len + 1); /* not one byte more than is promised */
        assert_non_null(text);
        memcpy(text, files[i].text, len);
        assert_int_equal(envfile_parse(text, len, &out), 0);
        assert_strings(&out, files[i].wanted, files[i].text);
        free(text);
    }
}

/* Any bytes: no read or write outside, and all that comes out is an assignment. */
static void test_environment_files_of_noise(void **state)
{
    static const char letters[] = "AB=='\"\\ \n\t#;x$`1_\r\0";
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 50000; round++) {
        const char *room[64];
        struct vector out = VECTOR_OVER(room, true);
        size_t len = (size_t)rand() % 60;
        char *text = malloc(len + 1);
        assert_non_null(text);
        for (size_t i = 0; i < len; i++) {
            text[i] = letters[(size_t)rand() % (sizeof letters - 1)];
        }
        assert_int_equal(envfile_parse(text, len, &out), 0);
        for (size_t i = 0; i < out.count; i++) {
            const char *equals = strchr(out.at[i], '=');
            assert_non_null(equals);
            assert_int_not_equal(strspn(out.at[i], "ABx1_"), 0);
            assert_true(out.at[i] >= text && out.at[i] + strlen(out.at[i]) <= text + len);
        }
        free(text);
    }
}

static const struct {
    const char *pattern;
    const char *name;
    bool matches;
} patterns[] = {
    { "*", "abc", true },
    { "*", ".abc", false },
    { ".*", ".abc", true },
    { "*.conf", "a.conf", true },
    { "*.conf", ".conf", false },
    { "*.conf", "a.conf.bak", false },
    { "a*b*c", "aXbXbc", true },
    { "a*b*c", "aXbXb", false },
    { "?", "a", true },
    { "?", "", false },
    { "?", "ab", false },
    { "?a", ".a", false },
    { "[a-c]x", "bx", true },
    { "[a-c]x", "dx", false },
    { "[!a-c]x", "dx", true },
    { "[^a-c]x", "bx", false },
    { "[]]", "]", true },
    { "[a-]", "-", true },
    { "[a", "[a", true },
    { "[a", "a", false },
    { "\\*", "*", true },
    { "\\*", "a", false },
    { "a**", "a", true },
    { "", "", true },
    { "", "a", false },
    { "*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

/* All of these are fnmatch(3)'s answers, too. */
static void test_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (pattern_matches(patterns[i].pattern, patterns[i].name) != patterns[i].matches) {
            fail_msg("\"%s\" and \"%s\"", patterns[i].pattern, patterns[i].name);
        }
        assert_int_equal(fnmatch(patterns[i].pattern, patterns[i].name, FNM_PERIOD) == 0,
                         patterns[i].matches);
    }
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_environment_file_patterns(void **state)
{
    char folder[] = "/tmp/primer-env-XXXXXX";
    char path[256];
    const char *room[ROOM];
    struct vector out = VECTOR_OVER(room, true);
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file(folder, "2.conf", "A=2\nC=3\n");
    write_file(folder, "1.conf", "A=1\nB=1\n");
    write_file(folder, "other", "A=no\n");
    snprintf(path, sizeof path, "%s/*.conf", folder);
    assert_int_equal(envfile_read(path, &out), 0);
    assert_strings(&out, (const char *const[]){ "A=2", "B=1", "C=3", NULL }, "pattern");

    snprintf(path, sizeof path, "/tmp/primer-env-*/[12].co?f");
    out.count = 0;
    assert_int_equal(envfile_read(path, &out), 0);
    assert_string_equal(vector_value(&out, "A", 1), "2");

    snprintf(path, sizeof path, "%s/*.none", folder);
    assert_int_equal(envfile_read(path, &out), -ENOENT);
    snprintf(path, sizeof path, "%s/none", folder);
    assert_int_equal(envfile_read(path, &out), -ENOENT);
    assert_int_equal(envfile_read(folder, &out), -EISDIR);

    snprintf(path, sizeof path, "%s/other", folder);
    assert_int_equal(truncate(path, ENVFILE_MAX), 0);
    assert_int_equal(envfile_read(path, &out), 0);
    assert_int_equal(truncate(path, ENVFILE_MAX + 1), 0);
    assert_int_equal(envfile_read(path, &out), -EFBIG);

    const char *const names[] = { "1.conf", "2.conf", "other" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

/* The texts of files belong to the assignments and are never given back: a child is about to execute. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_vector_grows),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_environment_files),
        cmocka_unit_test(test_environment_files_of_noise),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_environment_file_patterns),
    };
    return cmocka_run_group_tests_name("exec text", tests, NULL, NULL);
}
