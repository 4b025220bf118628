/*
 * Lines of sysctl.d(5), and what they do to a tree of plain files in /proc/sys's place.
 */
#include "boot_tree.h"

#include "boot/sysctl.h"

static void test_lines(void **state)
{
    static const struct {
        const char *line;
        int result;
        const char *key;
        const char *value;
        bool is_glob;
        bool may_fail;
    } rows[] = {
        { "kernel.panic=10", 0, "kernel/panic", "10", false, false },
        { "kernel.panic = 10", 0, "kernel/panic", "10", false, false },
        { "kernel/panic\t=\t10", 0, "kernel/panic", "10", false, false },
        { "net.ipv4.ip_local_port_range = 1024 65000", 0, "net/ipv4/ip_local_port_range", "1024 65000" },
        { "kernel.core_pattern = |/bin/x a=b %p", 0, "kernel/core_pattern", "|/bin/x a=b %p" },
        { "-kernel.panic = 1", 0, "kernel/panic", "1", false, true },
        { "- kernel.panic = 1", 0, "kernel/panic", "1", false, true },
        { "-net.ipv4.conf.eth0.rp_filter", 0, "net/ipv4/conf/eth0/rp_filter", NULL, false, true },
        { "net.ipv4.conf.*.rp_filter = 2", 0, "net/ipv4/conf/*/rp_filter", "2", true, false },
        { "net.ipv4.conf.eth[0-9].rp_filter = 2", 0, "net/ipv4/conf/eth[0-9]/rp_filter", "2", true, false },
        { "net.ipv4.conf.eth0/100.rp_filter=1", 0, "net/ipv4/conf/eth0.100/rp_filter", "1", false, false },
        { "net/ipv4/conf/eth0.100/rp_filter=1", 0, "net/ipv4/conf/eth0.100/rp_filter", "1", false, false },
        { "/kernel//panic/ = 1", 0, "kernel/panic", "1", false, false },
        { "kernel.domainname =", 0, "kernel/domainname", "", false, false },
        { "plain = 1", 0, "plain", "1", false, false },
        { "kernel.panic 10", -EINVAL },
        { "= 10", -EINVAL },
        { "-", -EINVAL },
        { "-=1", -EINVAL },
        { "/ = 1", -EINVAL },
        { ". = 1", -EINVAL },
        { "kernel/../../../etc/passwd = x", -EINVAL },
        { "../x = x", 0, ".x", "x" },
        { "kernel.//.x = x", -EINVAL },
        { "kernel/..a = x", 0, "kernel/..a", "x" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[128];
        struct setting setting = { 0 };
        strcpy(line, rows[i].line);
        print_message("%s\n", line);
        assert_int_equal(sysctl_parse(line, &setting), rows[i].result);
        if (rows[i].result == 0) {
            assert_string_equal(setting.key, rows[i].key);
            assert_int_equal(setting.value != NULL, rows[i].value != NULL);
            assert_string_equal(setting.value != NULL ? setting.value : "",
                                rows[i].value != NULL ? rows[i].value : "");
            assert_int_equal(setting.is_glob, rows[i].is_glob);
            assert_int_equal(setting.may_fail, rows[i].may_fail);
        }
    }
}

static void test_nothing(void **state)
{
    struct tree *tree = *state;
    assert_int_equal(sysctl_apply(tree->root, &tree->failures), 0);
    assert_int_equal(tree->failures.first, 0);
}

static void test_the_last_line_counts(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/proc/sys/kernel/panic", "0\n");
    tree_file(tree, "/proc/sys/kernel/sysrq", "0\n");
    tree_file(tree, "/proc/sys/vm/swappiness", "60\n");
    tree_file(tree, "/usr/lib/sysctl.d/50-a.conf", "kernel.panic = 1\nvm.swappiness = 1\n");
    tree_file(tree, "/etc/sysctl.d/60-b.conf", "kernel/panic = 2\n");
    tree_file(tree, "/etc/sysctl.conf", "kernel.sysrq=7\nvm.swappiness=9\n");
    assert_int_equal(sysctl_apply(tree->root, &tree->failures), 3);
    assert_string_equal(tree->told, "");
    /* each is written once, over what was there: "2", and "\n" of the old content */
    assert_string_equal(tree_read(tree, "/proc/sys/kernel/panic"), "2\n");
    assert_string_equal(tree_read(tree, "/proc/sys/kernel/sysrq"), "7\n");
    assert_string_equal(tree_read(tree, "/proc/sys/vm/swappiness"), "90\n");
}

static void test_globs_leave_named_keys_alone(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/proc/sys/net/ipv4/conf/all/rp_filter", "");
    tree_file(tree, "/proc/sys/net/ipv4/conf/eth0/rp_filter", "");
    tree_file(tree, "/proc/sys/net/ipv4/conf/eth1/rp_filter", "");
    tree_file(tree, "/proc/sys/net/ipv4/conf/wlan0/rp_filter", "");
    tree_file(tree, "/proc/sys/net/ipv4/conf/wlan1/rp_filter", "");
    tree_file(tree, "/proc/sys/net/ipv4/conf/lo/other", "");
    tree_file(tree, "/proc/sys/net/ipv4/conf/file", "");
    tree_file(tree, "/etc/sysctl.d/a.conf",
              "net.ipv4.conf.eth1.rp_filter = 1\n"
              "net.ipv4.conf.*.rp_filter = 2\n"
              "-net.ipv4.conf.eth0.rp_filter\n"
              "-net.ipv4.conf.wlan[1-9].rp_filter\n");
    assert_int_equal(sysctl_apply(tree->root, &tree->failures), 4);
    assert_string_equal(tree->told, "");
    assert_string_equal(tree_read(tree, "/proc/sys/net/ipv4/conf/all/rp_filter"), "2");
    assert_string_equal(tree_read(tree, "/proc/sys/net/ipv4/conf/eth0/rp_filter"), "");
    assert_string_equal(tree_read(tree, "/proc/sys/net/ipv4/conf/eth1/rp_filter"), "1");
    assert_string_equal(tree_read(tree, "/proc/sys/net/ipv4/conf/wlan0/rp_filter"), "2");
    assert_string_equal(tree_read(tree, "/proc/sys/net/ipv4/conf/wlan1/rp_filter"), "");
    assert_string_equal(tree_read(tree, "/proc/sys/net/ipv4/conf/file"), "");
}

static void test_each_failure_is_told(void **state)
{
    struct tree *tree = *state;
    tree_file(tree, "/proc/sys/kernel/panic", "");
    tree_file(tree, "/etc/sysctl.d/a.conf",
              "kernel.nothing = 1\n-kernel.nothing.either = 1\nwhat is this\nkernel = 1\nkernel.panic = 3\n"
              "no.*.match = 1\n");
    sysctl_apply(tree->root, &tree->failures);
    char expected[128];
    snprintf(expected, sizeof expected, "a.conf:3:%d\nkernel/nothing:%d\nkernel:%d\n", EINVAL, ENOENT,
             EISDIR);
    assert_string_equal(tree->told, expected);
    assert_int_equal(tree->failures.first, -EINVAL);
    assert_string_equal(tree_read(tree, "/proc/sys/kernel/panic"), "3");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),         tree_test(test_nothing),
        tree_test(test_the_last_line_counts), tree_test(test_globs_leave_named_keys_alone),
        tree_test(test_each_failure_is_told),
    };
    return cmocka_run_group_tests_name("sysctl", tests, NULL, NULL);
}
