/*
 * turn: what one input finds, and the moves from state to state that it can lead to.
 *
 * service.c says which input leads to which move, turn.c what a move is: the new state, its deadline, what is to be done.
 * Pure, as service.h.
 */
#ifndef PRIMER_SERVICE_TURN_H
#define PRIMER_SERVICE_TURN_H

#include "service/service.h"

/* One call's view: the unit's settings beside its record. */
struct turn {
    const struct snapshot *snapshot;
    const struct unit *unit;
    const struct unit_service *settings; /* NULL: a target */
    struct service *s;
    const struct input *in;
};

void turn_set_state(struct turn *t, enum service_state state, uint64_t delay_ns);
uint64_t turn_stop_timeout_ns(const struct turn *t);
void turn_fail(struct turn *t, enum service_result result);
bool turn_run_first(struct turn *t, enum phase phase);
bool turn_run_next(struct turn *t, enum phase phase);
void turn_enter_dead(struct turn *t, enum service_result result);
void turn_enter_stop_post(struct turn *t, enum service_result result);
void turn_after_killing(struct turn *t, enum service_result result);
bool turn_kills_all(const struct turn *t, uint8_t state);
void turn_enter_killing(struct turn *t, enum service_state state, enum service_result result);
void turn_enter_stop(struct turn *t);
void turn_enter_running(struct turn *t);
void turn_enter_reload(struct turn *t);
void turn_enter_start_post(struct turn *t);
void turn_enter_start(struct turn *t);

#endif
