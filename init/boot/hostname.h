/*
 * hostname: the machine's name out of /etc/hostname; hostname(5), sethostname(2).
 */
#ifndef PRIMER_BOOT_HOSTNAME_H
#define PRIMER_BOOT_HOSTNAME_H

#include "boot/failures.h"

enum { HOSTNAME_LONGEST = 64 }; /* the kernel's __NEW_UTS_LEN */

/*
 * The name in ROOT/etc/hostname (ROOT is "" but in tests): its first line that is neither empty nor a comment. 1: it is
 * in NAME; 0: there is none, or a failure was told.
 */
int hostname_read(const char *root, char name[HOSTNAME_LONGEST + 1], struct failures *failures);

#endif
