/*
 * child: the one way from fork to exec.
 *
 * A child is a table of steps whose last row executes the program. It runs them with nobody waiting for it; if a
 * row fails, the row's number, its errno and a hint go through a close-on-exec pipe that only this child
 * has, and the child is gone. End of file on that pipe means: executed. clone(2), pipe(2), execve(2).
 */
#ifndef PRIMER_EXEC_CHILD_H
#define PRIMER_EXEC_CHILD_H

#include "base/step.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Why a step said no, where errno says too little; words and sentences are in exec/diagnose.h. */
enum exec_hint {
    HINT_NONE,
    HINT_NO_FILE,
    HINT_NO_ELF_INTERPRETER,    /* the program is there, its PT_INTERP is not */
    HINT_NO_SCRIPT_INTERPRETER, /* the program is there, what follows its #! is not */
    HINT_WRONG_ARCHITECTURE,
    HINT_NOT_EXECUTABLE, /* no x bit */
    HINT_NOEXEC_MOUNT,
    HINT_CLOSED_FOLDER, /* one above it may not be walked through */
    HINT_NO_SHEBANG,    /* text without #! */
    HINT_DIRECTORY,
    HINT_DAMAGED, /* an ELF file that is cut or broken */
    HINT_TOO_LONG,
    HINT_CARRIAGE_RETURN, /* the #! line ends as lines on Windows do */
    HINT_NO_USER,         /* not in /etc/passwd */
    HINT_NO_GROUP,        /* not in /etc/group */
    HINT_GROUP_UNKNOWN,   /* a user's number without an entry that says its group, and no group is given */
    HINTS
};

enum { CHILD_DETAIL = 40 };

/* What a child has to say of its end before exec; as it goes through the pipe, at one go. */
struct child_report {
    int32_t error; /* a positive errno; 0: it has executed */
    uint16_t step; /* row of the table */
    uint16_t hint; /* enum exec_hint */
    char detail
        [CHILD_DETAIL]; /* what it was about: a file, a user; "" when the step alone says it; the end may be cut */
};

/* What child_start and the steps have to tell each other; part of the steps' context. */
struct child_notes {
    uint16_t hint; /* from a step that fails, as in the report */
    bool outside;  /* to the steps: there is no clone3(2) here, so the child itself has to enter cgroup_fd */
    char detail[CHILD_DETAIL]; /* from a step that fails, as in the report */
};

struct child_plan {
    const struct step_table *steps; /* a row that fails with STEP_ENDS ends the child */
    void *context;
    struct child_notes *notes;      /* NULL: no hints, and cgroup_fd is -1 */
    const struct step_watch *watch; /* NULL: nobody looks on */
    int cgroup_fd; /* the child begins its life in it, CLONE_INTO_CGROUP; -1: in its parent's */
    /*
     * The child shares the parent's memory until it executes (CLONE_VM | CLONE_VFORK): the parent stands still
     * meanwhile. Only for tables without a step that can block or allocate.
     */
    bool share_memory;
};

/*
 * Starts a child. The caller has signals_blockable blocked, and so has the child until its own steps say
 * otherwise; its dispositions are default but for ignored ones. Returns its pid, or -errno (nothing was
 * started then).
 *
 * A child whose table failed exits with 127 (its last row: no such file), 126 (its last row: any other reason)
 * or 125 (a row before), but it is the report that says so for certain.
 *
 * *REPORT_FD becomes the non-blocking, close-on-exec end of its pipe; the caller closes it. With share_memory it is -1 and
 * *REPORT already says how it went; without, *REPORT is untouched.
 */
pid_t child_start(const struct child_plan *plan, int *report_fd, struct child_report *report);

/*
 * Reads REPORT_FD. 1: *REPORT is filled (error 0 when the program is executing); 0: not yet; -EBADMSG: what came is
 * not a report (and *REPORT says error EBADMSG).
 */
int child_report_read(int report_fd, struct child_report *report);

/*
 * Forks a child that runs RUN and exits with what it returns (0…255): for work that may block, in PID 1's
 * place. The pid, or -errno. The child has no blocked signals, dispositions that are default but for ignored ones, and a
 * session of its own.
 */
pid_t child_helper(int (*run)(void *context), void *context);

#endif
