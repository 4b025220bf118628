/*
 * A snapshot from hostile hands: whatever the bytes are, the check says no, or all of it can be walked. Run under the
 * address sanitizer, from memory of exactly its size.
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
    tree_file(&tree, "first/a.service",
              "[Unit]\nDescription=a\nAfter=b.service\nRequires=b.service\n[Service]\nExecStart=/bin/a 1 2\n"
              "ExecStop=/bin/c\nUser=u\nEnvironment=A=1 "
              "B=2\nEnvironmentFile=/e\nLimitNOFILE=5\nSuccessExitStatus=3 HUP\n"
              "StandardOutput=append:/l\nPrivateTmp=yes\n");
    tree_file(&tree, "second/b.service", "[Unit]\nRequires=missing.service\n" SERVICE);
    tree_link(&tree, "first/alias.service", "../second/b.service");
    tree_load(&tree, NULL);
    return 0;
}

static int teardown(void **state)
{
    tree_end(&tree);
    return 0;
}

/* Touches all that a checked snapshot leads to; the sum keeps the compiler from leaving it out. */
static size_t touch_list(const struct snapshot *s, const struct list *list, size_t element, bool strings)
{
    size_t sum = 0;
    for (uint32_t i = 0; strings && i < list->count; i++) {
        ref at;
        memcpy(&at, (const char *)snapshot_at(s, list->at) + i * element, sizeof at);
        sum += strlen(snapshot_string(s, at));
    }
    return sum + list->count;
}

static size_t touch_string(const struct snapshot *s, ref at)
{
    return at == 0 ? 0 : strlen(snapshot_string(s, at));
}

static size_t touch_unit(const struct snapshot *s, uint32_t number)
{
    const struct unit *u = snapshot_unit(s, number);
    size_t sum = strlen(unit_name(s, number)) + touch_string(s, u->description) + touch_string(s, u->path);
    assert_int_equal(snapshot_find(s, unit_name(s, number)), number);
    const edge *edges = snapshot_at(s, u->edges.at);
    for (uint32_t i = 0; i < u->edges.count; i++) {
        sum += strlen(unit_name(s, EDGE_UNIT(edges[i])));
    }
    const struct unit_command *c = snapshot_at(s, u->commands.at);
    for (uint32_t i = 0; i < u->commands.count; i++) {
        const char *argv = snapshot_string(s, c[i].argv);
        sum += strlen(snapshot_string(s, c[i].path));
        for (uint32_t k = 0; k < c[i].argc; k++) {
            argv += strlen(argv) + 1;
        }
        sum += (size_t)(argv[-1] + 1);
    }
    if (u->type == UNIT_SERVICE) {
        const struct unit_service *v = snapshot_at(s, u->service);
        const struct unit_exec *e = snapshot_at(s, u->exec);
        const struct exit_value *x = snapshot_at(s, v->exits.at);
        for (uint32_t i = 0; i < v->exits.count; i++) {
            sum += x[i].value;
        }
        sum += touch_string(s, e->user) + touch_string(s, e->group) + touch_string(s, e->directory);
        sum += touch_list(s, &e->groups, sizeof(ref), true) +
               touch_list(s, &e->environment, sizeof(ref), true);
        sum += touch_list(s, &e->environment_files, sizeof(struct env_file), true);
        sum += touch_list(s, &e->pass_environment, sizeof(ref), true);
        sum += touch_list(s, &e->unset_environment, sizeof(ref), true) +
               touch_list(s, &e->runtime, sizeof(ref), true);
        const struct limit *limits = snapshot_at(s, e->limits.at);
        for (uint32_t i = 0; i < e->limits.count; i++) {
            sum += limits[i].soft;
        }
        for (unsigned i = 0; i < 3; i++) {
            sum += touch_string(s, e->stdio[i].path);
        }
    }
    return sum;
}

static size_t touch(const struct snapshot *s)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < s->units.count; i++) {
        sum += touch_unit(s, i);
    }
    const struct finding *f = snapshot_at(s, s->findings.at);
    for (uint32_t i = 0; i < s->findings.count; i++) {
        sum += touch_string(s, f[i].path) + touch_string(s, f[i].directive) +
               strlen(snapshot_string(s, f[i].sentence));
        sum += f[i].unit == UINT32_MAX ? 0 : strlen(unit_name(s, f[i].unit));
    }
    const struct alias *a = snapshot_at(s, s->aliases.at);
    for (uint32_t i = 0; i < s->aliases.count; i++) {
        sum += strlen(snapshot_string(s, a[i].name)) + strlen(unit_name(s, a[i].unit));
    }
    return sum + strlen(unit_name(s, s->root));
}

/* A copy in memory of exactly its size. */
static struct snapshot *copy_of(const struct snapshot *s)
{
    struct snapshot *copy = malloc(s->size);
    memcpy(copy, s, s->size);
    return copy;
}

/* With a checksum that is right, so that what lies behind it is looked at. */
static int check_signed(struct snapshot *s, size_t size)
{
    s->checksum = snapshot_checksum(s, size);
    return snapshot_check(s, size);
}

static void test_sound(void **state)
{
    struct snapshot *copy = copy_of(tree.snapshot);
    assert_int_equal(snapshot_check(copy, copy->size), 0);
    assert_true(touch(copy) > 0);
    assert_int_equal(copy->aliases.count, 1);
    free(copy);
}

static void test_damage_is_seen(void **state)
{
    struct snapshot *copy = copy_of(tree.snapshot);
    for (uint32_t i = 0; i < tree.snapshot->size; i++) {
        ((unsigned char *)copy)[i] ^= 0x10;
        assert_int_equal(snapshot_check(copy, tree.snapshot->size), -EBADMSG);
        ((unsigned char *)copy)[i] ^= 0x10;
    }
    free(copy);
}

/* Every byte in several ways, under a right checksum: refused, or harmless. */
static void test_mutations(void **state)
{
    static const unsigned char flips[] = { 0x01, 0x04, 0x80, 0xff };
    struct snapshot *copy = copy_of(tree.snapshot);
    unsigned refused = 0;
    size_t sum = 0;
    for (uint32_t i = 0; i < tree.snapshot->size; i++) {
        for (unsigned k = 0; k < sizeof flips; k++) {
            ((unsigned char *)copy)[i] ^= flips[k];
            if (check_signed(copy, tree.snapshot->size) < 0) {
                refused++;
            } else {
                sum += touch(copy);
            }
            ((unsigned char *)copy)[i] ^= flips[k];
        }
    }
    assert_true(refused > tree.snapshot->size / 2);
    assert_true(sum > 0);
    free(copy);
}

/* Every 32-bit word made 0, 1, the size, all ones, or one of its neighbours in the file. */
static void test_words(void **state)
{
    struct snapshot *copy = copy_of(tree.snapshot);
    const uint32_t size = tree.snapshot->size;
    const uint32_t values[] = {
        0, 1, 4, 8, size, size - 1, size - 8, UINT32_MAX, 0x7fffffff, 0x80000000, sizeof(struct snapshot)
    };
    size_t sum = 0;
    for (uint32_t at = 0; at + 4 <= size; at += 4) {
        for (unsigned k = 0; k < sizeof values / sizeof values[0]; k++) {
            memcpy((char *)copy + at, &values[k], 4);
            if (check_signed(copy, size) == 0) {
                sum += touch(copy);
            }
            memcpy((char *)copy + at, (const char *)tree.snapshot + at, 4);
        }
    }
    assert_true(sum > 0);
    free(copy);
}

static void test_truncated(void **state)
{
    for (uint32_t size = 0; size < tree.snapshot->size; size++) {
        struct snapshot *cut = malloc(size == 0 ? 1 : size);
        memcpy(cut, tree.snapshot, size);
        assert_int_equal(snapshot_check(cut, size), -EBADMSG);
        if (size >= sizeof *cut) {
            cut->size = size;
            assert_int_equal(check_signed(cut, size), -EBADMSG);
        }
        free(cut);
    }
}

/* An edge that the other unit does not know, and one that is there twice. */
static void test_edges(void **state)
{
    struct snapshot *copy = copy_of(tree.snapshot);
    const struct unit *u = tree_unit(copy, "a.service");
    edge *edges = (edge *)((char *)copy + u->edges.at);
    const edge kept = edges[0];
    for (uint32_t kind = 0; kind < EDGE_KINDS; kind++) {
        for (uint32_t other = 0; other < copy->units.count; other++) {
            edges[0] = EDGE(kind, other);
            assert_int_equal(check_signed(copy, copy->size), edges[0] == kept ? 0 : -EBADMSG);
        }
    }
    free(copy);
}

/* Lists that overlap many times over would make the check slow: more than the whole is refused. */
static void test_overlap(void **state)
{
    struct snapshot *copy = copy_of(tree.snapshot);
    struct list *lists[] = { &((struct unit *)tree_unit(copy, "a.service"))->edges, &copy->findings };
    struct unit_exec *execs = (struct unit_exec *)((char *)copy + copy->execs.at);
    for (uint32_t i = 0; i < copy->execs.count; i++) {
        execs[i].limits = (struct list){ sizeof *copy + 8 - sizeof *copy % 8, (copy->size - 128) / 24 };
        execs[i].environment = (struct list){ sizeof *copy, (copy->size - 128) / 4 };
    }
    assert_true(lists[0]->count > 0 && lists[1]->count > 0);
    assert_int_equal(check_signed(copy, copy->size), -EBADMSG);
    free(copy);
}

static int memfd_of(const void *bytes, size_t size, unsigned flags)
{
    int fd = memfd_create("snapshot", flags);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    return fd;
}

static void test_open(void **state)
{
    const struct snapshot *s = NULL;
    int fd = memfd_of(tree.snapshot, tree.snapshot->size, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(snapshot_open(fd, &s), 0);
    assert_int_equal(fcntl(fd, F_GET_SEALS), F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(snapshot_open(fd, &s), -EPERM); /* sealed already: not from a loader */
    close(fd);
    assert_true(touch(s) > 0); /* the mapping outlives the descriptor */
    snapshot_close(s);

    fd = memfd_of(tree.snapshot, tree.snapshot->size, MFD_CLOEXEC); /* cannot be sealed */
    assert_int_equal(snapshot_open(fd, &s), -EPERM);
    close(fd);
    fd = memfd_of(tree.snapshot, tree.snapshot->size - 8, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(snapshot_open(fd, &s), -EBADMSG);
    close(fd);
    fd = memfd_of("", 0, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(snapshot_open(fd, &s), -EBADMSG);
    close(fd);
    fd = memfd_of(tree.snapshot, tree.snapshot->size, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    void *writable = mmap(NULL, tree.snapshot->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(writable, MAP_FAILED);
    assert_int_equal(snapshot_open(fd, &s), -EBUSY); /* somebody could still write to it */
    munmap(writable, tree.snapshot->size);
    close(fd);
}

/* 200 unit files, each with bytes changed, cut, doubled: they load or do not, and the snapshot is sound. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void test_mutated_files(void **state)
{
    static const char text[] =
        "[Unit]\nDescription=Some \\\n text %n\nAfter=a.service network.target\nWants=b@%i.service\n"
        "[Service]\nType=oneshot\nExecStartPre=-/bin/a \"b c\" \\x41 ; +/bin/d\nExecStart=@/bin/e f ${G} %%\n"
        "Environment=A=1 \"B=2 3\" 'C=\\u00e9'\nLimitNOFILE=5:6\nRestartSec=1min 5s\nPrivateTmp=yes\n"
        "CapabilityBoundingSet=~CAP_KILL\nUser=%p\nRuntimeDirectory=a b/c\n[Install]\nWantedBy=c.target\n";
    static const char bytes[] = "\n\\\"'=[]%;#$@-+! \t\r\0\xff~:/";
    uint32_t random = 1;
    for (unsigned i = 0; i < 200; i++) {
        char mutant[2 * sizeof text];
        size_t size = sizeof text - 1;
        memcpy(mutant, text, size);
        for (unsigned k = 0; k <= i % 8; k++) {
            uint32_t at = next_random(&random) % (uint32_t)size;
            switch (next_random(&random) % 4) {
            case 0: mutant[at] = bytes[next_random(&random) % (sizeof bytes - 1)]; break;
            case 1: mutant[at] = (char)(mutant[at] ^ 1 << next_random(&random) % 8); break;
            case 2: memmove(mutant + at, mutant + at + 1, --size - at); break;
            default:
                if (size < sizeof mutant - 1) {
                    memmove(mutant + at + 1, mutant + at, size++ - at);
                }
            }
        }
        char name[64];
        snprintf(name, sizeof name, "%s/m%u%s.service", i % 2 == 0 ? "first" : "second", i,
                 i % 3 == 0 ? "@x" : "");
        tree_bytes(&tree, name, mutant, i % 10 == 9 ? size / 2 : size);
    }
    tree_file(&tree, "first/all.service",
              "[Unit]\nWants=m1.service m5.service m7.service m11.service m13.service\n" SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_true(touch(s) > 0);
    assert_true(s->units.count > 100);
    assert_int_equal(tree_unit(s, "all.service")->flags, 0);
    assert_int_equal(tree_unit(s, "a.service")->flags, 0); /* the rest loads */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),         cmocka_unit_test(test_damage_is_seen),
        cmocka_unit_test(test_mutations),     cmocka_unit_test(test_words),
        cmocka_unit_test(test_truncated),     cmocka_unit_test(test_edges),
        cmocka_unit_test(test_overlap),       cmocka_unit_test(test_open),
        cmocka_unit_test(test_mutated_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
