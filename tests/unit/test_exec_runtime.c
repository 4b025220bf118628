/*
 * Runtime folders: made, given away, removed, and nothing outside of them touched. Where the machine is read-only
 * (exec_inside.h): a removal that went wrong would otherwise take it along.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exec/runtime.h"
#include "exec/tree.h"
#include "exec_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/tmp/primer-runtime-XXXXXX";
static uid_t uid;
static gid_t gid;

static const char *at(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", top, name);
    return path;
}

static mode_t mode_of(const char *name)
{
    struct stat status;
    assert_int_equal(lstat(at(name), &status), 0);
    return status.st_mode & 07777;
}

static bool is_there(const char *name)
{
    struct stat status;
    return lstat(at(name), &status) == 0;
}

static void make_file(const char *name)
{
    int fd = open(at(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void test_make(void **state)
{
    (void)state;
    umask(0077); /* has no say */
    assert_int_equal(runtime_make(top, "redis", 02750, uid, gid), 0);
    assert_int_equal(mode_of("redis"), 02750);
    assert_int_equal(runtime_make(top, "a/b/c", 0700, uid, gid), 0);
    assert_int_equal(mode_of("a"), 0755);
    assert_int_equal(mode_of("a/b"), 0755);
    assert_int_equal(mode_of("a/b/c"), 0700);
    assert_int_equal(runtime_make(top, "a/b/c", 0711, uid, gid), 0); /* there already: the mode is set */
    assert_int_equal(mode_of("a/b/c"), 0711);
    umask(0022);
}

static void test_remove(void **state)
{
    (void)state;
    assert_int_equal(runtime_make(top, "a/b/c", 0700, uid, gid), 0);
    assert_int_equal(mkdir(at("a/b/c/d"), 0700), 0);
    make_file("a/b/c/d/file");
    make_file("a/b/c/.hidden");
    assert_int_equal(runtime_remove(top, "a/b/c"), 0);
    assert_false(is_there("a/b/c"));
    assert_true(is_there("a/b"));                      /* only the innermost */
    assert_int_equal(runtime_remove(top, "a/b/c"), 0); /* is gone already */
    assert_int_equal(runtime_remove(top, "x/y"), 0);
    assert_int_equal(runtime_remove(top, "a"), 0);
}

static void test_names_that_lead_out(void **state)
{
    static const char *const bad[] = { "..", "../x", "", "/", ".", "a/../..", "a/./b" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(runtime_make(top, bad[i], 0755, uid, gid), -EINVAL);
        assert_int_equal(runtime_remove(top, bad[i]), -EINVAL);
    }
    assert_int_equal(runtime_remove(top, "a"), 0);
    char name[NAME_MAX + 2];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(runtime_make(top, name, 0755, uid, gid), -EINVAL);
    assert_int_equal(runtime_make("/nowhere", "x", 0755, uid, gid), -ENOENT);
}

/* Links that another service has left on the way, or in it. */
static void test_links(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("outside"), 0755), 0);
    make_file("outside/precious");
    assert_int_equal(symlink(at("outside"), at("link")), 0);
    assert_int_equal(runtime_make(top, "link/x", 0777, uid, gid), -ENOTDIR);
    assert_int_equal(runtime_make(top, "link", 0777, uid, gid), -ENOTDIR);
    assert_int_equal(mode_of("outside"), 0755);
    assert_int_equal(runtime_remove(top, "link/precious") < 0, 1);
    assert_true(is_there("outside/precious"));

    assert_int_equal(runtime_make(top, "svc", 0755, uid, gid), 0);
    assert_int_equal(symlink("../outside", at("svc/up")), 0);
    /* Not to /: a tree_remove() that is broken must not take the machine with it. */
    assert_int_equal(symlink(at("outside"), at("svc/whole")), 0);
    assert_int_equal(runtime_remove(top, "svc"), 0);
    assert_false(is_there("svc"));
    assert_true(is_there("outside/precious"));
    assert_int_equal(runtime_remove(top, "link"), 0); /* the link itself */
    assert_true(is_there("outside/precious"));
    assert_int_equal(runtime_remove(top, "outside"), 0);
}

static void test_file_in_the_way(void **state)
{
    (void)state;
    make_file("file");
    assert_int_equal(runtime_make(top, "file", 0755, uid, gid), -ENOTDIR);
    assert_int_equal(runtime_make(top, "file/x", 0755, uid, gid), -ENOTDIR);
    assert_int_equal(runtime_remove(top, "file"), 0);
}

/* Deeper than primer goes: an error, no crash, and no descriptor left. */
static void test_depth(void **state)
{
    (void)state;
    assert_int_equal(runtime_make(top, "deep", 0755, uid, gid), 0);
    int dir = open(at("deep"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int middle = -1;
    for (unsigned i = 0; i < 2 * TREE_DEPTH - 10; i++) {
        assert_int_equal(mkdirat(dir, "d", 0755), 0);
        int next = openat(dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        if (i == TREE_DEPTH - 5) {
            middle = dup(next);
        }
        close(dir);
        dir = next;
    }
    close(dir);
    assert_int_equal(runtime_remove(top, "deep"), -ELOOP);
    assert_true(is_there("deep"));
    assert_int_equal(tree_remove(middle, "d"), 0);
    close(middle);
    assert_int_equal(runtime_remove(top, "deep"), 0);
    assert_false(is_there("deep"));
    int fd = dup(0);
    assert_true(fd < 16);
    close(fd);
}

static void test_owner(void **state)
{
    struct stat status;
    (void)state;
    if (!is_root) {
        skip();
    }
    assert_int_equal(runtime_make(top, "own", 0755, 0, 0), 0);
    make_file("own/file");
    assert_int_equal(symlink("/etc/passwd", at("own/link")), 0);
    assert_int_equal(mkdir(at("own/sub"), 0700), 0);
    make_file("own/sub/file");
    assert_int_equal(runtime_make(top, "own", 06755, 1234, 4321), 0);
    static const char *const names[] = { "own", "own/file", "own/link", "own/sub", "own/sub/file" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(lstat(at(names[i]), &status), 0);
        assert_int_equal(status.st_uid, 1234);
        assert_int_equal(status.st_gid, 4321);
    }
    assert_int_equal(stat("/etc/passwd", &status), 0);
    assert_int_equal(status.st_uid, 0);
    assert_int_equal(mode_of("own"), 06755);
    /* Rightly owned already: what is in it stays as it is. */
    assert_int_equal(chown(at("own/file"), 0, 0), 0);
    assert_int_equal(runtime_make(top, "own", 0755, 1234, 4321), 0);
    assert_int_equal(lstat(at("own/file"), &status), 0);
    assert_int_equal(status.st_uid, 0);
    assert_int_equal(runtime_remove(top, "own"), 0);
}

static int run(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_names_that_lead_out),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_file_in_the_way),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_owner),
    };
    uid = geteuid();
    gid = getegid();
    if (mkdtemp(top) == NULL) {
        return 1;
    }
    int failed = cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
    runtime_remove(top, "redis");
    if (rmdir(top) < 0) {
        perror(top);
        failed++;
    }
    return failed;
}

int main(int argc, char **argv)
{
    return inside(argc, argv, run);
}
