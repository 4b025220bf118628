/* A chore that is late is killed; one that KILL does not end is given up, told once, and reaped when it does end. */
#include "base/clock.h"
#include "manage/manager.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct manager m;
static int told;
static int told_status;

static void idle(struct manager *unused)
{
    (void)unused;
}

static const struct step_table nothing = { .name = "nothing" };
static const struct life life = { .name = "test", .start = &nothing, .stop = &nothing, .idle = idle };

_Noreturn static int wait_for_ever(void *unused)
{
    (void)unused;
    for (;;) {
        pause();
    }
}

static void on_end(struct manager *unused, int status)
{
    (void)unused;
    told++;
    told_status = status;
}

static int setup(void **state)
{
    (void)state;
    manager_init(&m, &life);
    told = 0;
    return 0;
}

/* The dead child is not reaped, so that for the manager it is one that KILL did not end. */
static void test_given_up(void **state)
{
    (void)state;
    struct chore *chore = chore_start(&m, CHORE_FINAL, wait_for_ever, NULL);
    assert_non_null(chore);
    chore->ended = on_end;
    pid_t pid = chore->pid;

    uint64_t late_ns = chore->deadline_ns;
    uint64_t next_ns = chore_deadlines(&m, late_ns);
    assert_true(next_ns > late_ns && next_ns != NEVER_NS); /* the wait after KILL has an end */
    assert_int_equal(told, 0);

    assert_int_equal(chore_deadlines(&m, next_ns), NEVER_NS);
    assert_int_equal(told, 1);
    assert_true(WIFSIGNALED(told_status));
    assert_true(m.again); /* whoever waited is looked at at once */

    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_non_null(chore_of(&m, pid)); /* still known: it is no orphan */
    chore_ended(&m, chore_of(&m, pid), status);
    assert_int_equal(told, 1);
    assert_int_equal(chore->pid, 0);
}

/* The same by the step that waits: the way down goes on. */
static void test_step_goes_on(void **state)
{
    (void)state;
    assert_int_equal(wait_chore(&m, CHORE_FINAL, wait_for_ever, NULL), STEP_WAIT);
    struct chore *chore = chore_find(&m, CHORE_FINAL);
    assert_non_null(chore);
    pid_t pid = chore->pid;
    assert_int_equal(wait_chore(&m, CHORE_FINAL, wait_for_ever, NULL), STEP_WAIT);

    uint64_t next_ns = chore_deadlines(&m, chore->deadline_ns);
    assert_true(next_ns != NEVER_NS);
    chore_deadlines(&m, next_ns);
    assert_true(wait_chore(&m, CHORE_FINAL, wait_for_ever, NULL) < 0);

    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_non_null(chore_of(&m, pid));
    chore_ended(&m, chore_of(&m, pid), status);
}

/* One that ends by itself in time is told with its status, and nothing is said of KILL. */
static void test_in_time(void **state)
{
    (void)state;
    struct chore *chore = chore_start(&m, CHORE_FINAL, wait_for_ever, NULL);
    assert_non_null(chore);
    chore->ended = on_end;
    pid_t pid = chore->pid;
    int status;
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_non_null(chore_of(&m, pid));
    chore_ended(&m, chore_of(&m, pid), status);
    assert_int_equal(told, 1);
    assert_int_equal(told_status, status);
    assert_int_equal(chore_deadlines(&m, NEVER_NS - 1), NEVER_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_given_up, setup),
        cmocka_unit_test_setup(test_step_goes_on, setup),
        cmocka_unit_test_setup(test_in_time, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
