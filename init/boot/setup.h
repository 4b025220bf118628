/*
 * setup: the boot steps that read files, and therefore run in a helper: /etc/hostname, modules-load.d, sysctl.d.
 */
#ifndef PRIMER_BOOT_SETUP_H
#define PRIMER_BOOT_SETUP_H

#include "base/step.h"

/* The rows' context is the struct manager, whose child_watch tells PID 1 of each. */
extern const struct step_table setup_steps;

#endif
