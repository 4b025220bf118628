/*
 * environment: the variables of a service, put together as systemd.exec(5) says under "Environment variables in
 * spawned processes": from many sources, of which a later one wins.
 */
#ifndef PRIMER_EXEC_ENVIRONMENT_H
#define PRIMER_EXEC_ENVIRONMENT_H

#include "exec/child.h"
#include "exec/identity.h"
#include "exec/vector.h"
#include "unit/snapshot.h"

struct environment_sources {
    const struct snapshot *snapshot;
    const struct unit_exec *exec;
    const struct identity *identity; /* USER, LOGNAME, HOME and SHELL, where it has a user */
    const char *path;                /* "PATH=…", unless something else says so */
    const char *tty;                 /* the terminal that the program is on: TERM; NULL: none */
    const char *const *own;          /* primer's additions, NULL at the end; NULL: none */
};

/*
 * Fills ENVIRONMENT; its strings stay where they are, or are memory that is taken. Where the unit has no files, no
 * user, no runtime folders and no terminal, no memory is taken. 0 or -errno, and NOTES says of what.
 */
int environment_build(const struct environment_sources *sources, struct vector *environment,
                      struct child_notes *notes);

#endif
