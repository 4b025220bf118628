#include "manage/timers.h"

#include "base/clock.h"

static uint64_t key(const struct timers *t, uint32_t place)
{
    return t->services[t->heap[place]].deadline_ns;
}

static void put(struct timers *t, uint32_t place, uint32_t unit)
{
    t->heap[place] = unit;
    t->place[unit] = place + 1;
}

static void swap(struct timers *t, uint32_t a, uint32_t b)
{
    uint32_t unit = t->heap[a];
    put(t, a, t->heap[b]);
    put(t, b, unit);
}

static void sift(struct timers *t, uint32_t place)
{
    while (place > 0 && key(t, place) < key(t, (place - 1) / 2)) {
        swap(t, place, (place - 1) / 2);
        place = (place - 1) / 2;
    }
    for (;;) {
        uint32_t least = place;
        for (uint32_t child = 2 * place + 1; child <= 2 * place + 2 && child < t->count; child++) {
            least = key(t, child) < key(t, least) ? child : least;
        }
        if (least == place) {
            return;
        }
        swap(t, place, least);
        place = least;
    }
}

void timers_update(struct timers *t, uint32_t unit)
{
    bool wanted = t->services[unit].deadline_ns != NEVER_NS;
    uint32_t place = t->place[unit];
    if (place == 0 && !wanted) {
        return;
    }
    if (place == 0) {
        put(t, t->count, unit);
        sift(t, t->count++);
        return;
    }
    place--;
    if (wanted) {
        sift(t, place);
        return;
    }
    t->place[unit] = 0;
    t->count--;
    if (place != t->count) {
        put(t, place, t->heap[t->count]);
        sift(t, place);
    }
}

uint64_t timers_next(const struct timers *t, uint32_t *unit)
{
    if (t->count == 0) {
        return NEVER_NS;
    }
    *unit = t->heap[0];
    return key(t, 0);
}
