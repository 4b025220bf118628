#ifndef PRIMER_BOOT_CONSOLE_H
#define PRIMER_BOOT_CONSOLE_H

struct manager;

/* None of the descriptors 0 to 2 stays closed. 0, STEP_NOTHING or -errno. */
int console_fill_stdio(void);

/* The console as 0 to 2, and as outlet for people. */
int console_open(struct manager *m);

/* primer.events=: the outlet for programs. */
int console_open_events(struct manager *m);

#endif
