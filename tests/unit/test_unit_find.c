/*
 * Which file a name leads to, and what stands beside it: folders, drop-ins, links, masks, templates; and everything that
 * can stand where a unit file should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit_tree.h"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

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

/* A service with this description. */
static void service(const char *name, const char *description)
{
    char text[512];
    snprintf(text, sizeof text, "[Unit]\nDescription=%s\n" SERVICE, description);
    tree_file(&tree, name, text);
}

/* A drop-in that says so. */
static void drop_in(const char *name, const char *description)
{
    char text[512];
    snprintf(text, sizeof text, "[Unit]\nDescription=%s\n", description);
    tree_file(&tree, name, text);
}

static const char *description(const struct snapshot *s, const char *name)
{
    const struct unit *u = tree_unit(s, name);
    return u->description == 0 ? "" : snapshot_string(s, u->description);
}

static unsigned flags(const struct snapshot *s, const char *name)
{
    return tree_unit(s, name)->flags;
}

static void test_first_wins(void **state)
{
    service("first/a.service", "first");
    service("second/a.service", "second");
    service("second/b.service", "only");
    const struct snapshot *s = tree_load(&tree, "b.service");
    assert_string_equal(description(s, "a.service"), "first");
    assert_string_equal(description(s, "b.service"), "only");
    assert_null(strstr(snapshot_string(s, tree_unit(s, "a.service")->path), "second"));
}

/* Same folder by two names: its files are there once. */
static void test_folder_twice(void **state)
{
    service("first/a.service", "x");
    drop_in("first/a.service.d/1.conf", "y");
    tree_link(&tree, "again", "first");
    char again[PATH_MAX + 8];
    snprintf(again, sizeof again, "%s/again", tree.path);
    const char *folders[] = { tree.first, again, "/nonexistent/folder", NULL };
    const struct load_request request = { .folders = folders };
    int fd = memfd_create("snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(load_units(&request, fd), 0);
    assert_int_equal(snapshot_open(fd, &tree.snapshot), 0);
    close(fd);
    assert_string_equal(description(tree.snapshot, "a.service"), "y");
}

static void test_drop_in_order(void **state)
{
    service("second/foo-bar.service", "file");
    drop_in("second/foo-bar.service.d/50.conf", "own 50");
    drop_in("first/foo-.service.d/50.conf", "prefix 50, hidden by the special one?");
    drop_in("second/service.d/40.conf", "type 40");
    assert_string_equal(
        description(tree_load(&tree, "foo-bar.service"), "foo-bar.service"),
        "prefix 50, hidden by the special one?"); /* the first folder wins over the special name */
    drop_in("first/foo-bar.service.d/50.conf", "first own 50");
    assert_string_equal(description(tree_load(&tree, "foo-bar.service"), "foo-bar.service"), "first own 50");
    drop_in("second/foo-.service.d/60.conf", "prefix 60");
    assert_string_equal(description(tree_load(&tree, "foo-bar.service"), "foo-bar.service"), "prefix 60");
    drop_in("second/service.d/70.conf", "type 70");
    assert_string_equal(description(tree_load(&tree, "foo-bar.service"), "foo-bar.service"), "type 70");
    tree_link(&tree, "first/service.d/70.conf", "/dev/null"); /* masks it */
    assert_string_equal(description(tree_load(&tree, "foo-bar.service"), "foo-bar.service"), "prefix 60");
    drop_in("second/foo-bar.service.d/80.txt", "no .conf");
    drop_in("second/foo-bar.service.d/.90.conf", "hidden");
    assert_string_equal(description(tree_load(&tree, "foo-bar.service"), "foo-bar.service"), "prefix 60");
}

static void test_drop_ins_of_instances(void **state)
{
    service("second/a-b@.service", "file");
    const char *const folders[] = { "second/a-@.service.d/x.conf", "second/a-@i.service.d/x.conf",
                                    "second/a-.service.d/x.conf", "second/a-b@.service.d/x.conf",
                                    "second/a-b@i.service.d/x.conf" };
    for (unsigned i = 0; i < 5; i++) { /* each is more special than those before it */
        drop_in(folders[i], folders[i]);
        assert_string_equal(description(tree_load(&tree, "a-b@i.service"), "a-b@i.service"), folders[i]);
    }
}

static void test_drop_in_merges(void **state)
{
    tree_file(&tree, "second/a.service",
              "[Unit]\nAfter=b.service\n[Service]\nExecStart=/old\nEnvironment=A=1\n");
    service("second/b.service", "");
    service("second/c.service", "");
    tree_file(&tree, "first/a.service.d/1.conf",
              "[Unit]\nAfter=c.service\n[Service]\nExecStart=\nExecStart=/new\nEnvironment=B=2\n");
    service("first/t.service", "");
    tree_file(&tree, "first/t.service.d/x.conf", "[Unit]\nRequires=a.service b.service c.service\n");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_string_equal(tree_argv(s, "a.service", 0), "/new");
    assert_string_equal(tree_strings(s, &tree_exec(s, "a.service")->environment), "A=1|B=2");
    assert_true(tree_has_edge(s, "a.service", EDGE_AFTER, "b.service"));
    assert_true(tree_has_edge(s, "a.service", EDGE_AFTER, "c.service"));
}

/* Without a file drop-ins make no unit; beside a built-in target they count. */
static void test_drop_ins_alone(void **state)
{
    tree_file(&tree, "second/a.service.d/1.conf", SERVICE);
    drop_in("second/network.target.d/1.conf", "mine");
    service("first/x.service", "");
    tree_file(&tree, "first/x.service.d/1.conf", "[Unit]\nRequires=a.service\nWants=network.target\n");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_int_equal(flags(s, "a.service"), UNIT_NOT_FOUND);
    assert_string_equal(description(s, "network.target"), "mine");
}

static void test_masks(void **state)
{
    service("second/a.service", "a");
    tree_link(&tree, "first/a.service", "/dev/null");
    tree_file(&tree, "first/b.service", "");
    tree_link(&tree, "second/c@.service", "/dev/null");
    service("first/x.service", "x");
    drop_in("first/a.service.d/1.conf", "masked all the same");
    const struct snapshot *s = tree_load(&tree, "c@1.service");
    assert_int_equal(flags(s, "a.service"), UNIT_MASKED);
    assert_int_equal(flags(s, "b.service"), UNIT_MASKED);
    assert_int_equal(flags(s, "c@1.service"), UNIT_MASKED);
    assert_false(tree_has_edge(s, "default.target", EDGE_WANTS, "a.service"));
    assert_true(tree_has_edge(s, "default.target", EDGE_WANTS, "x.service"));
    assert_int_equal(tree_unit(s, "a.service")->commands.count, 0);
}

static void test_other_names(void **state)
{
    service("second/real.service", "real");
    tree_link(&tree, "second/alias.service", "real.service");
    tree_link(&tree, "first/dotted.service", "../second/./real.service");
    tree_link(&tree, "first/dangling.service", "/nowhere/else.service");
    drop_in("second/alias.service.d/1.conf", "by its other name");
    service("first/x.service", "");
    tree_file(&tree, "first/x.service.d/1.conf", "[Unit]\nAfter=alias.service\nRequires=dotted.service\n");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_string_equal(description(s, "real.service"), "by its other name");
    assert_int_equal(snapshot_find(s, "alias.service"), snapshot_find(s, "real.service"));
    assert_int_equal(snapshot_find(s, "dotted.service"), snapshot_find(s, "real.service"));
    assert_true(tree_has_edge(s, "x.service", EDGE_AFTER, "real.service"));
    assert_true(tree_has_edge(s, "x.service", EDGE_REQUIRES, "real.service"));
    assert_true(tree_has_edge(s, "default.target", EDGE_WANTS, "real.service"));
    assert_int_equal(flags(s, "dangling.service"), UNIT_BAD);
    assert_int_equal(snapshot_find(s, "nothing.service"), -ENOENT);
}

/* A link in the first folder to a file of the same name in another: that is how somebody starts it. */
static void test_own_name(void **state)
{
    service("second/redis.service", "there");
    tree_link(&tree, "first/redis.service", "../second/redis.service");
    tree_file(&tree, "second/t@.service", "[Unit]\nDescription=%i\nNonsense=1\n" SERVICE);
    tree_link(&tree, "first/t@one.service", "../second/t@.service");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_true(tree_has_edge(s, "default.target", EDGE_WANTS, "redis.service"));
    assert_true(tree_has_edge(s, "default.target", EDGE_WANTS, "t@one.service"));
    assert_string_equal(description(s, "t@one.service"), "one");
    assert_non_null(
        tree_finding(s, "t@one.service", FINDING_WARNING, "no directive Nonsense=")); /* not an error */
}

static void test_links_elsewhere(void **state)
{
    service("outside", "from outside");
    tree_link(&tree, "first/a.service", "../outside");
    tree_file(&tree, "strict", "[Unit]\nNonsense=1\n" SERVICE);
    tree_link(&tree, "first/b.service", "../strict");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_string_equal(description(s, "a.service"), "from outside");
    assert_int_equal(flags(s, "b.service"), UNIT_BAD);
}

static void test_wrong_links(void **state)
{
    service("second/a.service", "");
    service("second/t@.service", "");
    tree_link(&tree, "first/loop1.service", "loop2.service");
    tree_link(&tree, "first/loop2.service", "loop1.service");
    tree_link(&tree, "first/self.service", "self.service");
    tree_link(&tree, "first/type.target", "a.service");
    tree_link(&tree, "first/plain.service", "t@.service");
    tree_link(&tree, "first/i@one.service", "t@two.service");
    tree_link(&tree, "first/out.service", "../o1");
    tree_link(&tree, "o1", "o2");
    tree_link(&tree, "o2", "o1");
    service("first/sound.service", "");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_non_null(tree_finding(s, "loop1.service", FINDING_ERROR, "leads back to itself"));
    assert_non_null(tree_finding(s, "out.service", FINDING_ERROR, "leads back to itself"));
    assert_non_null(tree_finding(s, "type.target", FINDING_ERROR, "cannot be another name of"));
    assert_non_null(tree_finding(s, "plain.service", FINDING_ERROR, "cannot be another name of"));
    assert_non_null(tree_finding(s, "i@one.service", FINDING_ERROR, "cannot be another name of"));
    assert_non_null(tree_finding(s, "self.service", FINDING_ERROR, "leads back to itself"));
    assert_int_equal(flags(s, "sound.service"), 0);
}

static void test_many_links(void **state)
{
    char name[64];
    char target[64];
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "second/l%04u.service", i);
        snprintf(target, sizeof target, "l%04u.service", i + 1);
        tree_link(&tree, name, target);
    }
    const struct snapshot *s = tree_load(&tree, "l0000.service");
    const struct finding *f = snapshot_at(s, s->findings.at);
    assert_int_equal(s->findings.count, 1);
    assert_non_null(strstr(snapshot_string(s, f->sentence), "too many links"));
}

static void test_templates(void **state)
{
    service("second/t@.service", "%i of %p");
    service("first/t@own.service", "its own file");
    service("second/other@.service", "o");
    tree_link(&tree, "second/alias@.service", "other@.service");
    tree_file(&tree, "first/x.service",
              "[Unit]\nRequires=t@a.service t@own.service t@.service alias@q.service\n" SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_string_equal(description(s, "t@a.service"), "a of t");
    assert_string_equal(description(s, "t@own.service"), "its own file");
    assert_string_equal(description(s, "t@x.service"), "x of t"); /* t@.service, named by x.service */
    assert_string_equal(description(s, "other@q.service"), "o");
    assert_int_equal(snapshot_find(s, "alias@q.service"), snapshot_find(s, "other@q.service"));
    assert_int_equal(snapshot_find(s, "t@.service"), -ENOENT);
}

static void test_wants_folders(void **state)
{
    const char *const names[] = { "a", "b", "c@1", "d", "e", "f" };
    for (unsigned i = 0; i < 6; i++) {
        char name[64];
        snprintf(name, sizeof name, "second/%s.service", names[i]);
        service(name, "");
    }
    service("second/t@.service", "%i");
    tree_file(&tree, "first/my.target", "[Unit]\nDescription=my\n");
    tree_link(&tree, "first/my.target.wants/a.service", "../a.service");
    tree_link(&tree, "second/my.target.wants/b.service", "/anywhere/b.service");
    tree_link(&tree, "second/my.target.requires/c@1.service", "../c@1.service");
    tree_link(&tree, "first/my.target.wants/d.service", "/dev/null");
    tree_link(&tree, "second/my.target.wants/d.service", "../d.service");
    tree_file(&tree, "second/my.target.wants/e.service", SERVICE);
    tree_file(&tree, "second/my.target.wants/README", "not a link");
    tree_link(&tree, "second/my.target.wants/t@.service", "../t@.service");
    tree_link(&tree, "second/my.target.wants/missing.service", "../missing.service");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_true(tree_has_edge(s, "my.target", EDGE_WANTS, "a.service"));
    assert_true(tree_has_edge(s, "my.target", EDGE_WANTS, "b.service"));
    assert_true(tree_has_edge(s, "my.target", EDGE_REQUIRES, "c@1.service"));
    assert_true(tree_has_edge(s, "my.target", EDGE_WANTS, "t@my.service"));
    assert_true(tree_has_edge(s, "my.target", EDGE_AFTER, "a.service"));
    assert_int_equal(snapshot_find(s, "d.service"), -ENOENT); /* masked there */
    assert_int_equal(snapshot_find(s, "e.service"), -ENOENT); /* not a link */
    assert_int_equal(snapshot_find(s, "missing.service"), -ENOENT);
    assert_int_equal(s->findings.count, 0);
}

/* --- what can stand in a file's place --- */

static void test_no_files(void **state)
{
    assert_int_equal(mkdir(tree_at(&tree, "first/folder.service"), 0755), 0);
    assert_int_equal(mkfifo(tree_at(&tree, "first/fifo.service"), 0644), 0);
    bool device = mknod(tree_at(&tree, "first/device.service"), S_IFCHR | 0600, makedev(1, 5)) ==
                  0; /* needs root */
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = tree_at(&tree, "first/socket.service");
    assert_true(strlen(path) < sizeof address.sun_path);
    strcpy(address.sun_path, path);
    assert_int_equal(bind(socket_fd, (struct sockaddr *)&address, sizeof address), 0);
    tree_link(&tree, "first/tofolder.service", "../second");
    tree_link(&tree, "first/tofifo.service", "../fifo");
    assert_int_equal(mkfifo(tree_at(&tree, "fifo"), 0644), 0);
    service("first/sound.service", "");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_non_null(tree_finding(s, "folder.service", FINDING_ERROR, "a folder, not a file"));
    assert_non_null(tree_finding(s, "fifo.service", FINDING_ERROR, "a FIFO, not a file"));
    assert_non_null(tree_finding(s, "socket.service", FINDING_ERROR, "a socket, not a file"));
    assert_non_null(tree_finding(s, "tofolder.service", FINDING_ERROR, "a folder, not a file"));
    assert_non_null(tree_finding(s, "tofifo.service", FINDING_ERROR, "a FIFO, not a file"));
    assert_true(!device || tree_finding(s, "device.service", FINDING_ERROR, "a device, not a file") != NULL);
    assert_int_equal(flags(s, "sound.service"), 0);
    assert_int_equal(s->findings.count, device ? 6 : 5); /* one each */
    close(socket_fd);
}

/* 100 MB: refused unread. */
static void test_huge_file(void **state)
{
    service("first/huge.service", "");
    assert_int_equal(truncate(tree_at(&tree, "first/huge.service"), 100 << 20), 0);
    service("first/sound.service", "");
    service("second/large.service", "");
    int fd = open(tree_at(&tree, "second/large.service"), O_WRONLY | O_APPEND | O_CLOEXEC);
    for (unsigned i = 0; i < 10000; i++) {
        assert_true(
            write(fd, "# 80 bytes of comment that nobody has to read, but that must not hurt anyone....\n",
                  81) == 81);
    }
    close(fd);
    const struct snapshot *s = tree_load(&tree, "large.service");
    assert_non_null(tree_finding(s, "huge.service", FINDING_ERROR, "longer than 1 MiB"));
    assert_int_equal(flags(s, "sound.service"), 0);
    assert_int_equal(flags(s, "large.service"), 0);
    assert_int_equal(s->findings.count, 1);
}

/* A drop-in that cannot be read costs itself alone, in the first folder the unit. */
static void test_wrong_drop_ins(void **state)
{
    service("second/a.service", "");
    assert_int_equal(mkdir(tree_at(&tree, "second/a.service.d"), 0755), 0);
    assert_int_equal(mkdir(tree_at(&tree, "second/a.service.d/1.conf"), 0755), 0);
    tree_file(&tree, "second/a.service.wants", "a file");
    const struct snapshot *s = tree_load(&tree, "a.service");
    assert_int_equal(flags(s, "a.service"), 0);
    assert_non_null(tree_finding(s, "a.service", FINDING_WARNING, "a folder, not a file"));
    assert_int_equal(mkdir(tree_at(&tree, "first/a.service.d"), 0755), 0);
    assert_int_equal(mkdir(tree_at(&tree, "first/a.service.d/1.conf"), 0755), 0);
    s = tree_load(&tree, "a.service");
    assert_int_equal(flags(s, "a.service"), UNIT_BAD);
}

static void test_names(void **state)
{
    service("first/good.service", "");
    service("first/web.servce", "");
    service("first/sp ace.service", "");
    service("first/@.service", "");
    tree_file(&tree, "first/README", "");
    tree_file(&tree, "first/settings.conf", "");
    tree_file(&tree, "first/a.socket", "");
    char longest[UNIT_NAME_SIZE + 16] = "first/";
    memset(longest + 6, 'n', UNIT_NAME_SIZE - 9);
    strcpy(longest + 6 + UNIT_NAME_SIZE - 9, ".service"); /* 255 characters in all */
    service(longest, "");
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_non_null(tree_finding(s, NULL, FINDING_WARNING, "is \".service\" meant?"));
    assert_non_null(tree_finding(s, NULL, FINDING_WARNING, "no socket units yet"));
    assert_non_null(
        tree_finding(s, NULL, FINDING_WARNING, "\"sp ace.service\" cannot be the name of a unit"));
    assert_int_equal(s->findings.count, 4);
    assert_int_equal(flags(s, longest + 6), 0);
    s = tree_load(&tree, "no such.service");
    assert_non_null(tree_finding(s, NULL, FINDING_ERROR, "is not the name of a service or target"));
    s = tree_load(&tree, "nowhere.service");
    assert_int_equal(flags(s, "nowhere.service"), UNIT_NOT_FOUND);
    assert_non_null(tree_finding(s, NULL, FINDING_ERROR, "there is no file for nowhere.service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_wins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folder_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drop_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drop_ins_of_instances, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drop_in_merges, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drop_ins_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_masks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_name, setup, teardown),
        cmocka_unit_test_setup_teardown(test_links_elsewhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_templates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wants_folders, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_huge_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_drop_ins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
