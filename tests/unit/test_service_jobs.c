/*
 * What a request to start or stop one unit does to the others: systemd.unit(5), Requires=, Wants=, After=,
 * Conflicts=, and the unwritten rules of systemd 252's src/core/transaction.c and job.c. Worlds and what happens in
 * them are lines; tests/lib/world.h says how to read them.
 */
#include "../lib/world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct world w;

static void make(const char *line)
{
    world_make(&w, line);
}

#define expect(line) assert_string_equal(world_told(&w), line)

/* Counters, queue and marks, after every test and wherever else a test asks. */
static void check_roster(void)
{
    uint32_t jobs = 0;
    uint32_t busy = 0;
    uint32_t failed = 0;
    for (uint32_t i = 0; i < w.roster.count; i++) {
        const struct service *s = &w.services[i];
        bool quiet = s->state == STATE_DEAD || s->state == STATE_FAILED || s->state == STATE_EXITED;
        jobs += s->job != JOB_NONE;
        busy += w.units.units[i].type == UNIT_SERVICE && !quiet;
        failed += s->state == STATE_FAILED;
        assert_int_equal(s->mark, 0);
        assert_false(s->flags & FLAG_QUEUED);
    }
    assert_int_equal(w.roster.jobs, jobs);
    assert_int_equal(w.roster.busy, busy);
    assert_int_equal(w.roster.failed, failed);
    assert_int_equal(w.roster.head, UNIT_NONE);
    assert_int_equal(w.roster.tail, UNIT_NONE);
}

static int close_world(void **state)
{
    check_roster();
    world_close(&w);
    return 0;
}

/* The unit stops as it should. */
static void stops(const char *name)
{
    world_killed(&w, name, SIGTERM);
}

/* --- start ------------------------------------------------------------------------------------------ */

static void test_one(void **state)
{
    make("a");
    assert_int_equal(world_start(&w, "a"), 0);
    expect("+a a:start=ok");
    assert_int_equal(world_start(&w, "a"), 0); /* it is up: nothing to do, and told so */
    expect("");
    world_stop(&w, "a");
    expect("-a");
    stops("a");
    expect("a:stop=ok");
    world_stop(&w, "a");
    expect("a:stop=ok");
}

static void test_order_of_a_start(void **state)
{
    make("a requires=b wants=c after=b after=c; b notify; c oneshot remain");
    assert_int_equal(world_start(&w, "a"), 0);
    expect("+b +c");
    world_ready(&w, "b");
    expect("b:start=ok");
    world_exit(&w, "c", 0);
    expect("c:start=ok +a a:start=ok");
}

/* Without After= there is no order: all at once. */
static void test_no_order(void **state)
{
    make("a requires=b wants=c; b notify; c notify");
    world_start(&w, "a");
    expect("+a a:start=ok +b +c");
    world_ready(&w, "c");
    world_ready(&w, "b");
    expect("c:start=ok b:start=ok");
}

/* Before= is After= from the other side. */
static void test_before(void **state)
{
    make("a wants=b; b notify before=a");
    world_start(&w, "a");
    expect("+b");
    world_ready(&w, "b");
    expect("b:start=ok +a a:start=ok");
}

/* Who is only ordered is not pulled in; who is not started by this request is not waited for. */
static void test_order_alone_pulls_nobody(void **state)
{
    make("a after=b; b notify");
    world_start(&w, "a");
    expect("+a a:start=ok");
    world_stop(&w, "a");
    stops("a");
    world_told(&w);
    world_start(&w, "b"); /* under way by another request: it is waited for */
    world_start(&w, "a");
    expect("+b");
    world_ready(&w, "b");
    expect("b:start=ok +a a:start=ok");
}

/* A oneshot that goes straight from start to dead has done its work: its job is done when all of it is over. */
static void test_after_a_oneshot(void **state)
{
    make("a requires=b after=b; b oneshot");
    world_start(&w, "a");
    expect("+b");
    world_exit(&w, "b", 0);
    expect("b:start=ok +a a:start=ok");
}

static void test_targets(void **state)
{
    make("a target wants=b wants=c after=b after=c; b notify; c target work");
    world_start(&w, "a");
    expect("+b");
    world_ready(&w, "b");
    expect("b:start=ok");
    world_ready(&w, "c"); /* the boot steps have done its work */
    expect("c:start=ok a:start=ok");
    world_stop(&w, "a");
    expect("a:stop=ok");
}

static void test_boot_work_done_before(void **state)
{
    make("a target work");
    world_ready(&w, "a");
    world_start(&w, "a");
    expect("a:start=ok");
}

/* --- failure ---------------------------------------------------------------------------------------- */

static void test_failed_requirement(void **state)
{
    make("a requires=b after=b; b requires=c after=c; c notify");
    world_start(&w, "a");
    expect("+c");
    world_exit(&w, "c", 1);
    expect("c:start=failed b:start=dependency a:start=dependency");
    assert_int_equal(world_service(&w, "a")->state, STATE_DEAD);
    assert_int_equal(world_service(&w, "c")->state, STATE_FAILED);
    assert_int_equal(w.roster.failed, 1);
}

static void test_failed_wish(void **state)
{
    make("a wants=b after=b; b notify");
    world_start(&w, "a");
    world_told(&w);
    world_exit(&w, "b", 1);
    expect("b:start=failed +a a:start=ok");
}

/* Without After= the requiring unit is up before the required one can fail: systemd lets it be. */
static void test_failed_requirement_without_order(void **state)
{
    make("a requires=b; b notify");
    world_start(&w, "a");
    world_told(&w);
    world_exit(&w, "b", 1);
    expect("b:start=failed");
    assert_int_equal(world_service(&w, "a")->state, STATE_RUNNING);
}

/* A failure late in life takes nobody along: that is BindsTo='s business. */
static void test_failure_while_running(void **state)
{
    make("a requires=b after=b; b");
    world_start(&w, "a");
    world_told(&w);
    world_exit(&w, "b", 1);
    expect("");
    assert_int_equal(world_service(&w, "a")->state, STATE_RUNNING);
    assert_int_equal(world_service(&w, "b")->state, STATE_FAILED);
}

static void test_fork_fails(void **state)
{
    make("a requires=b after=b; b");
    w.no_fork = true;
    world_start(&w, "a");
    expect("-b b:start=failed a:start=dependency");
    assert_int_equal(world_service(&w, "b")->result, RESULT_RESOURCES);
}

/* A start that is to be tried again has failed all the same for those who wait. */
static void test_failed_start_with_restart(void **state)
{
    make("a requires=b after=b; b notify again");
    world_start(&w, "a");
    world_told(&w);
    world_exit(&w, "b", 1);
    expect("b:again b:start=failed a:start=dependency");
    world_timeout(&w, "b");
    expect("+b");
    world_ready(&w, "b");
    expect("b:start=ok");
}

/* --- what cannot be started --------------------------------------------------------------------------- */

static void test_unstartable(void **state)
{
    static const char *const how[] = { "missing", "bad", "masked" };
    for (size_t i = 0; i < 3; i++) {
        char line[128];
        snprintf(line, sizeof line, "a wants=d; b requires=d; c requires=b wants=e; d %s; e", how[i]);
        make(line);
        assert_int_equal(world_start(&w, "d"), -ENOENT);
        expect("");
        assert_int_equal(world_start(&w, "b"), -ENOENT);
        expect("b:start=dependency");
        assert_int_equal(world_start(&w, "c"), -ENOENT);
        expect("b:start=dependency c:start=dependency");
        assert_int_equal(w.roster.jobs, 0);
        assert_int_equal(world_start(&w, "a"), 0);
        expect("+a a:start=ok");
        close_world(state);
    }
    make("a");
}

/* A wanted unit that requires a missing one is not started, nor is what only that one needed. */
static void test_unstartable_in_the_middle(void **state)
{
    make("a wants=b wants=f; b requires=c requires=d wants=e; c missing; d; e requires=f; f");
    assert_int_equal(world_start(&w, "a"), 0);
    expect("b:start=dependency +a a:start=ok +f f:start=ok");
}

/* What is up counts, whatever has become of its file since. */
static void test_requirement_is_up_but_masked(void **state)
{
    make("a requires=b; b");
    world_start(&w, "b");
    ((struct unit *)(uintptr_t)snapshot_unit(w.snapshot, 1))->flags = UNIT_MASKED;
    world_told(&w);
    assert_int_equal(world_start(&w, "a"), 0);
    expect("+a a:start=ok");
}

/* What is up pulls in nobody: the oneshot that b needed once does not run again for a. */
static void test_what_is_up_needs_nothing(void **state)
{
    make("a requires=b after=b; b requires=c wants=d; c oneshot; d");
    world_start(&w, "b");
    world_exit(&w, "c", 0);
    world_exit(&w, "d", 1);
    world_told(&w);
    world_start(&w, "a");
    expect("+a a:start=ok");
    world_start(&w, "b"); /* but asked for itself it gets what it needs */
    expect("+c +d d:start=ok");
    world_exit(&w, "c", 0);
    expect("c:start=ok");
}

/* --- merging and replacing -------------------------------------------------------------------------- */

static void test_asked_twice(void **state)
{
    make("a wants=b after=b; b notify");
    world_start(&w, "a");
    world_start(&w, "a");
    world_start(&w, "b");
    expect("+b");
    assert_int_equal(w.roster.jobs, 2);
    world_ready(&w, "b");
    expect("b:start=ok +a a:start=ok");
}

static void test_stop_replaces_start(void **state)
{
    make("a requires=b after=b; b notify");
    world_start(&w, "a");
    world_told(&w);
    world_stop(&w, "b"); /* a, which waits for it, is not coming either */
    expect("b:start=canceled a:start=canceled a:stop=ok -b");
    stops("b");
    expect("b:stop=ok");
}

static void test_start_replaces_stop(void **state)
{
    make("a");
    world_start(&w, "a");
    world_stop(&w, "a");
    world_told(&w);
    world_start(&w, "a");
    expect("a:stop=canceled"); /* it waits for its own end */
    stops("a");
    expect("+a a:start=ok");
}

static void test_stop_replaces_a_waiting_start(void **state)
{
    make("a after=b; b notify");
    world_start(&w, "b");
    world_start(&w, "a");
    world_told(&w);
    world_stop(&w, "a");
    expect("a:start=canceled a:stop=ok");
    world_ready(&w, "b");
    expect("b:start=ok");
    assert_int_equal(world_service(&w, "a")->state, STATE_DEAD);
}

/* --- stop ------------------------------------------------------------------------------------------- */

static void test_stop_in_reverse_order(void **state)
{
    make("a wants=b wants=c; b after=a; c after=b");
    world_start(&w, "a");
    expect("+a a:start=ok +b b:start=ok +c c:start=ok");
    world_stop_all(&w);
    expect("-c");
    stops("c");
    expect("c:stop=ok -b");
    stops("b");
    expect("b:stop=ok -a");
    stops("a");
    expect("a:stop=ok");
    assert_int_equal(w.roster.busy, 0);
}

/* Requires= hands on a stop, Wants= does not. */
static void test_stop_takes_along_who_requires(void **state)
{
    make("a requires=b after=b; b requires=c after=c; c; d wants=c");
    world_start(&w, "a");
    world_start(&w, "d");
    world_told(&w);
    world_stop(&w, "c");
    expect("-a");
    stops("a");
    expect("a:stop=ok -b");
    stops("b");
    expect("b:stop=ok -c");
    stops("c");
    expect("c:stop=ok");
    assert_int_equal(world_service(&w, "d")->state, STATE_RUNNING);
}

/* Also of a unit that is not up itself. */
static void test_stop_of_a_oneshot_that_is_over(void **state)
{
    make("a requires=b after=b; b oneshot");
    world_start(&w, "a");
    world_exit(&w, "b", 0);
    world_told(&w);
    world_stop(&w, "b");
    expect("-a");
    stops("a");
    expect("a:stop=ok b:stop=ok");
}

/* A stop that is ordered with a start goes first, whichever way the order points. */
static void test_stop_before_start(void **state)
{
    static const char *const lines[] = { "a conflicts=b after=b; b", "a conflicts=b before=b; b" };
    for (size_t i = 0; i < 2; i++) {
        make(lines[i]);
        world_start(&w, "b");
        world_told(&w);
        assert_int_equal(world_start(&w, "a"), 0);
        expect("-b");
        stops("b");
        expect("b:stop=ok +a a:start=ok");
        close_world(state);
    }
    make("a conflicts=b; b"); /* without order both at once */
    world_start(&w, "b");
    world_told(&w);
    world_start(&w, "a");
    expect("+a a:start=ok -b");
    stops("b");
}

static void test_going_down(void **state)
{
    make("a again; b notify; c after=b; d");
    world_start(&w, "a");
    world_start(&w, "b");
    world_start(&w, "c");
    world_told(&w);
    world_exit(&w, "a", 0);
    expect("a:again");
    world_stop_all(&w);
    expect("b:start=canceled c:start=canceled a:stop=ok c:stop=ok -b");
    assert_int_equal(world_service(&w, "a")->deadline_ns, NEVER_NS);
    assert_int_equal(world_start(&w, "d"), -ESHUTDOWN);
    assert_int_equal(world_start(&w, "a"), -ESHUTDOWN);
    stops("b");
    expect("b:stop=ok");
    assert_int_equal(w.roster.jobs, 0);
    assert_int_equal(w.roster.busy, 0);
}

/* A spawn that the manager puts off is taken back by a stop, and else comes when the manager is ready. */
static void test_spawn_put_off(void **state)
{
    for (int stop = 1; stop >= 0; stop--) {
        make("a");
        assert_int_equal(roster_start(&w.roster, 0), 0);
        assert_int_equal(roster_next(&w.roster, w.now_ns), 0);
        assert_int_equal(w.services[0].todo, TODO_SPAWN);
        roster_defer(&w.roster, 0);
        assert_int_equal(roster_next(&w.roster, w.now_ns), UNIT_NONE);
        if (stop) {
            world_stop(&w, "a");
            expect("a:start=canceled -a a:stop=ok");
            close_world(state);
        }
    }
    roster_wake(&w.roster, 0);
    world_run(&w);
    expect("+a a:start=ok");
}

/* --- Conflicts= ------------------------------------------------------------------------------------- */

static void test_conflict_takes_along_who_requires(void **state)
{
    make("a conflicts=b after=b; b; c requires=b after=b");
    world_start(&w, "c");
    world_told(&w);
    world_start(&w, "a");
    expect("-c");
    stops("c");
    expect("c:stop=ok -b");
    stops("b");
    expect("b:stop=ok +a a:start=ok");
}

static void test_conflict_inside_a_request(void **state)
{
    make("a requires=b requires=c; b conflicts=c; c");
    assert_int_equal(world_start(&w, "a"), -EDEADLK); /* both matter */
    expect("");
    close_world(state);

    make("a requires=b wants=c wants=d; b conflicts=c; c requires=e; d; e");
    assert_int_equal(world_start(&w, "a"), 0); /* c does not, and nobody else needs e */
    expect("c:start=skipped +a a:start=ok +b b:start=ok +d d:start=ok");
    close_world(state);

    make("a requires=b wants=c; b; c conflicts=b conflicts=d; d");
    world_start(&w, "d");
    world_told(&w);
    assert_int_equal(world_start(&w, "a"), 0); /* who is not started after all stops nobody */
    expect("c:start=skipped +a a:start=ok +b b:start=ok");
    close_world(state);

    /* What the request needs is up, and would be stopped by what else it needs. */
    make("a requires=b requires=c; b requires=d; c conflicts=d; d");
    world_start(&w, "b");
    world_told(&w);
    assert_int_equal(world_start(&w, "a"), -EDEADLK);
    expect("");
}

static void test_conflicts_with_a_start_under_way(void **state)
{
    make("a; b notify conflicts=a");
    world_start(&w, "b");
    world_told(&w);
    world_start(&w, "a");
    expect("b:start=canceled +a a:start=ok -b");
    stops("b");
    expect("b:stop=ok");
}

/* --- restart ---------------------------------------------------------------------------------------- */

/* With a restart by itself, who requires the unit is restarted too. */
static void test_auto_restart_restarts_dependents(void **state)
{
    make("a requires=b after=b; b again; c wants=b after=b");
    world_start(&w, "a");
    world_start(&w, "c");
    world_told(&w);
    world_exit(&w, "b", 1);
    expect("b:again");
    world_timeout(&w, "b");
    expect("-a");
    stops("a");
    expect("+b b:start=ok +a a:start=ok");
    assert_int_equal(world_service(&w, "c")->state, STATE_RUNNING);
    assert_int_equal(world_service(&w, "b")->restarts, 1);
    assert_int_equal(world_service(&w, "a")->restarts, 0);
}

/* Even while that is still starting: it may know old news of what it requires. */
static void test_auto_restart_restarts_a_starting_dependent(void **state)
{
    make("a notify requires=b after=b; b again");
    world_start(&w, "a");
    world_exit(&w, "b", 1);
    world_told(&w);
    world_timeout(&w, "b");
    expect("-a");
    stops("a");
    expect("+b b:start=ok +a"); /* a's start is still the same request */
    world_ready(&w, "a");
    expect("a:start=ok");
}

static void test_auto_restart_cannot_be(void **state)
{
    make("a requires=b after=b again; b notify");
    world_start(&w, "a");
    world_ready(&w, "b");
    world_exit(&w, "b", 0);
    world_exit(&w, "a", 1);
    world_told(&w);
    world_timeout(&w, "a");
    expect("+b");
    world_exit(&w, "b", 1); /* its dependency fails: primer says failed, systemd dead */
    expect("b:start=failed a:start=dependency");
    assert_int_equal(world_service(&w, "a")->state, STATE_FAILED);
    close_world(state);

    make("a requires=b again; b");
    world_start(&w, "a");
    world_exit(&w, "a", 1);
    world_stop(&w, "b"); /* nobody asked for a's end, but it goes along */
    assert_int_equal(world_service(&w, "a")->state, STATE_DEAD);
    stops("b");
    close_world(state);

    make("a requires=b again; b");
    world_start(&w, "a");
    world_exit(&w, "a", 1);
    world_exit(&w, "b", 1);
    ((struct unit *)(uintptr_t)snapshot_unit(w.snapshot, 1))->flags =
        UNIT_NOT_FOUND; /* a reload found it gone */
    world_timeout(&w, "a");
    assert_int_equal(world_service(&w, "a")->state, STATE_FAILED);
    assert_int_equal(w.roster.failed, 2);
}

/* A stop whose turn has not come yet keeps a service from beginning again. */
static void test_stop_pending_beats_restart(void **state)
{
    make("a after=b; b again");
    world_start(&w, "b");
    world_start(&w, "a");
    world_stop_all(&w); /* b waits for a */
    world_told(&w);
    world_exit(&w, "b", 1);
    assert_int_equal(world_service(&w, "b")->state, STATE_FAILED);
    stops("a");
    expect("a:stop=ok b:stop=ok");
    close_world(state);

    make("a after=b; b again"); /* the same, but it waits to begin again already */
    world_start(&w, "b");
    world_start(&w, "a");
    world_exit(&w, "b", 1);
    world_told(&w);
    world_stop(&w, "a");
    world_stop(&w, "b");
    world_timeout(&w, "b");
    expect("-a");
    stops("a");
    expect("a:stop=ok b:stop=ok");
    assert_int_equal(world_service(&w, "b")->state, STATE_DEAD);
}

/* Asked for while it waits to begin again: at once (systemd: when RestartSec= is over). */
static void test_start_while_waiting_for_restart(void **state)
{
    make("a again");
    world_start(&w, "a");
    world_exit(&w, "a", 1);
    world_told(&w);
    world_start(&w, "a");
    expect("+a a:start=ok");
}

static void test_start_limit_ends_it(void **state)
{
    make("a again");
    world_start(&w, "a");
    for (int i = 1; i < 5; i++) {
        world_exit(&w, "a", 1);
        world_timeout(&w, "a");
    }
    world_told(&w);
    world_exit(&w, "a", 1);
    world_timeout(&w, "a");
    expect("a:again a:start=failed");
    assert_int_equal(world_service(&w, "a")->result, RESULT_START_LIMIT);
    assert_int_equal(world_service(&w, "a")->restarts, 5);
}

/* Never a second main process beside one that would not die. */
static void test_left_over_process(void **state)
{
    make("a again stuck");
    world_start(&w, "a");
    world_stop(&w, "a");
    world_timeout(&w, "a");
    world_timeout(&w, "a");
    assert_int_equal(world_service(&w, "a")->state, STATE_FAILED);
    world_told(&w);
    world_start(&w, "a");
    expect(""); /* it waits */
    assert_int_equal(w.roster.jobs, 1);
    world_killed(&w, "a", SIGKILL);
    expect("+a a:start=ok");
    world_stop(&w, "a");
    world_timeout(&w, "a");
    world_timeout(&w, "a");
    world_told(&w);
    world_start(&w, "a");
    world_stop_all(&w); /* and even so everything can be stopped */
    expect("a:start=canceled a:stop=ok");
}

/* --- cycles ----------------------------------------------------------------------------------------- */

static void test_cycle_of_what_matters(void **state)
{
    make("a requires=b after=b; b requires=c after=c; c requires=a after=a");
    assert_int_equal(world_start(&w, "a"), -EDEADLK);
    expect("c>a b>c a>b");
    assert_int_equal(w.roster.jobs, 0);
}

static void test_cycle_with_one_that_does_not_matter(void **state)
{
    make("a requires=b after=b; b wants=c after=c; c after=a requires=d; d; e requires=c");
    assert_int_equal(world_start(&w, "a"), 0);
    expect(
        "c>a b>c a>b c:start=skipped +b b:start=ok +a a:start=ok"); /* nor is d started, which only c needs */
}

static void test_order_on_itself(void **state)
{
    make("a wants=b; b after=b");
    assert_int_equal(world_start(&w, "a"), 0);
    expect("b>b b:start=skipped +a a:start=ok");
    assert_int_equal(world_start(&w, "b"), -EDEADLK);
}

/* Two cycles through one unit: the unit goes, and both are gone. */
static void test_two_cycles(void **state)
{
    make("a wants=b wants=c wants=d; b after=c; c after=b after=d; d after=c");
    assert_int_equal(world_start(&w, "a"), 0);
    expect("c>b b>c c:start=skipped +a a:start=ok +b b:start=ok +d d:start=ok");
}

/* The default target is ordered after all that it wants, and all of them, by mistake, after it. */
static void test_many_cycles_through_one(void **state)
{
    make("a target wants=b wants=c wants=d after=b after=c after=d; b after=a; c after=a; d before=a");
    assert_int_equal(world_start(&w, "a"), 0);
    expect("b>a a>b b:start=skipped c>a a>c c:start=skipped +d d:start=ok a:start=ok");
}

/* A job of an earlier request is part of a cycle, but it is not this request's to drop. */
static void test_cycle_with_an_earlier_job(void **state)
{
    make("a wants=b; b after=c; c notify after=b after=d; d notify");
    world_start(&w, "d");
    world_start(&w, "c"); /* waits for d */
    world_told(&w);
    assert_int_equal(world_start(&w, "a"), 0);
    expect("c>b b>c b:start=skipped +a a:start=ok");
    assert_int_equal(world_start(&w, "b"), -EDEADLK);
    world_ready(&w, "d");
    world_ready(&w, "c");
    expect("c>b b>c d:start=ok +c c:start=ok");
}

/* Stops cannot be dropped: one in the cycle waits for nobody. */
static void test_stops_in_a_cycle(void **state)
{
    make("a after=b; b after=c; c after=a");
    world_start(&w, "a");
    world_start(&w, "b");
    world_start(&w, "c");
    expect("+a a:start=ok +b b:start=ok +c c:start=ok");
    world_stop_all(&w);
    expect("c>a b>c a>b -c");
    stops("c");
    expect("c:stop=ok -a");
    stops("a");
    expect("a:stop=ok -b");
    stops("b");
    expect("b:stop=ok");
}

/* The same when the stops come from a start that conflicts, and from a restart. */
static void test_stops_of_a_start_in_a_cycle(void **state)
{
    make("a conflicts=b conflicts=c; b after=c; c after=b");
    world_start(&w, "b");
    world_start(&w, "c");
    world_told(&w);
    assert_int_equal(world_start(&w, "a"), 0);
    expect("c>b b>c +a a:start=ok -c");
    stops("c");
    expect("c:stop=ok -b");
    stops("b");
    expect("b:stop=ok");
    close_world(state);

    make("a requires=c after=b; b requires=c after=a; c again");
    world_start(&w, "a");
    world_start(&w, "b");
    world_exit(&w, "c", 1);
    world_told(&w);
    world_timeout(&w, "c"); /* they cannot be started again together: refused, and c has failed */
    expect("b>a a>b");
    assert_int_equal(world_service(&w, "c")->state, STATE_FAILED);
    assert_int_equal(world_service(&w, "a")->state, STATE_RUNNING);
}

/* A restart whose own order runs in a ring with what requires it. */
static void test_restart_in_a_cycle(void **state)
{
    make("a requires=b after=b; b again after=a");
    world_start(&w, "b");
    world_start(&w, "a");
    world_exit(&w, "b", 1);
    world_told(&w);
    world_timeout(&w, "b");
    expect("a>b b>a");
    assert_int_equal(world_service(&w, "b")->state, STATE_FAILED);
    assert_int_equal(world_service(&w, "a")->state, STATE_RUNNING);
    assert_int_equal(w.roster.jobs, 0);
}

/* --- reload ----------------------------------------------------------------------------------------- */

static void test_reload(void **state)
{
    make("a; b reload; c reload target");
    world_start(&w, "a");
    assert_int_equal(world_reload(&w, "a"), -EOPNOTSUPP);
    assert_int_equal(world_reload(&w, "b"), -ENOEXEC); /* it is not up */
    assert_int_equal(world_reload(&w, "c"), -EOPNOTSUPP);
    world_start(&w, "b");
    expect("+a a:start=ok +b b:start=ok");
    assert_int_equal(world_reload(&w, "b"), 0);
    expect("~b");
    world_control(&w, "b", 0);
    expect("b:reload=ok");
    world_reload(&w, "b");
    world_control(&w, "b", 1);
    expect("~b b:reload=failed");
    assert_int_equal(world_service(&w, "b")->state, STATE_RUNNING);
    world_stop_all(&w);
    assert_int_equal(world_reload(&w, "b"), -ESHUTDOWN);
    expect("-a -b");
    stops("a");
    stops("b");
    expect("a:stop=ok b:stop=ok");
}

/* systemd's table of what becomes of two jobs of one unit (src/core/job.c, job_merging_table). */
static void test_reload_and_other_jobs(void **state)
{
    make("a reload again after=b; b notify");
    world_start(&w, "b");
    world_start(&w, "a"); /* waits for b */
    assert_int_equal(world_reload(&w, "a"), 0);
    expect("+b");
    world_ready(&w, "b");
    expect("b:start=ok +a a:start=ok"); /* its start has read the configuration */
    world_reload(&w, "a");
    world_reload(&w, "a"); /* one that is under way may have read it before: another one follows */
    expect("~a");
    world_control(&w, "a", 0);
    expect("~a");
    assert_int_equal(world_start(&w, "a"), 0); /* it is up: nothing to be done */
    world_control(&w, "a", 0);
    expect("a:reload=ok");

    world_reload(&w, "a");
    roster_restart(&w.roster, world_unit(&w, "a")); /* takes the reload's place, and its end is the job's */
    world_run(&w);
    expect("~a -a");
    assert_int_equal(world_reload(&w, "a"), 0); /* the start to come reads it */
    world_control(&w, "a", 0);
    stops("a");
    expect("+a a:start=ok");

    world_reload(&w, "a");
    world_stop(&w, "a");
    expect("~a a:reload=canceled -a");
    assert_int_equal(world_reload(&w, "a"), -ENOEXEC); /* it is on its way down */
    world_control(&w, "a", 0);
    stops("a");
    expect("a:stop=ok");

    world_start(&w, "a");
    world_reload(&w, "a");
    world_exit(&w, "a", 1); /* it ends meanwhile, and ExecReload= then finds nobody */
    world_control(&w, "a", 1);
    expect("+a a:start=ok ~a a:again a:reload=failed");
    world_timeout(&w, "a");
    expect("+a a:start=ok");
}

/* PropagatesReloadTo=: to those that are up, and from there on; who cannot reload is left alone. */
static void test_reload_goes_on(void **state)
{
    make("a reload reloads=b reloads=c reloads=d; b reload reloads=e reloads=a; c; d reload; e reload "
         "after=b; "
         "f target reloads=e");
    const char *const up[] = { "a", "b", "c", "e", "f" };
    for (size_t i = 0; i < sizeof up / sizeof up[0]; i++) {
        world_start(&w, up[i]);
    }
    world_told(&w);
    world_reload(&w, "a");
    expect("~a ~b");
    world_control(&w, "a", 1); /* the others reload however this one went */
    world_control(&w, "b", 0);
    expect("a:reload=failed b:reload=ok ~e");
    world_control(&w, "e", 0);
    expect("e:reload=ok");
    assert_int_equal(world_reload(&w, "f"), 0); /* a target is only for the others */
    expect("f:reload=ok ~e");
    world_control(&w, "e", 0);
    world_told(&w);
    world_input(&w, world_unit(&w, "b"), (struct input){ .kind = INPUT_RELOADING }); /* by itself */
    expect("~a ~e");
    world_control(&w, "a", 0);
    world_ready(&w, "b");
    world_control(&w, "e", 0);
    expect("a:reload=ok e:reload=ok");
}

/* A reload waits for starts and stops as a start does, but no start waits for a reload; a ring of them is cut open. */
static void test_order_of_reloads(void **state)
{
    make("a reload reloads=b after=b; b reload after=a; c notify after=a; d reload after=c");
    world_start(&w, "a");
    world_start(&w, "b");
    world_start(&w, "d");
    world_told(&w);
    world_reload(&w, "a");
    expect("b>a a>b ~b");
    world_start(&w, "c");
    expect("+c");
    world_reload(&w, "d");
    expect("");
    world_ready(&w, "c");
    expect("c:start=ok ~d");
    world_control(&w, "d", 0);
    world_control(&w, "b", 0);
    expect("d:reload=ok b:reload=ok ~a");
    world_control(&w, "a", 0);
    expect("a:reload=ok");
}

int main(void)
{
#define world_test(test) cmocka_unit_test_teardown(test, close_world)
    const struct CMUnitTest tests[] = {
        world_test(test_one),
        world_test(test_order_of_a_start),
        world_test(test_no_order),
        world_test(test_before),
        world_test(test_order_alone_pulls_nobody),
        world_test(test_after_a_oneshot),
        world_test(test_targets),
        world_test(test_boot_work_done_before),
        world_test(test_failed_requirement),
        world_test(test_failed_wish),
        world_test(test_failed_requirement_without_order),
        world_test(test_failure_while_running),
        world_test(test_fork_fails),
        world_test(test_failed_start_with_restart),
        world_test(test_unstartable),
        world_test(test_unstartable_in_the_middle),
        world_test(test_requirement_is_up_but_masked),
        world_test(test_what_is_up_needs_nothing),
        world_test(test_asked_twice),
        world_test(test_stop_replaces_start),
        world_test(test_start_replaces_stop),
        world_test(test_stop_replaces_a_waiting_start),
        world_test(test_stop_in_reverse_order),
        world_test(test_stop_takes_along_who_requires),
        world_test(test_stop_of_a_oneshot_that_is_over),
        world_test(test_stop_before_start),
        world_test(test_going_down),
        world_test(test_spawn_put_off),
        world_test(test_conflict_takes_along_who_requires),
        world_test(test_conflict_inside_a_request),
        world_test(test_conflicts_with_a_start_under_way),
        world_test(test_auto_restart_restarts_dependents),
        world_test(test_auto_restart_restarts_a_starting_dependent),
        world_test(test_auto_restart_cannot_be),
        world_test(test_stop_pending_beats_restart),
        world_test(test_start_while_waiting_for_restart),
        world_test(test_start_limit_ends_it),
        world_test(test_left_over_process),
        world_test(test_cycle_of_what_matters),
        world_test(test_cycle_with_one_that_does_not_matter),
        world_test(test_order_on_itself),
        world_test(test_two_cycles),
        world_test(test_many_cycles_through_one),
        world_test(test_cycle_with_an_earlier_job),
        world_test(test_stops_in_a_cycle),
        world_test(test_stops_of_a_start_in_a_cycle),
        world_test(test_restart_in_a_cycle),
        world_test(test_reload),
        world_test(test_reload_and_other_jobs),
        world_test(test_reload_goes_on),
        world_test(test_order_of_reloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
