/*
 * life: the manager life: services of unit files in a container or in an ordinary process, without a machine to boot.
 */
#ifndef PRIMER_MANAGE_LIFE_H
#define PRIMER_MANAGE_LIFE_H

#include "base/step.h"

extern const struct step_table manager_steps;
extern const struct step_table manager_stop_steps;

/* Leads manager life with the arguments behind the program's name; returns primer's exit status. */
int manager_main(int argc, char **argv);

#endif
