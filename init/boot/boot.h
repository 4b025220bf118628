/*
 * boot: from the kernel's hand-off to the first service, as a table.
 */
#ifndef PRIMER_BOOT_BOOT_H
#define PRIMER_BOOT_BOOT_H

#include "base/step.h"

extern const struct step_table boot_steps;

/* Leads boot life; does not return. */
_Noreturn void boot_main(void);

#endif
