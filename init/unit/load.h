/*
 * load: unit files to snapshot. The work of the loader, a short-lived child of PID 1, and of `check`.
 *
 * It may allocate, block and even die: PID 1 only ever sees the snapshot that comes out, or none.
 */
#ifndef PRIMER_UNIT_LOAD_H
#define PRIMER_UNIT_LOAD_H

#include "unit/snapshot.h"

#include <stdbool.h>

struct entry;

struct load_request {
    /* Where to search, first wins, NULL-terminated. NULL: load_folders. */
    const char *const *folders;
    /* The unit to start. NULL: default.target of the first folder, else one that wants every unit file there. */
    const char *root;
    /* Further units that must be there although nothing refers to them, NULL-terminated; NULL: none. */
    const char *const *names;
    /*
     * At a reload: the snapshot so far, and for each of its units whether it is alive now. A unit that is alive
     * but whose file is gone is carried over as it was (flag UNIT_NOT_FOUND), so that it can still be stopped.
     */
    const struct snapshot *old;
    const bool *alive;
    /*
     * Who wants to see the files too: told of each that is read, drop-ins behind their unit's own, and of each
     * assignment of an [Install] section, with specifiers as they are; each may be NULL.
     */
    void (*on_file)(void *context, const char *unit, const struct entry *file);
    void (*on_install)(void *context, const char *unit, const char *key, const char *value);
    void *context;
};

/* The folders of the design, and how a first folder differs: unknown directives there are errors. */
extern const char *const load_folders[];
/* The same with FIRST in the place of the first one. */
enum { LOAD_FOLDERS = 16 };
void load_folders_behind(const char *first, const char *folders[LOAD_FOLDERS]);

/*
 * Reads the units that are reachable from the root, `names` and every unit file of the first folder, and writes a
 * snapshot into FD (a memfd, empty), ready for snapshot_open. What was wrong with a file is a finding in it,
 * and costs that unit alone. 0, or -errno when there can be no snapshot at all (memory, FD).
 */
int load_units(const struct load_request *request, int fd);

/* "error", "warning", "unconfined", "note". */
const char *load_severity_name(enum severity severity);

/* One of S's findings as such a line. */
void load_print_finding(const struct snapshot *s, const struct finding *f, int fd);

/* Prints findings of at least SEVERITY (lower is worse) as "path:line: sentence" lines on FD. */
void load_print_findings(const struct snapshot *s, enum severity severity, int fd);

#endif
