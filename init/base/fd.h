/*
 * fd: small acts on file descriptors. Everything opened here is close-on-exec.
 */
#ifndef PRIMER_BASE_FD_H
#define PRIMER_BASE_FD_H

#include <stddef.h>
#include <sys/types.h>

/* Closes *FD if it is one, and makes it -1. errno is kept. */
void fd_close(int *fd);

/* What this process was given beside 0, 1 and 2 stays its own: no program that it starts inherits it. Linux 5.11. */
void fd_keep_inherited(void);

/*
 * Reads at most SIZE-1 bytes of PATH (below directory DIR, or AT_FDCWD) and terminates them. The length, or
 * -errno; -EFBIG when there is more. For files of the kernel (/proc, /sys) and for helpers: it may block.
 */
ssize_t fd_read_file(int dir, const char *path, char *buf, size_t size);

/* Writes TEXT into the existing file PATH below DIR, at one go, as files of /proc and /sys want it. 0 or -errno. */
int fd_write_file(int dir, const char *path, const char *text);

/* Writes all of it, whatever the descriptor's mode (it waits): for children, never for PID 1. 0 or -errno. */
int fd_write_all(int fd, const void *data, size_t size);

#endif
