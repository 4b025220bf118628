#include "exec/needs.h"

#include <stddef.h>
#include <string.h>

enum { DEFAULT_UMASK = 0022 };

/*
 * A step is in force when one of its rows finds a bit of MASK in the 32 bits at OFFSET of the unit's struct unit_exec, and
 * the command has none of the flags in SPARED.
 */
#define AT(member) offsetof(struct unit_exec, member)
enum { WHOLE = COMMAND_PRIVILEGED | COMMAND_NO_SETUID };
static const struct need {
    const char *step;
    uint32_t mask;
    uint8_t offset;
    uint8_t spared;
} needs[] = {
    { "enter-cgroup", 0, 0, 0 }, /* only where clone3 may not be used */
    { "account", UINT32_MAX, AT(user), 0 },
    { "account", UINT32_MAX, AT(group), 0 },
    { "account", UINT32_MAX, AT(groups.count), 0 },
    { "oom-score", EXEC_HAS_OOM_ADJUST, AT(flags), 0 },
    { "nice", EXEC_HAS_NICE, AT(flags), 0 },
    { "runtime-directory", UINT32_MAX, AT(runtime.count), 0 },
    { "limits", UINT32_MAX, AT(limits.count), COMMAND_PRIVILEGED },
    { "groups", UINT32_MAX, AT(user), WHOLE },
    { "groups", UINT32_MAX, AT(groups.count), WHOLE },
    { "bounding-set", EXEC_HAS_BOUNDING, AT(flags), COMMAND_PRIVILEGED },
    { "identity", UINT32_MAX, AT(user), WHOLE },
    { "identity", UINT32_MAX, AT(group), WHOLE },
    { "capabilities", UINT32_MAX, AT(cap_ambient), COMMAND_PRIVILEGED },
    { "capabilities", UINT32_MAX, AT(cap_ambient) + 4, COMMAND_PRIVILEGED },
    { "no-new-privileges", EXEC_NO_NEW_PRIVILEGES, AT(flags), COMMAND_PRIVILEGED },
    { "working-directory", UINT32_MAX, AT(directory), 0 },
    { "working-directory", EXEC_DIRECTORY_HOME, AT(flags), 0 },
};

static bool wants_terminal(const struct unit_exec *exec)
{
    bool wants = false;
    for (unsigned i = 0; i < 3; i++) {
        wants = wants || (exec->stdio[i].kind >= STDIO_TTY && exec->stdio[i].kind <= STDIO_TTY_FAIL);
    }
    return wants;
}

bool needs_step(const struct snapshot *s, const struct unit *unit, const struct unit_command *command,
                const struct step *step)
{
    const struct unit_exec *exec = snapshot_at(s, unit->exec);
    const struct unit_service *service = snapshot_at(s, unit->service);
    bool known = false;
    bool needed = false;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        uint32_t bits;
        if (strcmp(needs[i].step, step->name) == 0) {
            memcpy(&bits, (const char *)exec + needs[i].offset, sizeof bits);
            needed = needed || ((bits & needs[i].mask) != 0 && (command->flags & needs[i].spared) == 0);
            known = true;
        }
    }
    /* What no mask can say. */
    return strcmp(step->name, "umask") == 0 ? exec->umask != DEFAULT_UMASK
           : strcmp(step->name, "idle") == 0
               ? (service->flags & SERVICE_IDLE) != 0 && command->phase == PHASE_START
           : strcmp(step->name, "terminal") == 0 ? wants_terminal(exec)
                                                 : needed || !known;
}
