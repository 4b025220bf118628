/*
 * limits: the Limit…= settings of systemd.exec(5), setrlimit(2).
 */
#ifndef PRIMER_EXEC_LIMITS_H
#define PRIMER_EXEC_LIMITS_H

#include "unit/snapshot.h"

/*
 * Sets one limit of this process. Above what primer itself may give it is set as high as that goes, as in an
 * unprivileged container. 0 or -errno.
 */
int limits_set(const struct limit *limit);

/* "LimitNOFILE=", for the report; "" for a resource that has no such name. */
const char *limits_name(uint32_t resource);

#endif
