/*
 * stdio: what a program's descriptors 0 to 2 are connected to, StandardInput=, StandardOutput= and
 * StandardError= of systemd.exec(5).
 *
 * None of the three is left closed, with /dev/null or without: a program would get its first file in its place.
 * That primer's own are open is its own business.
 */
#ifndef PRIMER_EXEC_STDIO_H
#define PRIMER_EXEC_STDIO_H

#include "exec/child.h"
#include "unit/snapshot.h"

#include <stdbool.h>

struct stdio_plan {
    enum stdio_kind kind[3];
    const char *path[3]; /* of files */
    const char *tty;     /* as terminal_path gives it; counts where stdio_wants_terminal */
    int null_fd;         /* an open /dev/null, or -1 */
    int log_fd;          /* for STDIO_LOG, or -1: 1 and 2 stay what they are */
    /* By stdio_settle: */
    int same_as[3];       /* the descriptor that it is a copy of, or -1 */
    bool input_is_output; /* the file that input comes from is an output's, too */
};

/*
 * Settles what depends on something else: the defaults, what is inherited, and a terminal as input, which only the
 * commands have that a person may talk to (WITH_TERMINAL). Afterwards STDIO_DEFAULT is gone.
 */
void stdio_settle(struct stdio_plan *plan, bool with_terminal);

bool stdio_is_terminal(enum stdio_kind kind);

/* Whether any of the three is the terminal; after stdio_settle. */
bool stdio_wants_terminal(const struct stdio_plan *plan);

/* Takes the terminal as descriptor 0, if that is what it should be. 0, STEP_NOTHING or -errno, and NOTES says of what. */
int stdio_take_terminal(const struct stdio_plan *plan, struct child_notes *notes);

/* Connects all that is left, after stdio_take_terminal. 0 or -errno, and NOTES says of what. */
int stdio_connect(const struct stdio_plan *plan, struct child_notes *notes);

#endif
