/*
 * Which files of settings count, in which order, and what a line of them is.
 */
#include "boot_tree.h"

#include "boot/conf.h"

static const char *const folders[] = { "/etc/x.d", "/run/x.d", "/usr/lib/x.d", NULL };
static const struct conf_place place = { .folders = folders, .last = "/etc/x.conf" };
static const struct conf_place joining = { .folders = folders, .joins = true };

/* All lines as "FILE:LINE text|". */
static const char *read_all(struct tree *tree, const struct conf_place *where)
{
    static char all[4096];
    struct arena arena;
    struct conf conf;
    assert_int_equal(arena_open(&arena, 16 << 20), 0);
    conf_open(&conf, &arena, tree->root, where, &tree->failures);
    all[0] = '\0';
    for (const char *line; (line = conf_next(&conf)) != NULL;) {
        size_t len = strlen(all);
        snprintf(all + len, sizeof all - len, "%s:%u %s|", conf.name, conf.line, line);
    }
    arena_close(&arena);
    return all;
}

static void test_nothing(void **state)
{
    struct tree *tree = *state;
    assert_string_equal(read_all(tree, &place), "");
    assert_string_equal(tree->told, "");
    assert_int_equal(tree->failures.first, 0);
}

static void test_order_is_that_of_names(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.d/50-b.conf", "etc\n");
    tree_file(tree, "/run/x.d/10-a.conf", "run\n");
    tree_file(tree, "/usr/lib/x.d/30-c.conf", "lib\n");
    tree_file(tree, "/etc/x.conf", "last\n");
    assert_string_equal(read_all(tree, &place),
                        "10-a.conf:1 run|30-c.conf:1 lib|50-b.conf:1 etc|/etc/x.conf:1 last|");
}

static void test_first_folder_wins(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/usr/lib/x.d/a.conf", "lib\n");
    tree_file(tree, "/run/x.d/a.conf", "run\n");
    tree_file(tree, "/usr/lib/x.d/b.conf", "lib\n");
    tree_file(tree, "/etc/x.d/b.conf", "");
    assert_string_equal(read_all(tree, &place), "a.conf:1 run|");
}

static void test_masks(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/usr/lib/x.d/a.conf", "a\n");
    tree_file(tree, "/usr/lib/x.d/b.conf", "b\n");
    tree_file(tree, "/usr/lib/x.d/c.conf", "c\n");
    tree_file(tree, "/etc/x.d/keep.conf", "");
    tree_link(tree, "/dev/null", "/etc/x.d/a.conf");
    tree_link(tree, "nowhere", "/etc/x.d/b.conf"); /* leads nowhere, hides nothing */
    assert_int_equal(mkdir(tree_path(tree, "/etc/x.d/c.conf"), 0755), 0);
    assert_string_equal(read_all(tree, &place), "b.conf:1 b|c.conf:1 c|");
    assert_string_equal(tree->told, "");
}

static void test_other_names_are_no_settings(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.d/README", "no\n");
    tree_file(tree, "/etc/x.d/a.conf~", "no\n");
    tree_file(tree, "/etc/x.d/a.conf.dpkg-old", "no\n");
    tree_file(tree, "/etc/x.d/.conf", "no\n");
    tree_file(tree, "/etc/x.d/.a.conf", "no\n");
    assert_string_equal(read_all(tree, &place), "");
}

static void test_linked_last_file_is_read_once(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.conf", "last\n");
    tree_file(tree, "/etc/x.d/zz.conf", "zz\n");
    tree_link(tree, "../x.conf", "/etc/x.d/99-x.conf");
    assert_string_equal(read_all(tree, &place), "zz.conf:1 zz|/etc/x.conf:1 last|");
}

static void test_lines(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.d/a.conf", "# no\n;no\n\n \t \n  # no\n\tyes = 1 # two \r\nno\\\nend");
    assert_string_equal(read_all(tree, &place), "a.conf:6 yes = 1 # two|a.conf:7 no\\|a.conf:8 end|");
    assert_string_equal(read_all(tree, &joining), "a.conf:6 yes = 1 # two|a.conf:7 noend|");
}

static void test_joined_lines_keep_count(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.d/a.conf", "a \\\n b \\\n c\nd\n# e \\\nstill a comment\nf\\");
    assert_string_equal(read_all(tree, &joining), "a.conf:1 a  b  c|a.conf:4 d|a.conf:7 f\\|");
}

static void test_unreadable_files_are_told_and_passed_over(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.d/a.conf", "a\n");
    tree_file(tree, "/etc/x.d/b.conf", "");
    tree_file(tree, "/etc/x.d/c.conf", "");
    tree_file(tree, "/etc/x.d/d.conf", "d\n");
    assert_int_equal(truncate(tree_path(tree, "/etc/x.d/b.conf"), 100 << 20), 0);
    assert_int_equal(truncate(tree_path(tree, "/etc/x.d/c.conf"), 10), 0); /* ten zero bytes */
    assert_string_equal(read_all(tree, &place), "a.conf:1 a|d.conf:1 d|");
    char expected[64];
    snprintf(expected, sizeof expected, "b.conf:%d\nc.conf:%d\n", EFBIG, EBADMSG);
    assert_string_equal(tree->told, expected);
    assert_int_equal(tree->failures.first, -EFBIG);
}

static void test_a_fifo_is_no_file(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.d/b.conf", "b\n");
    assert_int_equal(mkfifo(tree_path(tree, "/etc/x.d/a.conf"), 0644), 0);
    assert_string_equal(read_all(tree, &place), "b.conf:1 b|");
}

static void test_a_folder_that_is_a_file(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/x.d", "a\n");
    tree_file(tree, "/run/x.d/b.conf", "b\n");
    assert_string_equal(read_all(tree, &place), "b.conf:1 b|");
    assert_string_equal(tree->told, "");
}

static void test_a_loop_of_links(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/etc/a", "");
    tree_link(tree, "x.d", "/etc/x.d");
    tree_file(tree, "/run/x.d/b.conf", "b\n");
    assert_string_equal(read_all(tree, &place), "b.conf:1 b|");
    char expected[32];
    snprintf(expected, sizeof expected, "/etc/x.d:%d\n", ELOOP);
    assert_string_equal(tree->told, expected);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        tree_test(test_nothing),
        tree_test(test_order_is_that_of_names),
        tree_test(test_first_folder_wins),
        tree_test(test_masks),
        tree_test(test_other_names_are_no_settings),
        tree_test(test_linked_last_file_is_read_once),
        tree_test(test_lines),
        tree_test(test_joined_lines_keep_count),
        tree_test(test_unreadable_files_are_told_and_passed_over),
        tree_test(test_a_fifo_is_no_file),
        tree_test(test_a_folder_that_is_a_file),
        tree_test(test_a_loop_of_links),
    };
    return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
