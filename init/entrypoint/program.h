/*
 * program: finds a program as a shell would, and executes it. execve(2), execvp(3).
 *
 * A file that is neither a binary nor begins with #! is not handed to a shell: that is told instead.
 */
#ifndef PRIMER_ENTRYPOINT_PROGRAM_H
#define PRIMER_ENTRYPOINT_PROGRAM_H

#include "exec/child.h"

/*
 * Executes argv[0], searched for in the PATH of the environment when it has no slash. Comes back only
 * with -errno; NOTES then says why, and which file it was. Takes no memory.
 */
int program_execute(char **argv, struct child_notes *notes);

#endif
