#ifndef PRIMER_STOP_SWAP_H
#define PRIMER_STOP_SWAP_H

#include <stdbool.h>

/* Whether pages may lie on a disk: /proc/swaps names an area. */
bool swap_is_used(void);

/*
 * Takes every swap area out of use, the last one first; swapoff(2). In a child: what lies there is read back first. LEFT is told
 * of each that could not be, with its -errno. 0, or the -errno of one of them.
 */
int swap_off_all(void (*left)(void *who, const char *area, int error), void *who);

#endif
