/*
 * needs: which of the steps between fork and exec are in force for a unit's command, from what its file says.
 */
#ifndef PRIMER_EXEC_NEEDS_H
#define PRIMER_EXEC_NEEDS_H

#include "exec/command.h"

/*
 * Whether STEP, a row of command_steps, has anything to do when COMMAND of UNIT is started. It is the step's own function
 * that decides then: a step that is not known here is taken to be in force.
 */
bool needs_step(const struct snapshot *s, const struct unit *unit, const struct unit_command *command,
                const struct step *step);

#endif
