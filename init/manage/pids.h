/*
 * pids: from a pid to the unit it belongs to, in constant time and fixed memory.
 *
 * Open addressing with linear probing; a table that is at most half full. Also finds a session or group by its
 * leader's pid after the leader has gone (ROLE_GROUP).
 */
#ifndef PRIMER_MANAGE_PIDS_H
#define PRIMER_MANAGE_PIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pid_entry {
    int32_t pid; /* 0: free */
    uint32_t unit;
};

struct pids {
    struct pid_entry *slots;
    uint32_t mask; /* slots - 1, a power of two less one */
    uint32_t used;
};

/* How many slots a table for that many pids needs; a power of two. */
uint32_t pids_slots(uint32_t pids);

/* False: the table is full. */
bool pids_add(struct pids *p, int32_t pid, uint32_t unit);
void pids_remove(struct pids *p, int32_t pid);
/* The unit, or UINT32_MAX. */
uint32_t pids_find(const struct pids *p, int32_t pid);

#endif
