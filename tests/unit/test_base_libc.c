/* What stands in the place of libc's larger functions, with libc's own as the judge, at random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/sort.h"
#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint32_t dice(uint32_t sides)
{
    static uint32_t seed = 1;
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x;
    uint32_t y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Members that are equal look alike, so whose order is right is equal to qsort's. */
static void test_sort(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t mine[70];
        uint32_t judge[70];
        size_t count = dice(71);
        uint32_t values = 1 + dice(100);
        for (size_t i = 0; i < count; i++) {
            mine[i] = judge[i] = dice(values);
        }
        sort(mine, count, sizeof mine[0], by_value);
        qsort(judge, count, sizeof judge[0], by_value);
        assert_memory_equal(mine, judge, count * sizeof mine[0]);
    }
}

/* Large members, which are swapped whole. */
static void test_sort_large_members(void **state)
{
    (void)state;
    struct {
        uint32_t key;
        char rest[37];
    } all[] = { { 3, "three" }, { 1, "one" }, { 2, "two" }, { 0, "none" } };
    sort(all, 4, sizeof all[0], by_value);
    assert_string_equal(all[0].rest, "none");
    assert_string_equal(all[1].rest, "one");
    assert_string_equal(all[2].rest, "two");
    assert_string_equal(all[3].rest, "three");
}

static void test_find(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        char in[12] = "";
        char what[4] = "";
        for (uint32_t i = 0, n = dice(sizeof in); i < n; i++) {
            in[i] = (char)('a' + dice(2));
        }
        for (uint32_t i = 0, n = 1 + dice(sizeof what - 1); i < n; i++) {
            what[i] = (char)('a' + dice(2));
        }
        assert_ptr_equal(text_find(in, what), strstr(in, what));
    }
}

/* Many pieces at once, taken, resized and given back in any order: none reaches into another. */
static void test_memory(void **state)
{
    (void)state;
    struct {
        unsigned char *at;
        size_t size;
        unsigned char fill;
    } pieces[50] = { 0 };
    for (unsigned round = 0; round < 20000; round++) {
        unsigned i = dice(50);
        unsigned char fill = pieces[i].fill;
        for (size_t n = 0; n < pieces[i].size; n++) {
            assert_int_equal(pieces[i].at[n], fill);
        }
        size_t size = dice(10) == 0 ? dice(200000) : dice(300);
        if (pieces[i].at != NULL && dice(2) == 0) {
            memory_give(pieces[i].at);
            pieces[i].at = NULL;
            pieces[i].size = 0;
        } else {
            unsigned char *at = memory_resize(pieces[i].at, size);
            assert_non_null(at);
            assert_int_equal((uintptr_t)at % 16, 0);
            for (size_t n = 0; n < pieces[i].size && n < size; n++) {
                assert_int_equal(at[n], fill);
            }
            pieces[i].at = at;
            pieces[i].size = size;
            pieces[i].fill = (unsigned char)dice(256);
            memset(at, pieces[i].fill, size);
        }
    }
}

/* What was taken last is used again: a loop that takes and gives needs no more than one round of it. */
static void test_memory_comes_back(void **state)
{
    (void)state;
    char *first = memory_take(1000);
    memory_give(first);
    for (unsigned round = 0; round < 1000; round++) {
        char *a = memory_take(500);
        char *b = memory_take(300);
        assert_ptr_equal(a, first);
        memory_give(b);
        memory_give(a);
    }
    memory_give(NULL);
}

static void test_memory_has_an_end(void **state)
{
    (void)state;
    char *had = memory_take(11);
    strcpy(had, "still here");
    errno = 0;
    assert_null(memory_take(SIZE_MAX));
    assert_int_equal(errno, ENOMEM);
    errno = 0;
    assert_null(memory_resize(had, PTRDIFF_MAX / 2));
    assert_int_equal(errno, ENOMEM);
    assert_memory_equal(had, "still here", 10);
    memory_give(had);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_sort_large_members),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_memory_comes_back),
        cmocka_unit_test(test_memory_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
