/* Floods of events are merged, each kind by itself, and push out nothing else; what an event says as JSON. */
#include "base/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <signal.h>
#include <string.h>
#include <cmocka.h>

static struct event_ring ring;

static int setup(void **state)
{
    (void)state;
    event_ring_init(&ring);
    return 0;
}

static void count_all(uint64_t counts[EVENT_KINDS])
{
    struct event_reader reader = { .seq = 1 };
    memset(counts, 0, EVENT_KINDS * sizeof counts[0]);
    for (const struct event *e; (e = event_read(&ring, &reader)) != NULL;) {
        counts[e->kind] += e->count;
    }
}

/* Two floods by turns, as orphans that end while refused messages come in. */
static void test_floods_by_turns(void **state)
{
    (void)state;
    uint64_t counts[EVENT_KINDS];
    event_note(&ring, EVENT_EXEC_FAILED, "a.service", "/program");
    for (unsigned i = 0; i < 10000; i++) {
        event_add_merged(&ring, EVENT_ORPHAN);
        event_add_merged(&ring, EVENT_NOTIFY_REFUSED);
    }
    event_settle(&ring, true);
    assert_true(ring.next_seq < EVENT_RING);
    count_all(counts);
    assert_int_equal(counts[EVENT_EXEC_FAILED], 1);
    assert_int_equal(counts[EVENT_ORPHAN], 10000);
    assert_int_equal(counts[EVENT_NOTIFY_REFUSED], 10000);
    assert_int_equal(counts[EVENT_GAP], 0);
}

/* A flood of one kind costs a single event of another nothing. */
static void test_gate_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        event_add_merged(&ring, EVENT_ORPHAN);
    }
    struct event *e = event_add_merged(&ring, EVENT_SIGNAL);
    e->code = SIGHUP;
    assert_false(e->merged);
    assert_int_equal(ring.slots[(ring.next_seq - 1) % EVENT_RING].kind, EVENT_SIGNAL);
}

/* More kinds than gates: they share one, and no count is lost. */
static void test_more_kinds_than_gates(void **state)
{
    (void)state;
    static const enum event_kind kinds[] = { EVENT_ADOPT,  EVENT_ORPHAN, EVENT_NOTIFY,  EVENT_NOTIFY_REFUSED,
                                             EVENT_SIGNAL, EVENT_REPORT, EVENT_FINDING, EVENT_KILL };
    enum { KINDS = sizeof kinds / sizeof kinds[0], EACH = 15 }; /* all of them fit into the ring */
    uint64_t counts[EVENT_KINDS];
    for (unsigned i = 0; i < EACH * KINDS; i++) {
        event_add_merged(&ring, kinds[i % KINDS]);
    }
    event_settle(&ring, true);
    count_all(counts);
    for (unsigned i = 0; i < KINDS; i++) {
        assert_int_equal(counts[kinds[i]], EACH);
    }
}

static const char *json_of(const struct event *e)
{
    static char line[EVENT_LINE];
    struct text t = TEXT_OVER(line);
    line[0] = '\0';
    event_json(e, &t);
    return line;
}

static void test_status_in_json(void **state)
{
    (void)state;
    struct event e = { .seq = 1, .kind = EVENT_STATUS, .count = SIGKILL, .word = "killed" };
    assert_string_equal(json_of(&e),
                        "{\"seq\":1,\"time\":0.000000000,\"event\":\"status\",\"reason\":\"killed\","
                        "\"code\":0,\"signal\":\"KILL\"}");
    e = (struct event){ .seq = 2, .kind = EVENT_STATUS, .code = 3, .word = "exited" };
    assert_string_equal(
        json_of(&e),
        "{\"seq\":2,\"time\":0.000000000,\"event\":\"status\",\"reason\":\"exited\",\"code\":3}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_floods_by_turns, setup),
        cmocka_unit_test_setup(test_gate_of_its_own, setup),
        cmocka_unit_test_setup(test_more_kinds_than_gates, setup),
        cmocka_unit_test_setup(test_status_in_json, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
