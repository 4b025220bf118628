/*
 * family: which processes are main's and what it left, and how all of them are signalled.
 *
 * As PID 1 that is everything in the namespace, kill(2) with -1. As subreaper it is every descendant that /proc
 * shows, whatever session it has made for itself, but for those that primer had when it began. Without either,
 * it is main's process group.
 */
#ifndef PRIMER_ENTRYPOINT_FAMILY_H
#define PRIMER_ENTRYPOINT_FAMILY_H

#include "entrypoint/life.h"

/* Remembers the processes that hang below primer already: they are reaped, and never signalled. 0 or -errno. */
int family_remember(struct life *life);

/*
 * Sends SIGNO to all that is left. Sets life->unreachable when something may be left that it cannot find.
 * Returns how many it was sent to, as far as that can be known.
 */
int family_signal(struct life *life, int signo);

/* Whether anything is left. CHILDREN: primer has children. May set life->look_again. */
bool family_left(struct life *life, bool children);

/* Names zombies whose parent lives, with that parent, once each; for the talkative. */
void family_name_zombies(struct life *life);

#endif
