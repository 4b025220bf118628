/*
 * Stops that come before a child is where the tracker would look for it, and starts that tell nothing: with process
 * groups for the tracker, in a manager that has a snapshot and no loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit_tree.h"

#include "base/clock.h"
#include "manage/manager.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static struct tree tree;
static struct manager m;
static struct service services[32];
static struct groups groups[32];
static struct pid_entry pid_slots[64];
static uint32_t heap[32];
static uint32_t place[32];
static uint32_t unit;

static const struct step_table nothing = { .name = "nothing" };
static const struct life life = { .name = "test", .start = &nothing, .stop = &nothing };

static int setup(void **state)
{
    (void)state;
    tree_begin(&tree);
    tree_file(&tree, "first/a.service", SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_true(s->units.count <= 32);
    manager_init(&m, &life);
    m.snapshot = s;
    m.services = services;
    m.groups = memset(groups, 0, sizeof groups);
    m.pids = (struct pids){ .slots = memset(pid_slots, 0, sizeof pid_slots), .mask = 63 };
    m.timers = (struct timers){ .services = services, .heap = heap, .place = memset(place, 0, sizeof place) };
    roster_init(&m.roster, s, services, m.roster.note, &m);
    unit = (uint32_t)snapshot_find(s, "a.service");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_end(&tree);
    return 0;
}

/* A child as the manager has it between fork and exec: with signals blocked, and in nobody's group but primer's. */
static pid_t start_child(void)
{
    signal_set before;
    signals_mask(signals_blockable, &before);
    pid_t pid = fork();
    if (pid == 0) {
        signals_default(SIGTERM);
        for (unsigned ms = 0; ms < 10000; ms++) {
            struct timespec soon = { .tv_nsec = 1000000 };
            nanosleep(&soon, NULL);
            signal_set pending = 0;
            syscall(SYS_rt_sigpending, &pending, sizeof pending);
            if (pending & SIGNAL_BIT(SIGTERM)) {
                setsid();
                signals_mask(SIGNALS_NONE, NULL);
            }
        }
        _exit(0); /* nobody told it to end */
    }
    signals_mask(before, NULL);
    struct service *s = &m.services[unit];
    s->state = STATE_STOP_SIGTERM;
    s->main_pid = pid;
    m.groups[unit].main = pid;
    assert_true(pids_add(&m.pids, pid, unit));
    return pid;
}

static void test_stop_before_the_session(void **state)
{
    (void)state;
    pid_t pid = start_child();
    struct service *s = &m.services[unit];
    s->todo = TODO_KILL;
    s->kill_whom = WHOM_ALL | WHOM_MAIN;
    s->kill_signal = SIGTERM;
    act_on(&m, unit);
    assert_int_equal(s->todo, 0);
    assert_int_equal(m.groups[unit].main, pid);
    assert_int_equal(pids_find(&m.pids, pid),
                     unit); /* or its end would be an orphan's, and the stop wait for ever */

    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);

    s->main_pid = 0; /* as its end leaves it: now the group is empty, and its number may be anybody's */
    act_after_exit(&m, unit);
    assert_int_equal(m.groups[unit].main, 0);
    assert_int_equal(pids_find(&m.pids, pid), UNIT_NONE);
}

/* A start that hangs before its exec keeps its slot from others for a second, and no longer. */
static void test_room_for_starts(void **state)
{
    (void)state;
    uint64_t now_ns = clock_now_ns();
    assert_true(act_has_room(&m));
    for (unsigned i = 0; i < PENDING_EXECS; i++) {
        m.execs[i] = (struct pending_exec){ .fd = 1000, .pid = 1, .since_ns = now_ns };
    }
    m.pending_execs = PENDING_EXECS;
    assert_false(act_has_room(&m));
    assert_true(m.room_ns > now_ns && m.room_ns <= now_ns + NS_PER_SECOND);
    m.execs[PENDING_EXECS / 2].since_ns = now_ns - NS_PER_SECOND;
    assert_true(act_has_room(&m));
    assert_int_equal(m.room_ns, NEVER_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stop_before_the_session, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room_for_starts, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
