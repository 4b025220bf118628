/*
 * clean: what a dead service leaves behind: its cgroup, its runtime folders, its PID file.
 */
#ifndef PRIMER_MANAGE_CLEAN_H
#define PRIMER_MANAGE_CLEAN_H

#include "manage/manager.h"

/* TODO_CLEAN of a unit. Files are a helper's work. */
void clean_unit(struct manager *m, uint32_t unit);

/* That helper has not ended yet: the unit's next start waits for it. */
bool clean_is_under_way(const struct manager *m, uint32_t unit);

#endif
