/*
 * foreground: the controlling terminal, and which process group has it in the foreground. tty_ioctl(4),
 * credentials(7).
 *
 * A terminal is looked up anew each time: primer holds no descriptor of it.
 */
#ifndef PRIMER_ENTRYPOINT_FOREGROUND_H
#define PRIMER_ENTRYPOINT_FOREGROUND_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether this process has a controlling terminal; *FOREGROUND: its process group is the one in the
 * foreground.
 */
bool foreground_look(bool *foreground);

/* Puts GROUP into the foreground. TTOU is blocked, so that a process in the background may do it. 0 or -errno. */
int foreground_give(pid_t group);

/* dumb-init's way: a session leader lets go of its terminal, the new leader takes the one on descriptor 0. */
int foreground_leave(void);
int foreground_take(void);

#endif
