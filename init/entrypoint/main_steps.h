/*
 * main_steps: what main does between fork and exec: the table of the child's steps.
 */
#ifndef PRIMER_ENTRYPOINT_MAIN_STEPS_H
#define PRIMER_ENTRYPOINT_MAIN_STEPS_H

#include "base/step.h"
#include "entrypoint/life.h"
#include "exec/child.h"
#include "exec/identity.h"

#include <sys/capability.h>

/* The steps' context. Everything in it was looked up by the parent: the child reads no file. */
struct main_child {
    const struct persona *persona; /* first: who narrates finds it there */
    struct life *life;
    const struct identity *identity; /* NULL: as primer */
    cap_iab_t caps;                  /* NULL: as primer */
    struct child_notes notes;
};

extern const struct step_table main_steps;

#endif
