/*
 * verdict: what the end of a process means, and whether there is another beginning.
 *
 * The judgements of systemd.service(5) that the state machine asks for: SuccessExitStatus= and clean signals,
 * Restart=, the start limit. Pure, as service.h.
 */
#ifndef PRIMER_SERVICE_VERDICT_H
#define PRIMER_SERVICE_VERDICT_H

#include "service/service.h"

/* How the exit that IN tells of counts: success, exit-code, signal or core-dump. */
enum service_result verdict_on_exit(const struct snapshot *snapshot, const struct unit *unit,
                                    const struct service *s, const struct input *in);

/* Restart= and its lists of exceptions: whether a service that is at its end, its result known, is to be started again. */
bool verdict_restarts(const struct snapshot *snapshot, const struct unit_service *settings,
                      const struct service *s);

/* Counts a start at NOW_NS. False: StartLimitBurst= is exceeded, and it must not start. */
bool verdict_may_start(const struct unit_service *settings, struct service *s, uint64_t now_ns);

#endif
