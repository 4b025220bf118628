/*
 * Which modules are loaded, from which files, in which order and with which parameters, into a kernel that only writes it
 * down. The index is one that depmod(8) could have made.
 */
#include "boot_tree.h"

#include "boot/modindex.h"
#include "boot/modprobe.h"
#include "boot/modules.h"

#include <limits.h>

#define LIB "/lib/modules/6.1/"

struct machine {
    const char *refused; /* the module that this kernel does not take */
    int error;
    char log[4096]; /* "NAME PARAMETERS|" */
};

static int insert(void *who, const char *path, const char *parameters)
{
    struct machine *machine = who;
    const char *slash = strrchr(path, '/');
    size_t len = strlen(machine->log);
    assert_non_null(slash);
    if (machine->refused != NULL && strcmp(slash + 1, machine->refused) == 0) {
        return machine->error;
    }
    snprintf(machine->log + len, sizeof machine->log - len, "%s%s%s|", slash + 1, *parameters ? " " : "",
             parameters);
    return 0;
}

static void write_index(struct tree *tree)
{
    tree_file(
        tree, LIB "modules.dep",
        "kernel/net/core/failover.ko:\n"
        "kernel/drivers/net/net_failover.ko: kernel/net/core/failover.ko\n"
        "kernel/drivers/net/virtio_net.ko: kernel/drivers/net/net_failover.ko kernel/net/core/failover.ko "
        "kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko\n"
        "kernel/drivers/virtio/virtio_ring.ko:\n"
        "kernel/drivers/virtio/virtio.ko:\n"
        "kernel/fs/btrfs/btrfs.ko.zst: kernel/lib/raid6.ko.zst\n"
        "kernel/lib/raid6.ko.zst:\n"
        "kernel/lib/crc32c-a.ko:\n"
        "kernel/lib/crc32c-b.ko:\n"
        "kernel/late.ko:\n"
        "/elsewhere/my-own.ko: kernel/late.ko\n"
        "kernel/circle.ko:\n"
        "kernel/round.ko:");
    tree_file(tree, LIB "modules.builtin", "kernel/fs/ext4/ext4.ko\nkernel/fs/mb-cache.ko");
    tree_file(tree, LIB "modules.alias",
              "# Aliases\n"
              "alias pci:v00001AF4d00001000sv*sd*bc*sc*i* virtio_net\n"
              "alias crc32c crc32c_a\n"
              "alias crc32c crc32c_b\n"
              "alias fs-btrfs btrfs\n");
    tree_file(tree, LIB "modules.softdep",
              "# Soft dependencies\n"
              "softdep btrfs pre: crc32c nothing-like-this\n"
              "softdep raid6 post: late\n"
              "softdep circle pre: round post: circle\n"
              "softdep round pre: circle\n");
    int fd = open(tree_path(tree, LIB "modules.builtin.modinfo"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    static const char modinfo[] =
        "ext4.license=GPL\0ext4.alias=fs-ext4\0ext4.file=fs/ext4/ext4\0x.parm=a.alias=fs-no\0";
    assert_int_equal(write(fd, modinfo, sizeof modinfo), sizeof modinfo);
    close(fd);
}

static const char *load(struct tree *tree, struct machine *machine)
{
    const struct modules_kernel kernel = { .release = "6.1", .insert = insert, .who = machine };
    machine->log[0] = '\0';
    tree->told[0] = '\0';
    tree->failures.first = 0;
    modules_load(tree->root, &kernel, &tree->failures);
    return machine->log;
}

/* What LINES in modules-load.d load. */
static const char *load_lines(struct tree *tree, struct machine *machine, const char *lines)
{
    tree_file(tree, "/etc/modules-load.d/a.conf", lines);
    return load(tree, machine);
}

static void expect_told(const struct tree *tree, const char *what, int error)
{
    char expected[128];
    snprintf(expected, sizeof expected, "%s:%d\n", what, error);
    assert_string_equal(tree->told, expected);
}

static void test_nothing_is_asked_for(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state; /* and there is no index, which nobody misses */
    assert_string_equal(load_lines(tree, &machine, "# nothing\n"), "");
    assert_string_equal(tree->told, "");
}

static void test_needs_come_first(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    write_index(tree);
    assert_string_equal(load_lines(tree, &machine, "virtio-net\n"),
                        "virtio.ko|virtio_ring.ko|failover.ko|net_failover.ko|virtio_net.ko|");
    assert_string_equal(tree->told, "");
}

static void test_nothing_is_loaded_twice(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    write_index(tree);
    assert_string_equal(load_lines(tree, &machine, "net_failover\nnet-failover\nfailover\nvirtio_net\n"),
                        "failover.ko|net_failover.ko|virtio.ko|virtio_ring.ko|virtio_net.ko|");
}

static void test_what_is_there_already_is_fine(void **state)
{
    struct machine machine = { .refused = "failover.ko", .error = -EEXIST };
    struct tree *tree = *state;
    write_index(tree);
    assert_string_equal(load_lines(tree, &machine, "net_failover\next4\nmb_cache\nfs-ext4\n"),
                        "net_failover.ko|");
    assert_string_equal(tree->told, "");
    assert_int_equal(tree->failures.first, 0);
}

static void test_aliases_and_soft_dependencies(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    write_index(tree);
    assert_string_equal(load_lines(tree, &machine, "fs_btrfs\n"),
                        "raid6.ko.zst|late.ko|crc32c-a.ko|crc32c-b.ko|btrfs.ko.zst|");
    assert_string_equal(tree->told, "");
    assert_string_equal(load_lines(tree, &machine, "pci:v00001AF4d00001000sv0sd0bc02sc00i00\n"),
                        "virtio.ko|virtio_ring.ko|failover.ko|net_failover.ko|virtio_net.ko|");
    assert_string_equal(tree->told, "");
    assert_string_equal(load_lines(tree, &machine, "circle\n"), "round.ko|circle.ko|");
    assert_string_equal(tree->told, "");
}

static void test_absolute_files(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    write_index(tree);
    assert_string_equal(load_lines(tree, &machine, "my_own\n"), "late.ko|my-own.ko|");
}

static void test_sources(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    write_index(tree);
    tree_file(tree, "/proc/cmdline",
              "quiet modules_load=virtio,round modules-load=late -- modules_load=raid6\n");
    tree_file(tree, "/etc/modules", "crc32c-a x=1\n");
    tree_file(tree, "/usr/lib/modules-load.d/b.conf", "; comment\nfailover\n");
    assert_string_equal(load_lines(tree, &machine, "virtio_ring\n"),
                        "virtio.ko|circle.ko|round.ko|late.ko|virtio_ring.ko|failover.ko|crc32c-a.ko x=1|");
}

static void test_parameters(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    write_index(tree);
    tree_file(tree, "/proc/cmdline",
              "late.quiet late.size=3 virtio-net.text=\"a b\" root=/dev/vda -- late.no=1\n");
    tree_file(tree, "/etc/modprobe.d/a.conf", "options late a=1 \\\n  b=2\noptions virtio-net napi=0\n");
    tree_file(tree, "/lib/modprobe.d/b.conf", "options late c=\"x y\"\nremove late /bin/true\n");
    assert_string_equal(load_lines(tree, &machine, "late d=4\nvirtio_net\n"),
                        "late.ko a=1   b=2 c=\"x y\" quiet size=3 d=4|virtio.ko|virtio_ring.ko|failover.ko|"
                        "net_failover.ko|virtio_net.ko napi=0 text=\"a b\"|");
    assert_string_equal(tree->told, "");
}

static void test_rules_of_modprobe(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    write_index(tree);
    tree_file(
        tree, "/etc/modprobe.d/a.conf",
        "alias net-* late\nblacklist crc32c-b\ninstall failover /bin/true\nwhat is this\noptions late\n");
    assert_string_equal(load_lines(tree, &machine, "net-pf-10\ncrc32c\n"), "late.ko|crc32c-a.ko|");
    char expected[128];
    snprintf(expected, sizeof expected, "a.conf:4:%d\na.conf:5:%d\n", EINVAL, EINVAL);
    assert_string_equal(tree->told, expected);

    tree_file(tree, "/etc/modprobe.d/a.conf", "blacklist crc32c-b\ninstall failover /bin/true\n");
    tree_file(tree, "/proc/cmdline", "modprobe.blacklist=late,crc32c-a\n");
    assert_string_equal(load_lines(tree, &machine, "late\ncrc32c\n"), "");
    expect_told(tree, "late", 0);
    assert_int_equal(tree->failures.first, 0);

    assert_string_equal(load_lines(tree, &machine, "net_failover\n"), "");
    expect_told(tree, "net_failover: failover", EOPNOTSUPP);
}

static void test_each_module_that_fails_is_told_once(void **state)
{
    struct machine machine = { .refused = "failover.ko", .error = -ENOEXEC };
    struct tree *tree = *state;
    write_index(tree);
    tree_file(tree, "/etc/modprobe.d/a.conf", "alias wrong nothing\n");
    load_lines(tree, &machine, "no_such\nvirtio_net\nfailover\nlate\nwrong\n");
    assert_string_equal(machine.log, "virtio.ko|virtio_ring.ko|late.ko|");
    char expected[256];
    snprintf(expected, sizeof expected,
             "no_such:%d\nvirtio_net: failover:%d\nfailover:%d\nwrong: nothing:%d\n", ENOENT, ENOEXEC,
             ENOEXEC, ENOENT);
    assert_string_equal(tree->told, expected);
    assert_int_equal(tree->failures.first, -ENOENT);
}

static void test_no_index(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    assert_string_equal(load_lines(tree, &machine, "late\next4\n"), "");
    expect_told(tree, "6.1", ENOENT);
}

static void test_names(void **state)
{
    static const struct {
        const char *given;
        const char *kept;
    } rows[] = {
        { "virtio-net", "virtio_net" }, { "a-[0-9a-f]-b", "a_[0-9a-f]_b" }, { "a-[0-9", "a_[0-9" }, { "", "" }
    };
    struct arena arena;
    (void)state;
    assert_int_equal(arena_open(&arena, 16 << 20), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(modname_copy(&arena, rows[i].given, strlen(rows[i].given)), rows[i].kept);
    }
    assert_string_equal(modname_of_path(&arena, "kernel/fs/nls/nls_iso8859-1.ko.xz"), "nls_iso8859_1");
    assert_string_equal(modname_of_path(&arena, "x.ko"), "x");
    arena_close(&arena);
}

/* What modprobe(8) would insert for NAME, as insert() writes it down. It says some twice, as it inserts none. */
static const char *ask_modprobe(const char *modules, const char *release, const char *name)
{
    static char log[4096];
    char command[PATH_MAX + 512];
    char line[512];
    snprintf(command, sizeof command,
             "PATH=$PATH:/usr/sbin:/sbin modprobe -C /dev/null -d '%s' -S '%s' -D -- '%s'", modules, release,
             name);
    FILE *answer = popen(command, "r");
    assert_non_null(answer);
    log[0] = '\0';
    while (fgets(line, sizeof line, answer) != NULL) {
        char *slash = strrchr(line, '/');
        if (strncmp(line, "insmod ", 7) == 0) {
            size_t len = strlen(log);
            strcpy(slash + strcspn(slash, " \n"), "|");
            snprintf(log + len, sizeof log - len, "%s", strstr(log, slash + 1) == NULL ? slash + 1 : "");
        }
    }
    assert_int_equal(pclose(answer), 0);
    return log;
}

/* On the index of a real kernel. One difference is meant: of several lines of soft dependencies modprobe takes one. */
static void test_as_modprobe_does(void **state)
{
    static const char *const names[] = {
        "virtio_net",
        "virtio-blk",
        "dummy",
        "ext4",
        "isofs",
        "iso9660",
        "vfio_pci",
        "act_mpls",
        "xt_LOG",
        "crc32",
        "crc32c",
        "crypto-sha256",
        "fs-nfs4",
        "net-pf-40",
        "nfsd",
        "xts",
        "overlay",
        "vhost_net",
        "cpu:type:x86,ven0000fam0006mod0086:feature:,0081,",
    };
    struct machine machine = { 0 };
    struct tree *tree = *state;
    char modules[PATH_MAX];
    char root[PATH_MAX];
    if (realpath(PRIMER_SOURCE_DIR "/build/kernel/modules", modules) == NULL) {
        skip(); /* scripts/kernel fetch has not run */
    }
    char *release = strstr(modules, "/lib/modules/");
    snprintf(root, sizeof root, "%.*s/lib", (int)(release - modules), modules);
    *release = '\0';
    release += sizeof "/lib/modules/" - 1;
    tree_link(tree, root, "/lib");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct modules_kernel kernel = { .release = release, .insert = insert, .who = &machine };
        print_message("%s\n", names[i]);
        machine.log[0] = '\0';
        tree_file(tree, "/etc/modules", names[i]);
        modules_load(tree->root, &kernel, &tree->failures);
        assert_string_equal(machine.log, ask_modprobe(modules, release, names[i]));
        assert_string_equal(tree->told, "");
    }
}

/* Broken lines of modules.dep are no modules, and harm nobody. */
static void test_broken_index(void **state)
{
    struct machine machine = { 0 };
    struct tree *tree = *state;
    tree_file(tree, LIB "modules.dep",
              "late.ko\n:\n\n/: x\n late\nlat: e\n.ko: \nlate.k: late.ko\nlate.ko: late.ko  late.ko\n");
    assert_string_equal(load_lines(tree, &machine, "late\nlat\nx\n"), "late.ko|");
    char expected[64];
    snprintf(expected, sizeof expected, "lat:%d\nx:%d\n", ENOENT, ENOENT);
    assert_string_equal(tree->told, expected);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        tree_test(test_nothing_is_asked_for),
        tree_test(test_needs_come_first),
        tree_test(test_nothing_is_loaded_twice),
        tree_test(test_what_is_there_already_is_fine),
        tree_test(test_aliases_and_soft_dependencies),
        tree_test(test_absolute_files),
        tree_test(test_sources),
        tree_test(test_parameters),
        tree_test(test_rules_of_modprobe),
        tree_test(test_each_module_that_fails_is_told_once),
        tree_test(test_no_index),
        cmocka_unit_test(test_names),
        tree_test(test_as_modprobe_does),
        tree_test(test_broken_index),
    };
    return cmocka_run_group_tests_name("modules", tests, NULL, NULL);
}
