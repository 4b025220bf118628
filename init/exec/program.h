/*
 * program: the last step of all, execve(2), with the search for the program and, where it fails, the reason.
 */
#ifndef PRIMER_EXEC_PROGRAM_H
#define PRIMER_EXEC_PROGRAM_H

#include "exec/child.h"
#include "exec/vector.h"

/* systemd's search path, with the folders of systems that have /bin beside /usr/bin. */
#define PROGRAM_SEARCH_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * Executes the program NAME: a path, or, with a SEARCH_PATH (folders with ":" between), the first in them that can be
 * executed. Comes back only with -errno, and NOTES says of which file and why.
 */
int program_execute(const char *name, const char *search_path, const struct vector *argv,
                    const struct vector *environment, struct child_notes *notes);

#endif
