/*
 * The way down as a pure function: every phase, every finding, every setting.
 */
#include "base/clock.h"
#include "entrypoint/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { FACTS = 1 << 5, SETTINGS = 1 << 3, PHASES_ALL = PHASE_DONE + 1 };

static struct facts facts_of(unsigned bits)
{
    return (struct facts){
        .main_lives = (bits & 1) != 0,
        .left = (bits & 2) != 0,
        .stop_asked = (bits & 4) != 0,
        .time_over = (bits & 8) != 0,
        .unreachable = (bits & 16) != 0,
    };
}

static struct settings settings_of(unsigned bits)
{
    return (struct settings){
        .no_stop = (bits & 1) != 0,
        .wait = (bits & 2) != 0,
        .pause = (bits & 4) != 0,
    };
}

/* Calls CHECK for every phase, facts and settings with what follows. */
static void for_all(void (*check)(enum phase before, const struct facts *, const struct settings *,
                                  enum phase after))
{
    for (unsigned phase = 0; phase < PHASES_ALL; phase++) {
        for (unsigned f = 0; f < FACTS; f++) {
            for (unsigned s = 0; s < SETTINGS; s++) {
                const struct facts facts = facts_of(f);
                const struct settings settings = settings_of(s);
                check((enum phase)phase, &facts, &settings, stop_next((enum phase)phase, &facts, &settings));
            }
        }
    }
}

static void goes_forward(enum phase before, const struct facts *f, const struct settings *s, enum phase after)
{
    assert_true(after >= before && after <= PHASE_DONE);
}

static void no_way_back(void **state)
{
    for_all(goes_forward);
}

/* Done with something left: only if that was asked for, or if all was killed and the time is over, or out of reach. */
static void leaves_nothing(enum phase before, const struct facts *f, const struct settings *s,
                           enum phase after)
{
    if (after == PHASE_DONE && before != PHASE_DONE && (f->left || f->main_lives)) {
        assert_true(s->no_stop || f->unreachable || (before == PHASE_KILLED && f->time_over));
    }
}

static void nothing_is_left(void **state)
{
    for_all(leaves_nothing);
}

static void is_prompt(enum phase before, const struct facts *f, const struct settings *s, enum phase after)
{
    if (!f->main_lives && !f->left && (before != PHASE_RUN || !s->pause || f->stop_asked)) {
        assert_int_equal(after, PHASE_DONE);
    }
}

static void not_a_moment_longer(void **state)
{
    for_all(is_prompt);
}

static void keeps_main(enum phase before, const struct facts *f, const struct settings *s, enum phase after)
{
    if (before == PHASE_RUN && f->main_lives && !(f->stop_asked && f->time_over)) {
        assert_int_equal(after, PHASE_RUN);
    }
    if (before == PHASE_RUN && f->main_lives && s->no_stop) {
        assert_int_equal(after, PHASE_RUN);
    }
}

static void main_lives_until_its_time_is_over(void **state)
{
    for_all(keeps_main);
}

/* Once told, whatever happens, the end is at most two times away: the stop's, and the kill's. */
static void the_end_comes(void **state)
{
    for (unsigned f = 0; f < FACTS; f++) {
        for (unsigned s = 0; s < SETTINGS; s++) {
            struct facts facts = facts_of(f);
            const struct settings settings = settings_of(s);
            enum phase phase = PHASE_TOLD;
            facts.time_over = true;
            for (int turn = 0; turn < 2; turn++) {
                phase = stop_next(phase, &facts, &settings);
            }
            assert_int_equal(phase, PHASE_DONE);
        }
    }
}

static void wait_waits_until_a_stop_is_asked_for(void **state)
{
    const struct settings settings = { .wait = true };
    struct facts facts = { .left = true };
    assert_int_equal(stop_next(PHASE_RUN, &facts, &settings), PHASE_WAIT);
    assert_int_equal(stop_next(PHASE_WAIT, &facts, &settings), PHASE_WAIT);
    facts.stop_asked = true;
    assert_int_equal(stop_next(PHASE_WAIT, &facts, &settings), PHASE_TOLD);
    assert_int_equal(stop_next(PHASE_RUN, &facts, &settings), PHASE_TOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_way_back),         cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(not_a_moment_longer), cmocka_unit_test(main_lives_until_its_time_is_over),
        cmocka_unit_test(the_end_comes),       cmocka_unit_test(wait_waits_until_a_stop_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
