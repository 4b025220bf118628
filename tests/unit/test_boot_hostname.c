/*
 * Which line of /etc/hostname is the machine's name, and which names are refused.
 */
#include "boot_tree.h"

#include "boot/hostname.h"

static void test_names(void **state)
{
    static const char long_name[] =
        "a123456789b123456789c123456789d123456789e123456789f123456789abcd"; /* 64 */
    static const char longer_name[] = "a123456789b123456789c123456789d123456789e123456789f123456789abcde";
    static const struct {
        const char *file;
        const char *name; /* NULL: none */
        int error;
    } rows[] = {
        { "debian\n", "debian", 0 },
        { "debian", "debian", 0 },
        { "# a comment\n\n  my-host.example.org \r\nsecond\n", "my-host.example.org", 0 },
        { "a_b\n", "a_b", 0 },
        { "", NULL, 0 },
        { "# nothing\n\n", NULL, 0 },
        { long_name, long_name, 0 },
        { longer_name, NULL, -EINVAL },
        { "two words\n", NULL, -EINVAL },
        { ".dot\n", NULL, -EINVAL },
        { "dot.\n", NULL, -EINVAL },
        { "dot..dot\n", NULL, -EINVAL },
        { "\xc3\xa4\n", NULL, -EINVAL },
    };
    struct tree *tree = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[HOSTNAME_LONGEST + 1] = "";
        tree->failures.first = 0;
        print_message("%s\n", rows[i].file);
        tree_file(tree, "/etc/hostname", rows[i].file);
        assert_int_equal(hostname_read(tree->root, name, &tree->failures), rows[i].name != NULL);
        assert_int_equal(tree->failures.first, rows[i].error);
        assert_string_equal(name, rows[i].name != NULL ? rows[i].name : "");
    }
}

static void test_no_file(void **state)
{
    struct tree *tree = *state;
    char name[HOSTNAME_LONGEST + 1] = "";
    assert_int_equal(hostname_read(tree->root, name, &tree->failures), 0);
    assert_int_equal(tree->failures.first, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { tree_test(test_names), tree_test(test_no_file) };
    return cmocka_run_group_tests_name("hostname", tests, NULL, NULL);
}
