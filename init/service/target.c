#include "service/target.h"

#include "base/clock.h"

static void set_state(struct service *s, enum service_state state, uint64_t now_ns)
{
    s->state = (uint8_t)state;
    s->since_ns = now_ns;
    s->deadline_ns = NEVER_NS;
    if (state == STATE_RUNNING) {
        s->active_ns = now_ns;
    }
}

/* A target with boot work is reached when that is done too; it is done once, whenever it is asked for. */
void target_next(const struct unit *unit, struct service *s, const struct input *input)
{
    bool waits = (unit->flags & UNIT_BOOT_WORK) && !(s->flags & FLAG_READY);
    switch (input->kind) {
    case INPUT_START:
        s->begun_ns = input->now_ns;
        set_state(s, waits ? STATE_START : STATE_RUNNING, input->now_ns);
        break;
    case INPUT_READY:
        s->flags |= FLAG_READY;
        if (s->state == STATE_START) {
            set_state(s, STATE_RUNNING, input->now_ns);
        }
        break;
    case INPUT_STOP: set_state(s, STATE_DEAD, input->now_ns); break;
    default: break;
    }
}
