/*
 * tables: every table of steps there is, in the order in which they run. Filled in by main.c, which alone sees all rooms.
 */
#ifndef PRIMER_BOOT_TABLES_H
#define PRIMER_BOOT_TABLES_H

#include "base/step.h"

extern const struct step_table *const tables[];
extern const unsigned tables_count;

#endif
