#include "manage/clean.h"

#include "exec/command.h"

struct clean {
    const struct snapshot *snapshot;
    const struct unit *unit;
    bool restarting;
};

static int clean_run(void *context)
{
    const struct clean *c = context;
    return command_clean(c->snapshot, c->unit, c->restarting) < 0;
}

static bool leaves_files(const struct manager *m, const struct unit *unit)
{
    const struct unit_exec *exec = snapshot_at(m->snapshot, unit->exec);
    const struct unit_service *service = snapshot_at(m->snapshot, unit->service);
    return exec != NULL && (exec->runtime.count > 0 || service->pid_file != 0);
}

/* At the machine's end there is nothing to clear away: /run goes with it, and cgroups hold nothing up. */
void clean_unit(struct manager *m, uint32_t unit)
{
    struct service *s = &m->services[unit];
    const struct unit *u = snapshot_unit(m->snapshot, unit);
    s->todo &= (uint8_t)~TODO_CLEAN;
    if (m->ending != END_NONE && m->life->owns_machine) {
        return;
    }
    tracker_leave(&m->tracker, manager_unit_name(m, unit));
    if (!leaves_files(m, u)) {
        return;
    }
    struct clean clean = { .snapshot = m->snapshot, .unit = u, .restarting = s->state == STATE_AUTO_RESTART };
    struct chore *chore = chore_start(m, CHORE_CLEAN, clean_run, &clean);
    if (chore != NULL) {
        chore->unit = unit;
    }
}

bool clean_is_under_way(const struct manager *m, uint32_t unit)
{
    for (unsigned i = 0; i < CHORES; i++) {
        if (m->chores[i].pid != 0 && m->chores[i].kind == CHORE_CLEAN && m->chores[i].unit == unit) {
            return true;
        }
    }
    return false;
}
