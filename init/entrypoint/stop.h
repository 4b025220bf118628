/*
 * stop: the way down: bounded, prompt and complete.
 *
 *   run    main lives            -> told    main has ended and something is left
 *                                -> wait    the same, with --wait
 *                                -> killed  a stop was asked for and its time is over
 *   wait   orphans may end       -> told    a stop was asked for
 *   told   all is told to stop   -> killed  its time is over
 *   killed all is killed         -> done    its time is over: the kernel holds what is left
 *   any    nothing is left       -> done
 */
#ifndef PRIMER_ENTRYPOINT_STOP_H
#define PRIMER_ENTRYPOINT_STOP_H

#include "entrypoint/life.h"

/* What a turn has found out, for stop_next. */
struct facts {
    bool main_lives;
    bool left; /* something else than main is left */
    bool stop_asked;
    bool time_over;   /* of the phase */
    bool unreachable; /* nothing of what is left can be signalled */
};

/* The phase that follows. Knows no clock and makes no call. */
enum phase stop_next(enum phase phase, const struct facts *facts, const struct settings *settings);

/* Moves LIFE on as far as it can go now: asks what is left, signals it, sets the phase's time. */
void stop_turn(struct life *life, bool children);

#endif
