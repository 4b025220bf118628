/*
 * adopted: whose child an orphan was before it became ours, where that can be known.
 *
 * The kernel tells nobody. But when a parent has died, its children are in our own list of children
 * (/proc/PID/task/TID/children, proc(5)) before we can see its zombie: whoever is new there then, with no other
 * death in between, was its child. Where two deaths fall together, it is of another service, or looking would cost
 * too much, the old parent stays unknown (0). Fixed memory: what does not fit is unknown too. One death nobody can
 * see: of a process that its own parent has reaped. What that one left is told with the next death in its service, which
 * is a forebear's, or that of a forebear's kin; so the words are "as it ended", not "its child".
 */
#ifndef PRIMER_MANAGE_ADOPTED_H
#define PRIMER_MANAGE_ADOPTED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct manager;

enum { ADOPTED = 128 };

struct adopted {
    struct {
        int32_t pid; /* 0: free */
        int32_t parent;
        uint32_t unit; /* that it was of when it came; UNIT_NONE: not known */
    } slots[ADOPTED];
    uint64_t window_ns; /* at most so many looks a second */
    uint32_t looks;
    bool blind; /* deaths were not looked at: the next new children are nobody's in particular */
};

/* Process PARENT was just reaped (of UNIT, or UNIT_NONE): tells of the children it left us. */
void adopted_look(struct manager *m, pid_t parent, uint32_t unit);

/* PID is reaped: its old parent, or 0. */
pid_t adopted_forget(struct adopted *a, pid_t pid);

/* The unit that PID came from, and all that came from UNIT and are alive, SIZE at most; returns how many. */
uint32_t adopted_unit(const struct adopted *a, pid_t pid);
int adopted_list(const struct adopted *a, uint32_t unit, pid_t *list, int size);

#endif
