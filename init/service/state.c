/*
 * state: what can be read from a service's record, without an input.
 */
#include "base/clock.h"
#include "service/service.h"

#include <string.h>

void service_init(struct service *s)
{
    memset(s, 0, sizeof *s);
    s->deadline_ns = NEVER_NS;
}

bool service_is_active(const struct service *s)
{
    return s->state >= STATE_RUNNING && s->state <= STATE_EXITED;
}

bool service_has_ended(const struct service *s)
{
    return s->state == STATE_DEAD || s->state == STATE_FAILED || s->state == STATE_AUTO_RESTART;
}

/* The states in which signals have been sent and the answer is awaited. */
static bool is_killing(uint8_t state)
{
    return state == STATE_STOP_SIGTERM || state == STATE_STOP_SIGKILL || state == STATE_FINAL_SIGTERM ||
           state == STATE_FINAL_SIGKILL;
}

bool service_waits_for_empty(const struct service *s)
{
    bool unready = s->state == STATE_START && (s->flags & FLAG_MAIN_ENDED);
    bool unknown = s->state >= STATE_START && s->state <= STATE_RELOAD && (s->flags & FLAG_UNKNOWN);
    bool waits = is_killing(s->state) || ((unready || unknown) && !(s->todo & (TODO_SPAWN | TODO_SEARCH)));
    return waits && s->main_pid == 0 && s->control_pid == 0;
}

static bool has_command(const struct snapshot *snapshot, const struct unit *unit, enum phase phase)
{
    const struct unit_command *commands = snapshot_at(snapshot, unit->commands.at);
    bool found = false;
    for (uint32_t i = 0; i < unit->commands.count; i++) {
        found |= commands[i].phase == phase;
    }
    return found;
}

bool service_can_reload(const struct snapshot *snapshot, const struct unit *unit)
{
    const edge *edges = snapshot_at(snapshot, unit->edges.at);
    bool passes_on = false;
    for (uint32_t i = 0; i < unit->edges.count; i++) {
        passes_on |= EDGE_KIND(edges[i]) == EDGE_RELOADS;
    }
    return unit->service != 0 ? has_command(snapshot, unit, PHASE_RELOAD) : passes_on;
}

/* ExecStartPost= may be who writes the PID file; and a main process that has ended may have put another one's into it. */
bool service_search_waits(const struct snapshot *snapshot, const struct unit *unit, const struct service *s)
{
    return s->state == STATE_START_POST ||
           (s->state == STATE_START && !has_command(snapshot, unit, PHASE_START_POST));
}
