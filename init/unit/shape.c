#include "unit/shape.h"

const struct list_shape exec_shapes[EXEC_LISTS] = {
    [LIST_GROUPS] = { offsetof(struct unit_exec, groups), sizeof(ref), 4, true },
    [LIST_ENVIRONMENT] = { offsetof(struct unit_exec, environment), sizeof(ref), 4, true },
    [LIST_ENVIRONMENT_FILES] = { offsetof(struct unit_exec, environment_files), sizeof(struct env_file), 4,
                                 true },
    [LIST_PASS_ENVIRONMENT] = { offsetof(struct unit_exec, pass_environment), sizeof(ref), 4, true },
    [LIST_UNSET_ENVIRONMENT] = { offsetof(struct unit_exec, unset_environment), sizeof(ref), 4, true },
    [LIST_RUNTIME] = { offsetof(struct unit_exec, runtime), sizeof(ref), 4, true },
    [LIST_LIMITS] = { offsetof(struct unit_exec, limits), sizeof(struct limit), 8, false },
};
