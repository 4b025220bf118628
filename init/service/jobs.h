/*
 * jobs: what roster.c and transaction.c share: the life of one job.
 */
#ifndef PRIMER_SERVICE_JOBS_H
#define PRIMER_SERVICE_JOBS_H

#include "service/roster.h"

/* Puts the unit where roster_next will look at it; once. */
void jobs_queue(struct roster *r, uint32_t unit);

/* Gives the unit a job in place of the one it has (which ends as canceled), and queues it. */
void jobs_install(struct roster *r, uint32_t unit, enum job_kind job);

/* Reloads whatever the unit passes its own reload on to. */
void jobs_pass_reload_on(struct roster *r, uint32_t unit);

void jobs_note(const struct roster *r, const struct note *note);

#endif
