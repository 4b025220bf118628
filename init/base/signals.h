/*
 * signals: the kernel's signal numbers, masks and dispositions, by raw calls.
 *
 * The C libraries keep some of the 64 signals for themselves: musl's SIGRTMIN is 35 and its sigfillset
 * leaves 34 out, while the world sends 34+3 for "halt". So primer speaks to the kernel directly:
 * signal(7), rt_sigprocmask(2), rt_sigaction(2), signalfd(2).
 */
#ifndef PRIMER_BASE_SIGNALS_H
#define PRIMER_BASE_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SIGNAL_LAST = 64,  /* the kernel's _NSIG */
    SIGNAL_RTMIN = 34, /* what everybody but musl and the kernel's own 32 calls SIGRTMIN */
};

typedef uint64_t signal_set; /* bit N-1 is signal N: the kernel's layout on 64-bit machines */

#define SIGNAL_BIT(signo) (UINT64_C(1) << ((signo)-1))
#define SIGNALS_NONE      UINT64_C(0)

/* All but those by which a process is told that it is broken: blocked, they would kill without their handler. */
extern const signal_set signals_blockable;

/* Sets the calling thread's mask; OLD may be NULL. 0 or -errno. */
int signals_mask(signal_set set, signal_set *old);

/* Default or ignore, without handler. 0 or -errno. */
int signals_default(int signo);
int signals_ignore(int signo);
/* Default, and whether it was ignored before. 0 or -errno. */
int signals_default_was(int signo, bool *ignored);
/* The signals that are ignored now, of all 64. */
signal_set signals_ignored(void);

/* A close-on-exec, non-blocking signalfd(2) for SET, or -errno. */
int signals_fd(signal_set set);

/* "TERM", "RTMIN+3", into the caller's 12 bytes; returns them. Numbers out of 1…64 are given as digits. */
const char *signals_name(int signo, char name[12]);

/* "TERM", "SIGTERM", "RTMIN+3", "SIGRTMAX-1", "15": the number, or -EINVAL. Case is ignored. */
int signals_parse(const char *name);

#endif
