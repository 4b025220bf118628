/*
 * terminal: a terminal for a program to be talked to on: opened, made controlling, usable.
 *
 * Only in a forked child that leads its session (setsid(2)): in PID 1 a controlling terminal would send it ^C.
 * tty_ioctl(4), termios(3), console(4).
 */
#ifndef PRIMER_EXEC_TERMINAL_H
#define PRIMER_EXEC_TERMINAL_H

#include <stdbool.h>

enum terminal_claim {
    TERMINAL_TAKE, /* take it from another session if need be and allowed */
    TERMINAL_ASK,  /* -EPERM when it controls another session */
};

enum { TERMINAL_PATH = 64 };

/*
 * The device that PATH means. /dev/console (or NULL) cannot be a controlling terminal where it is the kernel's own; it
 * stands for the last of /sys/class/tty/console/active then. PATH or ROOM.
 */
const char *terminal_path(const char *path, char room[TERMINAL_PATH]);

/* Opens PATH with open(2)'s MODE (O_RDWR, O_WRONLY), without becoming its session. The descriptor or -errno. */
int terminal_open(const char *path, int mode);

/*
 * Makes FD the controlling terminal of this session, resets what an earlier program may have left (raw mode, no echo),
 * and gives a serial line without a size one of 24 by 80. 0 or -errno; -ENOTTY: it is none.
 */
int terminal_control(int fd, enum terminal_claim claim);

/* $TERM for PATH, as terminal_path gives it: "linux" on a virtual console, "vt220" elsewhere. */
const char *terminal_type(const char *path);

#endif
