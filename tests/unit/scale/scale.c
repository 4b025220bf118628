/*
 * What thousands of units cost, counted in steps of the program: the compiler calls __sanitizer_cov_trace_pc at
 * every branch of the room init/service, so a count is exact and the same on every machine.
 *
 * Twice the units may cost twice the steps, and nothing else: each shape of graph is measured at 5,000 and at
 * 10,000 units. The deep ones would overflow a recursive program's stack, which is why the stack here is small.
 */
#include "../../lib/world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>

#include <cmocka.h>

void __sanitizer_cov_trace_pc(void);

static uint64_t steps;

void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

/* --- shapes ------------------------------------------------------------------------------------------ */

static void add(struct world *w, unsigned count, enum service_type type)
{
    char name[32];
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "u%06u.service", i);
        units_service(&w->units, units_add_service(&w->units, name, type))->flags |=
            SERVICE_REMAIN_AFTER_EXIT;
    }
}

/* Each requires the next one and is ordered after it. */
static void chain(struct world *w, unsigned count)
{
    add(w, count, SERVICE_SIMPLE);
    for (unsigned i = 0; i + 1 < count; i++) {
        units_edge(&w->units, i, EDGE_REQUIRES, i + 1);
        units_edge(&w->units, i, EDGE_AFTER, i + 1);
    }
}

/* The first, a target, wants all others and is ordered after them; all conflict with the last, as with shutdown.target. */
static void target(struct world *w, unsigned count)
{
    add(w, count, SERVICE_SIMPLE);
    w->units.units[0].type = UNIT_TARGET;
    w->units.units[count - 1].type = UNIT_TARGET;
    for (unsigned i = 1; i + 1 < count; i++) {
        units_edge(&w->units, 0, EDGE_WANTS, i);
        units_edge(&w->units, 0, EDGE_AFTER, i);
        units_edge(&w->units, i, EDGE_CONFLICTS, count - 1);
        units_edge(&w->units, i, EDGE_BEFORE, count - 1);
    }
}

/* All that the first wants are ordered after it, and it after them. */
static void hub_of_cycles(struct world *w, unsigned count)
{
    target(w, count);
    for (unsigned i = 1; i + 1 < count; i++) {
        units_edge(&w->units, i, EDGE_AFTER, 0);
    }
}

/* The first wants all others, of which each two are ordered after each other. */
static void pairs(struct world *w, unsigned count)
{
    add(w, count, SERVICE_SIMPLE);
    for (unsigned i = 1; i + 1 < count; i += 2) {
        units_edge(&w->units, 0, EDGE_WANTS, i);
        units_edge(&w->units, 0, EDGE_WANTS, i + 1);
        units_edge(&w->units, i, EDGE_AFTER, i + 1);
        units_edge(&w->units, i + 1, EDGE_AFTER, i);
    }
}

/* A long chain of wishes, with a cycle at each of its links. */
static void chain_of_cycles(struct world *w, unsigned count)
{
    add(w, count, SERVICE_SIMPLE);
    for (unsigned i = 0; i + 2 < count; i += 2) {
        units_edge(&w->units, i, EDGE_WANTS, i + 1);
        units_edge(&w->units, i, EDGE_WANTS, i + 2);
        units_edge(&w->units, i, EDGE_AFTER, i + 2);
        units_edge(&w->units, i, EDGE_AFTER, i + 1);
        units_edge(&w->units, i + 1, EDGE_AFTER, i);
    }
}

/* A chain of order, and each of its links ordered before the first as well: as many rings as units, of all lengths. */
static void rings_in_rings(struct world *w, unsigned count)
{
    add(w, count, SERVICE_SIMPLE);
    for (unsigned i = 1; i < count; i++) {
        units_edge(&w->units, 0, EDGE_WANTS, i);
        units_edge(&w->units, i - 1, EDGE_AFTER, i);
        units_edge(&w->units, i, EDGE_AFTER, 0);
    }
}

/* All others require the first and are ordered after it. */
static void dependents(struct world *w, unsigned count)
{
    add(w, count, SERVICE_SIMPLE);
    units_service(&w->units, 0)->restart = RESTART_ALWAYS;
    units_service(&w->units, 0)->flags = SERVICE_SEND_SIGKILL;
    for (unsigned i = 1; i < count; i++) {
        units_edge(&w->units, i, EDGE_REQUIRES, 0);
        units_edge(&w->units, i, EDGE_AFTER, 0);
    }
}

/* --- what is done with them --------------------------------------------------------------------------- */

static void end(struct world *w, uint32_t unit)
{
    world_input(w, unit,
                (struct input){ .kind = INPUT_EXIT, .role = ROLE_MAIN, .status = SIGTERM, .is_signal = 1 });
}

static void start(struct world *w)
{
    assert_int_equal(roster_start(&w->roster, 0), 0);
    world_run(w);
    assert_int_equal(w->roster.jobs, 0);
}

static void start_each(struct world *w)
{
    for (uint32_t i = 0; i < w->roster.count; i++) {
        assert_int_equal(roster_start(&w->roster, i), 0);
        world_run(w);
    }
    assert_int_equal(w->roster.busy, w->roster.count);
}

/* All are stopped, and their processes end out of turn, too. */
static void start_and_stop(struct world *w)
{
    start(w);
    roster_stop_all(&w->roster);
    world_run(w);
    for (uint32_t i = 0; i < w->roster.count; i++) {
        uint32_t unit = w->roster.count - 1 - i;
        if (w->services[unit].main_pid != 0) {
            end(w, unit);
        }
    }
    for (uint32_t unit = 0; unit < w->roster.count; unit++) {
        if (w->services[unit].main_pid != 0) {
            end(w, unit);
        }
    }
    assert_int_equal(w->roster.jobs, 0);
    assert_int_equal(w->roster.busy, 0);
}

/* The last one fails, and with it all the way up. */
static void fail_all(struct world *w)
{
    uint32_t last = w->roster.count - 1;
    ((struct unit_service *)(uintptr_t)snapshot_at(w->snapshot, snapshot_unit(w->snapshot, last)->service))
        ->type = SERVICE_NOTIFY;
    assert_int_equal(roster_start(&w->roster, 0), 0);
    world_run(w);
    assert_int_equal(w->roster.jobs, w->roster.count);
    end(w, last);
    assert_int_equal(w->roster.jobs, 0);
    assert_int_equal(w->roster.failed, 1);
}

static void refuse_all(struct world *w)
{
    ((struct unit *)(uintptr_t)snapshot_unit(w->snapshot, w->roster.count - 1))->flags = UNIT_NOT_FOUND;
    assert_int_equal(roster_start(&w->roster, 0), -ENOENT);
    assert_int_equal(w->roster.jobs, 0);
}

/* The one that all others require begins again, and all of them with it. */
static void restart_all(struct world *w)
{
    start_each(w);
    end(w, 0);
    world_input(w, 0, (struct input){ .kind = INPUT_TIMEOUT });
    for (uint32_t unit = 1; unit < w->roster.count; unit++) {
        end(w, unit);
    }
    assert_int_equal(w->roster.jobs, 0);
    assert_int_equal(w->roster.busy, w->roster.count);
}

static void stop_first(struct world *w)
{
    start_each(w);
    roster_stop(&w->roster, 0);
    world_run(w);
    for (uint32_t unit = 0; unit < w->roster.count; unit++) {
        end(w, w->roster.count - 1 - unit);
    }
    assert_int_equal(w->roster.busy, 0);
}

/* --- the measurement ---------------------------------------------------------------------------------- */

static const struct measured {
    const char *name;
    void (*shape)(struct world *w, unsigned count);
    void (*play)(struct world *w);
} table[] = {
    { "a chain starts", chain, start },
    { "a chain starts and stops", chain, start_and_stop },
    { "a chain fails from its end", chain, fail_all },
    { "a chain is refused for its end", chain, refuse_all },
    { "a target starts all", target, start },
    { "a target starts all, all stop", target, start_and_stop },
    { "every one of a cycle through the target goes", hub_of_cycles, start },
    { "every second one of a pair goes", pairs, start },
    { "a cycle at each link of a chain", chain_of_cycles, start },
    { "a ring from each link of a chain", rings_in_rings, start },
    { "all depend on one: started one by one", dependents, start_each },
    { "all depend on one: it begins again", dependents, restart_all },
    { "all depend on one: it stops", dependents, stop_first },
};

static uint64_t measure(const struct measured *m, unsigned count)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    w.quiet = true;
    m->shape(&w, count);
    world_open(&w);
    steps = 0;
    m->play(&w);
    uint64_t result = steps;
    world_close(&w);
    return result;
}

static void test_linear(void **state)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint64_t half = measure(&table[i], 5000);
        uint64_t whole = measure(&table[i], 10000);
        print_message("%-48s %6.0f steps a unit\n", table[i].name, (double)whole / 10000);
        assert_true(half > 5000); /* it was counted at all */
        if (whole > half * 21 / 10) {
            fail_msg("%s: %llu steps for 5000 units, %llu for 10000: not linear", table[i].name,
                     (unsigned long long)half, (unsigned long long)whole);
        }
    }
}

/* One input to one service, whatever the number of units: bounded, and small. */
static void test_one_input(void **state)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    w.quiet = true;
    target(&w, 10000);
    world_open(&w);
    start(&w);
    steps = 0;
    end(&w, 5000);
    print_message("%-48s %6llu steps\n", "one of 10000 services ends", (unsigned long long)steps);
    assert_true(steps > 0 && steps < 500);
    world_close(&w);
}

int main(void)
{
    struct rlimit small = { .rlim_cur = 256 << 10, .rlim_max = 256 << 10 };
    setrlimit(RLIMIT_STACK, &small);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_one_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
