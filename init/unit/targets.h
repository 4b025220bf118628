/*
 * targets: the standard targets that primer gives where no file does, systemd.special(7) and bootup(7).
 */
#ifndef PRIMER_UNIT_TARGETS_H
#define PRIMER_UNIT_TARGETS_H

#include "unit/loader.h"

#include <stdbool.h>

/* Whether primer has a target of that name. */
bool targets_has(const char *name);

/*
 * Whether primer's own boot does that target's work, and FOLDER is another init's: then what the folder says of it (its file,
 * its drop-ins, what it wants) is the other init's plumbing, and not read. A Debian root has systemd-tmpfiles and udev below
 * sysinit.target; they are not what somebody asked for who starts one service.
 */
bool targets_hides(const char *name, const char *folder);

/* Makes D the standard target of its name. */
void targets_make(struct loader *l, struct draft *d);

#endif
