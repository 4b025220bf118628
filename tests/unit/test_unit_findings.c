/*
 * What is said about a file: how bad, where, in which words; and a reload that carries over what is alive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit_tree.h"

#include <signal.h>

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

/* One line in [Unit] or [Service], in the first folder and in another one. */
static const struct {
    const char *text;
    const char *words;
    enum severity first;
    enum severity second;
    uint32_t line;
} cases[] = {
    { SERVICE "Nonsense=1\n", "there is no directive Nonsense= in [Service]", FINDING_ERROR, FINDING_WARNING,
      3 },
    { SERVICE "PrivteTmp=1\n", "is PrivateTmp= meant?", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "After=b.service\n", "After= belongs into [Unit], not into [Service]", FINDING_ERROR,
      FINDING_WARNING, 3 },
    { "[Servce]\n" SERVICE, "is [Service] meant?", FINDING_ERROR, FINDING_WARNING, 1 },
    { "[Socket]\nListenStream=1\n" SERVICE, "a [Socket] section has no place in a service", FINDING_ERROR,
      FINDING_WARNING, 1 },
    { "Description=x\n" SERVICE, "before the first section", FINDING_ERROR, FINDING_WARNING, 1 },
    { SERVICE "nonsense\n", "this line has no \"=\"", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "[Unit\n", "a section's name ends with", FINDING_ERROR, FINDING_ERROR, 3 },
    { SERVICE "RestartSec=x\n", "\"x\" is not a time span", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "RestartSec=-1\n", "out of range", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "Restart=x\n", "\"x\" is not a value of Restart=", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "UMask=x\n", "is not a mode", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "KillSignal=x\n", "is not a signal", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "LimitNOFILE=x\n", "is not a limit", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "SendSIGKILL=x\n", "is neither yes nor no", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "User=a:b\n", "cannot be the name of a user", FINDING_ERROR, FINDING_ERROR, 3 },
    { SERVICE "Environment=A\n", "is not NAME=value", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "Environment='A=b\n", "a quote is not closed", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "Environment=A=\\q\n", "an unknown escape is kept", FINDING_WARNING, FINDING_WARNING, 3 },
    { SERVICE "CapabilityBoundingSet=CAP_X\n", "is not a capability", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "\n\nExecStartPre=\\\n  nopath/x\n", "a program is named by its absolute path", FINDING_ERROR,
      FINDING_ERROR, 5 },
    { SERVICE "Type=dbus\n", "there is no D-Bus", FINDING_ERROR, FINDING_ERROR, 3 },
    { SERVICE "RootDirectory=/srv\n", "RootDirectory= is not there", FINDING_ERROR, FINDING_ERROR, 3 },
    { SERVICE "Sockets=a.socket\n", "Sockets= is without effect", FINDING_WARNING, FINDING_WARNING, 3 },
    { SERVICE "PIDFile=/run/../x\n", "is not a path", FINDING_ERROR, FINDING_WARNING, 3 },
    { SERVICE "BusName=a.b\n", "only Type=dbus waits for it", FINDING_NOTE, FINDING_NOTE, 3 },
    { SERVICE "PrivateTmp=yes\n", "runs less confined than its file asks: PrivateTmp=", FINDING_UNCONFINED,
      FINDING_UNCONFINED, 3 },
    { SERVICE "ReadWritePaths=/a\nReadWritePaths=/b\n", "ReadWritePaths=", FINDING_UNCONFINED,
      FINDING_UNCONFINED, 3 },
    { "[Unit]\nConditionPathExists=/x\n" SERVICE, "conditions are not there yet", FINDING_WARNING,
      FINDING_WARNING, 2 },
};

static void test_findings(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tree_file(&tree, "first/a.service", cases[i].text);
        tree_file(&tree, "second/b.service", cases[i].text);
        const struct snapshot *s = tree_load(&tree, "b.service");
        const struct finding *first = tree_finding(s, "a.service", cases[i].first, cases[i].words);
        const struct finding *second = tree_finding(s, "b.service", cases[i].second, cases[i].words);
        if (first == NULL || second == NULL || first->line != cases[i].line ||
            second->line != cases[i].line) {
            load_print_findings(s, FINDING_NOTE, 2);
            fail_msg("not so: %s", cases[i].text);
        }
        assert_int_equal(s->findings.count, 2); /* nothing is said twice */
        assert_int_equal((tree_unit(s, "a.service")->flags & UNIT_BAD) != 0, cases[i].first == FINDING_ERROR);
        assert_int_equal((tree_unit(s, "b.service")->flags & UNIT_BAD) != 0,
                         cases[i].second == FINDING_ERROR);
    }
}

/* What costs nothing is not told. */
static void test_silence(void **state)
{
    static const char *const texts[] = {
        "[Unit]\nDocumentation=man:x\n" SERVICE "[Install]\nWantedBy=multi-user.target\nAlias=y.service\n",
        SERVICE "X-Mine=1\n[X-Section]\nanything=1\n",
        SERVICE
        "PrivateTmp=no\nProtectSystem=false\nProtectProc=default\nDevicePolicy=auto\nSystemCallFilter=\n",
        SERVICE "Delegate=no\nWatchdogSec=0\nSockets=\nTasksMax=infinity\n",
        SERVICE "PrivateTmp=yes\nPrivateTmp=no\nReadWritePaths=/a\nReadWritePaths=\n",
        "[Unit]\nAllowIsolate=yes\n[Service]\nType=oneshot\nExecStart=/bin/true\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        tree_file(&tree, "first/a.service", texts[i]);
        const struct snapshot *s = tree_load(&tree, NULL);
        if (s->findings.count != 0) {
            load_print_findings(s, FINDING_NOTE, 2);
            fail_msg("not silent: %s", texts[i]);
        }
    }
    tree_file(&tree, "first/a.target", "[Unit]\nDescription=x\n[Target]\n[Install]\nWantedBy=y.target\n");
    assert_int_equal(tree_load(&tree, NULL)->findings.count, 0);
    tree_file(&tree, "first/a.target", "[Service]\nExecStart=/bin/true\n");
    assert_non_null(
        tree_finding(tree_load(&tree, NULL), "a.target", FINDING_ERROR, "has no place in a target"));
}

/* A drop-in can turn a protection off. */
static void test_protection_turned_off(void **state)
{
    tree_file(&tree, "second/a.service", SERVICE "PrivateTmp=yes\nPrivateDevices=yes\n");
    tree_file(&tree, "first/a.service.d/x.conf", "[Service]\nPrivateTmp=no\n");
    const struct snapshot *s = tree_load(&tree, "a.service");
    assert_int_equal(s->findings.count, 1);
    assert_non_null(tree_finding(s, "a.service", FINDING_UNCONFINED, "PrivateDevices="));
}

/* A file that is wrong all over is told of up to a point; what it lacks in protection is told in any case. */
static void test_too_many(void **state)
{
    char *text = calloc(1, 64 << 10);
    strcpy(text, SERVICE "PrivateTmp=yes\n");
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(text + strlen(text), 64, "Nonsense%u=1\n", i);
    }
    tree_file(&tree, "second/a.service", text);
    free(text);
    const struct snapshot *s = tree_load(&tree, "a.service");
    assert_in_range(s->findings.count, 10, 100);
    assert_non_null(tree_finding(s, "a.service", FINDING_WARNING, "there is more to say"));
    assert_non_null(tree_finding(s, "a.service", FINDING_UNCONFINED, "PrivateTmp="));
}

static void test_print(void **state)
{
    tree_file(&tree, "first/a.service", SERVICE "PrivateTmp=yes\nNonsense=1\nBusName=a.b\n");
    const struct snapshot *s = tree_load(&tree, "missing.service");
    int fd = memfd_create("out", MFD_CLOEXEC);
    char out[4096] = "";
    char expected[3 * PATH_MAX];
    load_print_findings(s, FINDING_WARNING, fd);
    assert_true(pread(fd, out, sizeof out - 1, 0) > 0);
    close(fd);
    snprintf(expected, sizeof expected,
             "error: there is no file for missing.service\n"
             "%s/a.service:4: error: there is no directive Nonsense= in [Service]\n",
             tree.first);
    assert_string_equal(out, expected);
}

/* --- a reload --- */

static const struct snapshot *reload(const struct snapshot *old, const char *const *alive_names)
{
    bool *alive = calloc(old->units.count, sizeof *alive);
    for (; *alive_names != NULL; alive_names++) {
        alive[snapshot_find(old, *alive_names)] = true;
    }
    const struct snapshot *s = tree_load_request(&tree, (struct load_request){ .old = old, .alive = alive });
    free(alive);
    return s;
}

static void test_carry_over(void **state)
{
    tree_file(
        &tree, "first/gone.service",
        "[Unit]\nDescription=gone\nAfter=stays.service\nRequires=stays.service\n[Service]\nType=notify\n"
        "ExecStart=/bin/a b\nExecStop=-/bin/c \"d e\"\nUser=u\nEnvironment=A=1 B=2\nEnvironmentFile=-/e\n"
        "LimitNOFILE=5\nRuntimeDirectory=r\nKillSignal=INT\nSuccessExitStatus=3 "
        "SIGHUP\nStandardOutput=append:/l\n");
    tree_file(&tree, "first/stays.service", SERVICE);
    tree_file(&tree, "first/bad.service", "[Unit]\nDescription=bad\n[Service]\nExecStart=/bin/old\n");
    tree_file(&tree, "first/dead.service", SERVICE);
    tree_file(&tree, "second/unwanted.service", SERVICE);
    tree_file(&tree, "first/t.target", "[Unit]\nWants=unwanted.service\n");
    const struct snapshot *old = tree_load(&tree, NULL);
    unlink(tree_at(&tree, "first/gone.service"));
    unlink(tree_at(&tree, "first/dead.service"));
    unlink(tree_at(&tree, "first/t.target"));
    tree_file(&tree, "first/bad.service", "[Service]\nExecStart=/bin/new\nNonsense=1\n");
    const struct snapshot *s = reload(old, (const char *const[]){ "gone.service", "bad.service",
                                                                  "unwanted.service", "t.target",
                                                                  "sysinit.target", NULL });
    assert_int_equal(tree_unit(s, "gone.service")->flags, UNIT_NOT_FOUND);
    assert_int_equal(snapshot_find(s, "dead.service"), -ENOENT);
    assert_string_equal(snapshot_string(s, tree_unit(s, "gone.service")->description), "gone");
    assert_string_equal(tree_argv(s, "gone.service", 0), "/bin/a|b");
    assert_string_equal(tree_argv(s, "gone.service", 1), "/bin/c|d e");
    assert_true(tree_has_edge(s, "gone.service", EDGE_AFTER, "stays.service"));
    assert_true(tree_has_edge(s, "gone.service", EDGE_REQUIRES, "stays.service"));
    assert_true(tree_has_edge(s, "gone.service", EDGE_BEFORE, "shutdown.target"));
    assert_false(tree_has_edge(s, "default.target", EDGE_WANTS, "gone.service"));
    const struct unit_service *v = tree_service(s, "gone.service");
    const struct unit_exec *e = tree_exec(s, "gone.service");
    assert_int_equal(v->type, SERVICE_NOTIFY);
    assert_int_equal(v->kill_signal, SIGINT);
    assert_int_equal(v->exits.count, 2);
    assert_string_equal(snapshot_string(s, e->user), "u");
    assert_string_equal(tree_strings(s, &e->environment), "A=1|B=2");
    assert_string_equal(tree_strings(s, &e->runtime), "r");
    assert_string_equal(snapshot_string(s, e->stdio[1].path), "/l");
    assert_int_equal(((const struct limit *)snapshot_at(s, e->limits.at))->soft, 5);
    assert_int_equal(((const struct env_file *)snapshot_at(s, e->environment_files.at))->optional, 1);
    assert_int_equal(tree_unit(s, "bad.service")->flags, UNIT_BAD);
    assert_string_equal(tree_argv(s, "bad.service", 0), "/bin/old"); /* as it was started */
    assert_int_equal(tree_unit(s, "unwanted.service")->flags, 0);    /* it lives, so it is loaded */
    assert_int_equal(tree_unit(s, "t.target")->flags, UNIT_NOT_FOUND);
    /* And once more: what was carried over once is carried over again, and gone when it is dead. */
    const struct snapshot *third = reload(s, (const char *const[]){ "gone.service", NULL });
    assert_string_equal(tree_argv(third, "gone.service", 1), "/bin/c|d e");
    assert_string_equal(tree_argv(third, "bad.service", 0), "none");
    snapshot_close(s);
    const struct snapshot *fourth = reload(third, (const char *const[]){ NULL });
    assert_int_equal(snapshot_find(fourth, "gone.service"), -ENOENT);
    snapshot_close(third);
    snapshot_close(old);
}

/* A unit that lives keeps its name when that becomes another name of something else. */
static void test_carry_over_a_name(void **state)
{
    tree_file(&tree, "first/a.service", "[Service]\nExecStart=/bin/a\n");
    tree_file(&tree, "second/b.service", "[Service]\nExecStart=/bin/b\n");
    const struct snapshot *old = tree_load(&tree, NULL);
    unlink(tree_at(&tree, "first/a.service"));
    tree_link(&tree, "first/a.service", "../second/b.service");
    const struct snapshot *s = reload(old, (const char *const[]){ "a.service", NULL });
    assert_string_equal(unit_name(s, (uint32_t)snapshot_find(s, "a.service")), "a.service");
    assert_string_equal(tree_argv(s, "a.service", 0), "/bin/a");
    snapshot_close(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_findings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_protection_turned_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_print, setup, teardown),
        cmocka_unit_test_setup_teardown(test_carry_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_carry_over_a_name, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
