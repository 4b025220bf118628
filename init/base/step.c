#include "base/step.h"

#include <stddef.h>
#include <string.h>

int step_run(struct step_runner *runner)
{
    const struct step_watch *watch = runner->watch;
    while (runner->next < runner->table->count) {
        const struct step *step = &runner->table->rows[runner->next];
        if (!runner->begun && watch != NULL && watch->before != NULL && !watch->before(runner, step)) {
            return STEP_WAIT;
        }
        runner->begun = true;
        int result = step->run(runner->context);
        if (result == STEP_WAIT) {
            return STEP_WAIT;
        }
        if (watch != NULL && watch->after != NULL) {
            watch->after(runner, step, result);
        }
        if (result < 0 && step->failure == STEP_ENDS) {
            return result;
        }
        runner->begun = false;
        runner->next++;
    }
    return 0;
}

const struct step *step_find(const struct step_table *table, const char *name)
{
    for (unsigned i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0) {
            return &table->rows[i];
        }
    }
    return NULL;
}
