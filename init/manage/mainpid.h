/*
 * mainpid: who the main process of a forking service is; systemd.service(5), PIDFile= and GuessMainPID=.
 *
 * A PID file is read by a helper (a chore), which for want of anything that could tell of all that matters (the folder
 * may not be there yet, the process may still have its first parent) looks again and again, and is killed when the
 * service waits no longer. Without a PID file the tracker says who is left of the start: if that is a single child of
 * ours, it is the main process.
 *
 * Only a child of ours can be it: nobody else's end would be told to us. systemd also takes other processes, if root
 * owns the file, and does not see them end.
 */
#ifndef PRIMER_MANAGE_MAINPID_H
#define PRIMER_MANAGE_MAINPID_H

#include "manage/manager.h"

/* TODO_SEARCH of a unit: an input answers, now or when the helper has ended. */
void mainpid_search(struct manager *m, uint32_t unit);

/*
 * Where process groups are the tracker, a forking service may look empty because what its start has left has gone to a
 * group of its own. Whether orphans of it are there, one of which may be its main process.
 */
bool mainpid_may_come(const struct manager *m, uint32_t unit);

/* What a helper has read; EVENT_MAIN, pid: found, parent: the helper's. */
void mainpid_told(struct manager *m, const struct event *told);

/* A unit's helper has ended and had found FOUND (0: nobody). */
void mainpid_over(struct manager *m, uint32_t unit, pid_t found);

/* The unit is in a new state: nobody waits for its helper. */
void mainpid_give_up(struct manager *m, uint32_t unit);

#endif
