/*
 * What a loader leaves behind, taken over by the manager: sound, it takes the place of the one before; killed, failed,
 * damaged or cut off at any place, it is told once, and nothing has changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit_tree.h"

#include "base/clock.h"
#include "manage/manager.h"

#include <signal.h>
#include <sys/wait.h>

static struct tree tree;
static struct manager m;
static void (*loader_ended)(struct manager *, int);

static const struct step_table nothing = { .name = "nothing" };
static const struct life life = { .name = "test", .start = &nothing, .stop = &nothing };

/* A real loader, of the tree's first folder; what it wrote is in m.loader_fd, and nobody has taken it. */
static void load(void)
{
    units_load(&m);
    struct chore *chore = chore_find(&m, CHORE_LOADER);
    assert_non_null(chore);
    int status;
    assert_int_equal(waitpid(chore->pid, &status, 0), chore->pid);
    assert_int_equal(status, 0);
    loader_ended = chore->ended;
    *chore = (struct chore){ 0 };
}

static int setup(void **state)
{
    (void)state;
    tree_begin(&tree);
    tree_file(&tree, "first/a.service",
              "[Unit]\nAfter=b.service\nWants=b.service\n" SERVICE "Environment=A=1\n");
    tree_file(&tree, "first/b.service", SERVICE);
    manager_init(&m, &life);
    m.wishes.units = tree.first;
    load();
    loader_ended(&m, 0);
    assert_non_null(m.snapshot);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    snapshot_close(m.snapshot);
    m.snapshot = NULL;
    munmap(m.memory, m.memory_size);
    tree_end(&tree);
    return 0;
}

/* How often KIND was told since the last call. */
static unsigned told(enum event_kind kind)
{
    static struct event_reader reader;
    unsigned times = 0;
    if (reader.seq > m.ring.next_seq || reader.seq == 0) {
        reader.seq = 1;
    }
    for (const struct event *e = event_read(&m.ring, &reader); e != NULL; e = event_read(&m.ring, &reader)) {
        times += e->kind == kind;
    }
    return times;
}

/* The loader left SIZE of BYTES and ended with STATUS. */
static void take(const void *bytes, size_t size, int status)
{
    m.loader_fd = memfd_create("damaged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(m.loader_fd >= 0);
    assert_int_equal(write(m.loader_fd, bytes, size), (ssize_t)size);
    loader_ended(&m, status);
    assert_int_equal(m.loader_fd, -1);
}

/* The machine's state, as far as a refused snapshot must not touch it. */
struct kept {
    const struct snapshot *snapshot;
    struct service *services;
    struct service first;
    uint32_t count;
};

static struct kept keep(void)
{
    return (struct kept){ m.snapshot, m.services, m.services[0], m.roster.count };
}

static void assert_refused(const struct kept *was)
{
    assert_int_equal(told(EVENT_LOAD_FAILED), 1);
    assert_ptr_equal(m.snapshot, was->snapshot);
    assert_ptr_equal(m.services, was->services);
    assert_memory_equal(&m.services[0], &was->first, sizeof was->first);
    assert_int_equal(m.roster.count, was->count);
}

static void test_sound(void **state)
{
    (void)state;
    const uint32_t count = m.roster.count;
    told(EVENT_LOADED);
    tree_file(&tree, "first/c.service", SERVICE);
    load();
    loader_ended(&m, 0);
    assert_int_equal(told(EVENT_LOADED), 1);
    assert_int_equal(m.roster.count, count + 1);
    assert_true(snapshot_find(m.snapshot, "c.service") >= 0);
}

static void test_loader_failed(void **state)
{
    (void)state;
    const struct kept was = keep();
    const int statuses[] = { 1 << 8, SIGKILL, SIGSEGV };
    told(EVENT_LOAD_FAILED);
    for (unsigned i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        take(was.snapshot, was.snapshot->size, statuses[i]); /* sound, but nobody vouches for it */
        assert_refused(&was);
    }
}

static void test_cut_off(void **state)
{
    (void)state;
    const struct kept was = keep();
    told(EVENT_LOAD_FAILED);
    for (uint32_t size = 0; size < was.snapshot->size; size += size < 64 ? 1 : 61) {
        take(was.snapshot, size, 0);
        assert_refused(&was);
    }
}

/* Two hundred times some bytes are others. */
static void test_damaged(void **state)
{
    (void)state;
    const struct kept was = keep();
    const uint32_t size = was.snapshot->size;
    unsigned char *copy = malloc(size);
    uint32_t random = 1;
    told(EVENT_LOAD_FAILED);
    for (unsigned i = 0; i < 200; i++) {
        memcpy(copy, was.snapshot, size);
        for (unsigned k = 0; k <= i % 4; k++) {
            random = random * 1664525 + 1013904223;
            copy[(random >> 8) % size] ^= (unsigned char)(1U << (random >> 5 & 7));
        }
        take(copy, size, 0);
        assert_refused(&was);
    }
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sound, setup, teardown),
        cmocka_unit_test_setup_teardown(test_loader_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
