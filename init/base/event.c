#include "base/event.h"

#include "base/clock.h"

#include <string.h>

/* The flood gate of event_add_merged: this many at once, and this many a second. */
enum { GATE_BURST = 32, GATE_A_SECOND = 16 };

void event_ring_init(struct event_ring *ring)
{
    memset(ring, 0, sizeof *ring);
    ring->next_seq = 1;
    ring->tokens = GATE_BURST;
}

struct event *event_add(struct event_ring *ring, enum event_kind kind)
{
    struct event *e = &ring->slots[ring->next_seq % EVENT_RING];
    memset(e, 0, sizeof *e);
    e->seq = ring->next_seq++;
    e->time_ns = clock_now_ns();
    e->kind = (uint8_t)kind;
    e->count = 1;
    return e;
}

struct event *event_note(struct event_ring *ring, enum event_kind kind, const char *unit, const char *text)
{
    struct event *e = event_add(ring, kind);
    if (unit != NULL) {
        text_copy(e->unit, sizeof e->unit, unit);
    }
    if (text != NULL) {
        text_copy(e->text, sizeof e->text, text);
    }
    return e;
}

static void refill(struct event_ring *ring, uint64_t now_ns)
{
    const uint64_t each_ns = NS_PER_SECOND / GATE_A_SECOND;
    if (ring->tokens >= GATE_BURST) {
        ring->refill_ns = now_ns;
        return;
    }
    uint64_t earned = (now_ns - ring->refill_ns) / each_ns;
    if (earned == 0) {
        return;
    }
    uint64_t tokens = ring->tokens + earned;
    ring->tokens = tokens > GATE_BURST ? GATE_BURST : (uint32_t)tokens;
    ring->refill_ns += earned * each_ns;
}

uint64_t event_settle(struct event_ring *ring, bool now)
{
    if (ring->held.kind == EVENT_NONE) {
        return NEVER_NS;
    }
    refill(ring, clock_now_ns());
    if (ring->tokens == 0 && !now) {
        return ring->refill_ns + NS_PER_SECOND / GATE_A_SECOND;
    }
    if (ring->tokens > 0) {
        ring->tokens--;
    }
    struct event *e = event_add(ring, ring->held.kind);
    struct event numbered = ring->held;
    numbered.seq = e->seq;
    *e = numbered;
    ring->held.kind = EVENT_NONE;
    return NEVER_NS;
}

struct event *event_add_merged(struct event_ring *ring, enum event_kind kind)
{
    if (ring->held.kind != EVENT_NONE && ring->held.kind != kind) {
        event_settle(ring, true);
    }
    refill(ring, clock_now_ns());
    if (ring->tokens > 0 && ring->held.kind == EVENT_NONE) {
        ring->tokens--;
        return event_add(ring, kind);
    }
    uint32_t count = ring->held.kind == EVENT_NONE ? 0 : ring->held.count;
    memset(&ring->held, 0, sizeof ring->held);
    ring->held.kind = (uint8_t)kind;
    ring->held.time_ns = clock_now_ns();
    ring->held.count = count + 1;
    ring->held.merged = true;
    return &ring->held;
}

const struct event *event_read(const struct event_ring *ring, struct event_reader *reader)
{
    uint64_t oldest = ring->next_seq > EVENT_RING ? ring->next_seq - EVENT_RING : 1;
    if (reader->seq < oldest) {
        memset(&reader->gap, 0, sizeof reader->gap);
        reader->gap.kind = EVENT_GAP;
        reader->gap.seq = oldest - 1;
        reader->gap.count = (uint32_t)(oldest - reader->seq);
        reader->gap.time_ns = ring->slots[oldest % EVENT_RING].time_ns;
        reader->seq = oldest;
        return &reader->gap;
    }
    if (reader->seq >= ring->next_seq) {
        return NULL;
    }
    return &ring->slots[reader->seq++ % EVENT_RING];
}
