/*
 * target: a target's life, which is a service's without processes; systemd.target(5).
 */
#ifndef PRIMER_SERVICE_TARGET_H
#define PRIMER_SERVICE_TARGET_H

#include "service/service.h"

/* As service_next, for a unit that is a target. */
void target_next(const struct unit *unit, struct service *s, const struct input *input);

#endif
