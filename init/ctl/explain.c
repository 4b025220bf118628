/*
 * explain: what a start of a unit does, in order: its commands, and for each the steps between fork and exec that are in
 * force, with the manual pages to read; from the table that is run.
 */
#include "ctl/units.h"

#include "exec/needs.h"
#include "service/service.h"

static void keep_step(struct told *told, const char *phase, const struct step *step)
{
    char record[TALK_LINE] = "";
    struct text t = TEXT_OVER(record);
    record_put(&t, "phase", phase);
    record_put(&t, "step", step->name);
    record_put(&t, "page", step->page);
    record_put(&t, "why", step->why);
    show_keep(told, record);
}

static void explain(struct told *told, const struct snapshot *s, const struct unit *unit)
{
    static const struct step fork = {
        .name = "fork",
        .page = "clone3(2)",
        .why = "A copy of primer, in the service's cgroup, makes all that follows."
    };
    const struct unit_command *commands = snapshot_at(s, unit->commands.at);
    for (uint32_t i = 0; i < unit->commands.count; i++) {
        const char *phase = service_phase_name(commands[i].phase);
        keep_step(told, phase, &fork);
        for (unsigned k = 0; k < command_steps.count; k++) {
            if (needs_step(s, unit, &commands[i], &command_steps.rows[k])) {
                keep_step(told, phase, &command_steps.rows[k]);
            }
        }
    }
}

int ctl_explain(struct ctl *c)
{
    static const char *const columns[] = { "phase", "step", "page", "why", NULL };
    struct load_request request = { 0 };
    struct told told = { 0 };
    const struct snapshot *s;
    int status = units_read(c, &request, &s);
    bool read = status == 0;
    for (unsigned i = 0; i < c->count && read; i++) {
        int64_t unit = units_find(s, c->args[i]);
        if (unit >= 0) {
            explain(&told, s, snapshot_unit(s, (uint32_t)unit));
        } else {
            status = CTL_NO_UNIT;
        }
    }
    show_table(c, &told, columns);
    return status;
}
