#include "base/event.h"

#include "base/clock.h"

#include <string.h>

/* A flood gate lets this many through at once, and this many a second. */
enum { GATE_BURST = 32, GATE_A_SECOND = 16 };

void event_ring_init(struct event_ring *ring)
{
    memset(ring, 0, sizeof *ring);
    ring->next_seq = 1;
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

static void refill(struct event_gate *gate, uint64_t now_ns)
{
    const uint64_t each_ns = NS_PER_SECOND / GATE_A_SECOND;
    if (gate->tokens >= GATE_BURST) {
        gate->refill_ns = now_ns;
        return;
    }
    uint64_t earned = (now_ns - gate->refill_ns) / each_ns;
    if (earned == 0) {
        return;
    }
    uint64_t tokens = gate->tokens + earned;
    gate->tokens = tokens > GATE_BURST ? GATE_BURST : (uint32_t)tokens;
    gate->refill_ns += earned * each_ns;
}

/* A pending sum goes into the ring. */
static void release(struct event_ring *ring, struct event_gate *gate)
{
    struct event *e = event_add(ring, gate->kind);
    gate->tokens -= gate->tokens > 0;
    gate->held.seq = e->seq;
    *e = gate->held;
    gate->held.count = 0;
}

uint64_t event_settle(struct event_ring *ring, bool now)
{
    uint64_t next_ns = NEVER_NS;
    for (unsigned i = 0; i < EVENT_GATES; i++) {
        struct event_gate *gate = &ring->gates[i];
        if (gate->held.count == 0) {
            continue;
        }
        refill(gate, clock_now_ns());
        if (gate->tokens > 0 || now) {
            release(ring, gate);
        } else {
            uint64_t token_ns = gate->refill_ns + NS_PER_SECOND / GATE_A_SECOND;
            next_ns = token_ns < next_ns ? token_ns : next_ns;
        }
    }
    return next_ns;
}

static struct event_gate *gate_of(struct event_ring *ring, enum event_kind kind)
{
    unsigned i = 0;
    while (i < EVENT_GATES - 1 && ring->gates[i].kind != EVENT_NONE && ring->gates[i].kind != kind) {
        i++;
    }
    struct event_gate *gate = &ring->gates[i];
    if (gate->held.count > 0 && gate->kind != kind) {
        release(ring, gate); /* a kind too many: it shares the last gate */
    }
    if (gate->kind == EVENT_NONE) {
        gate->tokens = GATE_BURST;
    }
    gate->kind = (uint8_t)kind;
    return gate;
}

struct event *event_add_merged(struct event_ring *ring, enum event_kind kind)
{
    struct event_gate *gate = gate_of(ring, kind);
    refill(gate, clock_now_ns());
    if (gate->tokens > 0 && gate->held.count == 0) {
        gate->tokens--;
        return event_add(ring, kind);
    }
    uint32_t count = gate->held.count;
    gate->held = (struct event){
        .kind = (uint8_t)kind, .time_ns = clock_now_ns(), .count = count + 1, .merged = true
    };
    return &gate->held;
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
