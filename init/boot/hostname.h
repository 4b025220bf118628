/*
 * hostname: the machine's name out of /etc/hostname; hostname(5), sethostname(2).
 */
#ifndef PRIMER_BOOT_HOSTNAME_H
#define PRIMER_BOOT_HOSTNAME_H

#include <stddef.h>

enum { HOSTNAME_LONGEST = 64 }; /* the kernel's __NEW_UTS_LEN */

/*
 * The name in the file of TEXT, which is changed: its first line that is neither empty nor a comment. NULL when there
 * is none.
 */
char *hostname_find(char *text);

/* 0, or -EINVAL for what is no name of a machine: letters, digits, "-", "_" and inner dots, 64 at most. */
int hostname_check(const char *name);

/* Reads ROOT/etc/hostname (ROOT is "" but in tests) into NAME. 0, STEP_NOTHING when there is no name, or -errno. */
int hostname_read(const char *root, char *name, size_t size);

#endif
