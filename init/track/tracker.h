/*
 * tracker: whose process is it, is the service empty, tell it whole.
 *
 * Two ways with one face. With cgroups (cgroups(7), version 2) every service has a folder below primer's own
 * one, and the kernel says who is in it, whatever the processes do. Without, a service is the process groups
 * that its commands lead (every command is a session of its own) and what descends from them as long as /proc
 * shows it: a daemon that leaves its session and loses its parent is lost, and primer says so.
 */
#ifndef PRIMER_TRACK_TRACKER_H
#define PRIMER_TRACK_TRACKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The groups that a unit's commands led; kept after their leader has ended, while the group lives on. 0: none. */
struct groups {
    int32_t main;
    int32_t control;
};

struct tracker {
    int root_fd;        /* primer's own cgroup folder (O_PATH), or -1: process groups */
    char prefix[128];   /* how /proc/PID/cgroup names that folder, with a slash at its end */
    const char *reason; /* why there are no cgroups; for people */
    int error;          /* its errno, or 0 */
};

/*
 * Makes primer's own cgroup below the one it is in, /sys/fs/cgroup being mounted, and bounds it: `pids.max` leaves PID 1
 * room when a service forks without end. On any failure the tracker is one of process groups, and says why.
 */
void tracker_open(struct tracker *t, bool want_cgroups);

/* The unit's cgroup folder, made if needed: a descriptor for CLONE_INTO_CGROUP that the caller closes; -1: none. */
int tracker_enter(const struct tracker *t, const char *unit);

/* The service is dead: its folder goes, with those below it that are empty. */
void tracker_leave(const struct tracker *t, const char *unit);

/* No process of the unit is left. GROUPS is updated: groups that have gone are forgotten. */
bool tracker_is_empty(const struct tracker *t, const char *unit, struct groups *groups);

/* The pids of the unit's cgroup, SIZE at most; returns how many. */
int tracker_list(const struct tracker *t, const char *unit, pid_t *list, int size);

/*
 * Sends SIGNALS, which end with 0, to every process of the unit, to each in their order; KILL goes at one stroke where it
 * can. Returns how many were told, or -errno.
 */
int tracker_signal(const struct tracker *t, const char *unit, const struct groups *groups,
                   const int *signals);

/*
 * The unit that process PID, alive or a zombie, belongs to by its cgroup: the name into UNIT[SIZE]; false when it belongs
 * to none. With process groups the caller looks up the session and group of /proc/PID/stat itself.
 */
bool tracker_unit_of(const struct tracker *t, pid_t pid, char *unit, size_t size);

#endif
