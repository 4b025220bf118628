/*
 * command: starts one command of a service, as its unit file asks: the table of systemd.exec(5) steps.
 *
 * The manager says what to start; everything between fork and exec happens here, in the child, row by row, and
 * every failure leaves by the report of exec/child.h. A row that has nothing to do makes no system call.
 */
#ifndef PRIMER_EXEC_COMMAND_H
#define PRIMER_EXEC_COMMAND_H

#include "base/signals.h"
#include "exec/child.h"
#include "unit/snapshot.h"

struct command_request {
    const struct snapshot *snapshot;
    const struct unit *unit;            /* a service */
    const struct unit_command *command; /* one of its own */
    /* "NAME=value" that primer itself adds (NOTIFY_SOCKET, MAINPID …), NULL at the end; NULL: none */
    const char *const *environment;
    const struct step_watch *watch; /* NULL, or who narrates or breaks in the child */
    int null_fd;                    /* an open /dev/null, above 2; or -1: the child opens it itself */
    int log_fd; /* above 2: what STDIO_DEFAULT and STDIO_LOG outputs are connected to; -1: primer's own 1 and 2 */
    int cgroup_fd; /* or -1 */
    bool
        share_memory_allowed; /* use the shared-memory path when the unit is SERVICE_PLAIN and this command is plain too */
    /*
     * What the child inherits from primer, so that it need not be done again. Zero is always right but for `ignored`:
     * signals that primer itself ignores (signals_ignored, once, when it starts) would stay ignored in its services.
     */
    signal_set ignored;
    const int *idle_fds; /* a pipe for whose end the program waits, some seconds at most; NULL: none */
    bool at_home;        /* primer's working directory is "/" and its umask 0022 */
};

/* The child's steps, the rows that `explain`, `break` and the timeline list. */
extern const struct step_table command_steps;

/* As child_start. */
pid_t command_start(const struct command_request *request, int *report_fd, struct child_report *report);

/*
 * The service has ended: removes its PID file, and its runtime folders below /run, unless it asks to keep them (RESTARTING: it
 * will start again at once). Blocks on the filesystem: call it in a helper. 0 or the first -errno.
 */
int command_clean(const struct snapshot *s, const struct unit *unit, bool restarting);

#endif
