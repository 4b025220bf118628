#ifndef PRIMER_BOOT_LOOPBACK_H
#define PRIMER_BOOT_LOOPBACK_H

/* Brings the interface "lo" up, netdevice(7). 0, STEP_NOTHING when it is up already, or -errno. */
int loopback_up(void);

#endif
