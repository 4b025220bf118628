/*
 * sysctl: settings of the kernel, out of sysctl.d(5) into /proc/sys.
 */
#ifndef PRIMER_BOOT_SYSCTL_H
#define PRIMER_BOOT_SYSCTL_H

#include "boot/failures.h"

#include <stdbool.h>

/* One line. Its strings are in the line. */
struct setting {
    char *key;         /* as a path below /proc/sys, perhaps with globs; glob(7) */
    const char *value; /* NULL: the key is left alone by globs */
    bool is_glob;
    bool may_fail; /* the line began with "-" */
};

/* LINE, which is changed, into SETTING. 0 or -EINVAL. */
int sysctl_parse(char *line, struct setting *setting);

/* Applies all settings below ROOT, which is "" but in tests, to ROOT/proc/sys. How many there were. */
unsigned sysctl_apply(const char *root, struct failures *failures);

#endif
