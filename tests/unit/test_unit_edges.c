/*
 * What units say about each other: default dependencies, targets' order, the default target, the built-in targets, and
 * names that lead nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit_tree.h"

static struct tree tree;

static int setup(void **state)
{
    tree_begin(&tree);
    return 0;
}

static int teardown(void **state)
{
    tree_end(&tree);
    return 0;
}

static unsigned edge_count(const struct snapshot *s, const char *name)
{
    return tree_unit(s, name)->edges.count;
}

/* Requires, Wants, After, Before, Conflicts: each in both directions, and together. */
static void test_kinds(void **state)
{
    static const struct {
        const char *directive;
        enum edge_kind kind;
        enum edge_kind reverse;
    } cases[] = {
        { "Requires", EDGE_REQUIRES, EDGE_REQUIRED_BY },
        { "Wants", EDGE_WANTS, EDGE_WANTED_BY },
        { "After", EDGE_AFTER, EDGE_BEFORE },
        { "Before", EDGE_BEFORE, EDGE_AFTER },
        { "Conflicts", EDGE_CONFLICTS, EDGE_CONFLICTED_BY },
    };
    tree_file(&tree, "first/b.service", "[Unit]\nDefaultDependencies=no\n" SERVICE);
    tree_file(&tree, "first/c.service", "[Unit]\nDefaultDependencies=no\n" SERVICE);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "[Unit]\nDefaultDependencies=no\n%s=b.service c.service\n%s=b.service\n" SERVICE,
                 cases[i].directive, cases[i].directive);
        tree_file(&tree, "first/a.service", text);
        const struct snapshot *s = tree_load(&tree, NULL);
        assert_true(tree_has_edge(s, "a.service", cases[i].kind, "b.service"));
        assert_true(tree_has_edge(s, "b.service", cases[i].reverse, "a.service"));
        assert_true(tree_has_edge(s, "a.service", cases[i].kind, "c.service"));
        assert_int_equal(edge_count(s, "a.service"), 3); /* default.target wants it, too */
    }
}

/* DefaultDependencies */
static void test_defaults(void **state)
{
    tree_file(&tree, "first/a.service", SERVICE);
    tree_file(&tree, "first/b.service", "[Unit]\nDefaultDependencies=no\n" SERVICE);
    tree_file(&tree, "first/c.target", "[Unit]\nWants=a.service b.service\n");
    tree_file(&tree, "first/d.target", "[Unit]\nDefaultDependencies=no\nWants=a.service\n");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_true(tree_has_edge(s, "a.service", EDGE_REQUIRES, "sysinit.target"));
    assert_true(tree_has_edge(s, "a.service", EDGE_AFTER, "sysinit.target"));
    assert_true(tree_has_edge(s, "a.service", EDGE_AFTER, "basic.target"));
    assert_false(tree_has_edge(s, "a.service", EDGE_REQUIRES, "basic.target"));
    assert_true(tree_has_edge(s, "a.service", EDGE_CONFLICTS, "shutdown.target"));
    assert_true(tree_has_edge(s, "a.service", EDGE_BEFORE, "shutdown.target"));
    assert_int_equal(edge_count(s, "b.service"), 2); /* wanted by c.target and default.target */
    assert_true(tree_has_edge(s, "c.target", EDGE_AFTER, "a.service"));
    assert_false(tree_has_edge(s, "c.target", EDGE_AFTER, "b.service"));
    assert_false(tree_has_edge(s, "d.target", EDGE_AFTER, "a.service"));
    assert_true(tree_has_edge(s, "c.target", EDGE_CONFLICTS, "shutdown.target"));
    assert_int_equal(tree_unit(s, "sysinit.target")->flags, UNIT_BUILT_IN | UNIT_BOOT_WORK);
}

/* systemd.target(5): an explicit order the other way round is not contradicted. */
static void test_contradicting_order(void **state)
{
    tree_file(&tree, "first/a.service", "[Unit]\nAfter=t.target\n" SERVICE);
    tree_file(&tree, "first/b.service", SERVICE);
    tree_file(&tree, "first/t.target", "[Unit]\nWants=a.service b.service c.service\nBefore=c.service\n");
    tree_file(&tree, "first/c.service", SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_false(tree_has_edge(s, "t.target", EDGE_AFTER, "a.service"));
    assert_true(tree_has_edge(s, "t.target", EDGE_AFTER, "b.service"));
    assert_false(tree_has_edge(s, "t.target", EDGE_AFTER, "c.service"));
}

static void test_default_target(void **state)
{
    tree_file(&tree, "first/a.service", SERVICE);
    tree_file(&tree, "first/t@.service", SERVICE);
    tree_file(&tree, "first/t@i.service", SERVICE);
    tree_file(&tree, "second/b.service", SERVICE);
    tree_file(&tree, "second/default.target", "[Unit]\nDescription=only when it is named\n");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_string_equal(unit_name(s, s->root), "default.target");
    assert_int_equal(snapshot_unit(s, s->root)->flags, UNIT_BUILT_IN);
    assert_true(tree_has_edge(s, "default.target", EDGE_REQUIRES, "basic.target"));
    assert_true(tree_has_edge(s, "default.target", EDGE_AFTER, "basic.target"));
    assert_true(tree_has_edge(s, "default.target", EDGE_WANTS, "a.service"));
    assert_true(tree_has_edge(s, "default.target", EDGE_AFTER, "a.service"));
    assert_true(tree_has_edge(s, "default.target", EDGE_WANTS, "t@i.service"));
    assert_int_equal(snapshot_find(s, "b.service"), -ENOENT);
    assert_int_equal(snapshot_find(s, "t@.service"), -ENOENT);

    tree_file(&tree, "first/default.target", "[Unit]\nDescription=mine\nWants=b.service\n");
    s = tree_load(&tree, NULL);
    assert_string_equal(snapshot_string(s, snapshot_unit(s, s->root)->description), "mine");
    assert_true(tree_has_edge(s, "default.target", EDGE_WANTS, "b.service"));
    assert_false(tree_has_edge(s, "default.target", EDGE_WANTS, "a.service")); /* there, but not started */

    s = tree_load_request(&tree, (struct load_request){ .root = "b.service" });
    assert_string_equal(unit_name(s, s->root), "b.service");
    s = tree_load_request(&tree, (struct load_request){ .root = "multi-user.target" });
    assert_string_equal(unit_name(s, s->root), "multi-user.target");
    assert_true(tree_has_edge(s, "multi-user.target", EDGE_REQUIRES, "basic.target"));
    s = tree_load_request(&tree, (struct load_request){ .root = "missing.target" });
    assert_string_equal(unit_name(s, s->root), "missing.target");
    assert_int_equal(snapshot_unit(s, s->root)->flags, UNIT_NOT_FOUND);
}

static void test_default_target_is_a_link(void **state)
{
    tree_file(&tree, "second/my.target", "[Unit]\nDescription=mine\n");
    tree_link(&tree, "first/default.target", "../second/my.target");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_string_equal(unit_name(s, s->root), "my.target");
    assert_int_equal(snapshot_find(s, "default.target"), s->root);
}

static void test_nothing_at_all(void **state)
{
    const char *const none[] = { NULL };
    const struct load_request request = { .folders = none };
    int fd = memfd_create("snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(load_units(&request, fd), 0);
    assert_int_equal(snapshot_open(fd, &tree.snapshot), 0);
    close(fd);
    assert_string_equal(unit_name(tree.snapshot, tree.snapshot->root), "default.target");
    assert_int_equal(tree.snapshot->findings.count, 0);
}

/* Every standard target of the list is there without a file, and gives way to one. */
static void test_built_in(void **state)
{
    static const char *const names[] = {
        "sysinit",        "basic",           "multi-user",    "graphical", "network",  "network-pre",
        "network-online", "sockets",         "timers",        "paths",     "slices",   "local-fs",
        "local-fs-pre",   "remote-fs",       "remote-fs-pre", "swap",      "rescue",   "emergency",
        "shutdown",       "umount",          "final",         "reboot",    "poweroff", "halt",
        "nss-lookup",     "nss-user-lookup", "time-sync",     "time-set",  "rpcbind",  "getty",
        "cryptsetup",
    };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.target", names[i]);
        const struct snapshot *s = tree_load(&tree, name);
        assert_true((tree_unit(s, name)->flags & UNIT_BUILT_IN) != 0);
        assert_int_not_equal(tree_unit(s, name)->description, 0);
        assert_int_equal(s->findings.count, 0);
    }
    tree_file(&tree, "first/network.target", "[Unit]\nDescription=mine\n");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_int_equal(tree_unit(s, "network.target")->flags, 0);
}

static void test_self(void **state)
{
    tree_file(&tree, "first/a.service", "[Unit]\nAfter=a.service\nRequires=%n b.service\n" SERVICE);
    tree_file(&tree, "first/b.service", SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_non_null(tree_finding(s, "a.service", FINDING_WARNING, "about itself"));
    assert_true(tree_has_edge(s, "a.service", EDGE_REQUIRES, "b.service"));
    assert_int_equal(tree_unit(s, "a.service")->flags, 0);
}

static void test_missing(void **state)
{
    tree_file(&tree, "second/a.service",
              "[Unit]\nRequires=no1.service\nWants=no2.service\nAfter=no3.service no1.service\n" SERVICE);
    const struct snapshot *s = tree_load(&tree, "a.service");
    assert_int_equal(tree_unit(s, "no1.service")->flags, UNIT_NOT_FOUND);
    assert_int_equal(tree_unit(s, "no1.service")->commands.count, 0);
    assert_int_not_equal(tree_unit(s, "no1.service")->service, 0); /* its structs are sound all the same */
    assert_true(tree_has_edge(s, "a.service", EDGE_REQUIRES, "no1.service"));
    assert_non_null(tree_finding(s, "a.service", FINDING_WARNING, "no1.service is required"));
    assert_int_equal(snapshot_find(s, "no2.service"), -ENOENT);
    assert_int_equal(snapshot_find(s, "no3.service"), -ENOENT);
    assert_int_equal(s->findings.count, 1);

    tree_file(&tree, "first/b.service", "[Unit]\nWants=no2.service\nAfter=no3.service\n" SERVICE);
    s = tree_load(&tree, NULL);
    assert_non_null(tree_finding(s, "b.service", FINDING_NOTE, "there is no no2.service"));
    assert_non_null(tree_finding(s, "b.service", FINDING_NOTE, "there is no no3.service"));
}

/* Units of types that are not there yet. */
static void test_missing_types(void **state)
{
    tree_file(&tree, "second/a.service",
              "[Unit]\nRequires=dbus.socket -.mount system.slice\nAfter=dbus.socket\nWants=x.timer\n"
              "BindsTo=dev-sda.device\n" SERVICE);
    const struct snapshot *s = tree_load(&tree, "a.service");
    assert_int_equal(tree_unit(s, "a.service")->flags, 0);
    assert_non_null(tree_finding(s, "a.service", FINDING_WARNING, "dbus.socket is left out"));
    assert_non_null(tree_finding(s, "a.service", FINDING_NOTE, "dbus.socket is left out"));
    assert_non_null(tree_finding(s, "a.service", FINDING_NOTE, "-.mount is left out"));
    assert_non_null(tree_finding(s, "a.service", FINDING_NOTE, "system.slice is left out"));
    assert_non_null(tree_finding(s, "a.service", FINDING_WARNING, "x.timer is left out"));
    assert_non_null(tree_finding(s, "a.service", FINDING_WARNING, "BindsTo= is without effect"));
}

/* A unit that is only ordered against is not dragged in. */
static void test_order_does_not_pull(void **state)
{
    tree_file(&tree, "first/a.service", "[Unit]\nAfter=b.service\nConflicts=c.service\n" SERVICE);
    tree_file(&tree, "second/b.service", SERVICE);
    tree_file(&tree, "second/c.service", SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_int_equal(snapshot_find(s, "b.service"), -ENOENT);
    assert_int_equal(snapshot_find(s, "c.service"), -ENOENT);
    s = tree_load(&tree, "b.service");
    assert_true(tree_has_edge(s, "a.service", EDGE_AFTER, "b.service"));
}

/* What is bad asks for nothing, but others may still ask for it. */
static void test_bad_has_no_wishes(void **state)
{
    tree_file(&tree, "first/a.service", "[Unit]\nRequires=b.service\nNonsense=1\n" SERVICE);
    tree_file(&tree, "first/b.service", "[Unit]\nRequires=a.service\n" SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_int_equal(tree_unit(s, "a.service")->flags, UNIT_BAD);
    assert_false(tree_has_edge(s, "a.service", EDGE_REQUIRES, "b.service"));
    assert_true(tree_has_edge(s, "b.service", EDGE_REQUIRES, "a.service"));
}

static void test_wrong_names(void **state)
{
    tree_file(&tree, "second/a.service", "[Unit]\nAfter=a/b.service b.servic \"c.service\" d\n" SERVICE);
    const struct snapshot *s = tree_load(&tree, "a.service");
    assert_int_equal(s->findings.count, 4);
    assert_int_equal(tree_unit(s, "a.service")->flags, 0);
}

/* Dependencies are not the loader's to judge: a cycle is written as it stands. */
static void test_cycle(void **state)
{
    tree_file(&tree, "first/a.service", "[Unit]\nAfter=b.service\nRequires=b.service\n" SERVICE);
    tree_file(&tree, "first/b.service", "[Unit]\nAfter=a.service\nRequires=a.service\n" SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_true(tree_has_edge(s, "a.service", EDGE_AFTER, "b.service"));
    assert_true(tree_has_edge(s, "b.service", EDGE_AFTER, "a.service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_contradicting_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_default_target, setup, teardown),
        cmocka_unit_test_setup_teardown(test_default_target_is_a_link, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_built_in, setup, teardown),
        cmocka_unit_test_setup_teardown(test_self, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order_does_not_pull, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_has_no_wishes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cycle, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
