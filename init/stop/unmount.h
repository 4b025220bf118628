#ifndef PRIMER_STOP_UNMOUNT_H
#define PRIMER_STOP_UNMOUNT_H

/* Who is told of a filesystem that could not be left: ERROR is -errno, or 0 when it is busy, but read-only now. */
struct unmount_report {
    void (*left)(void *who, const char *target, int error);
    void *who;
};

/*
 * Leaves every filesystem that keeps data: unmounted, or else read-only. In a child: it can take as long as the disks
 * do. 0, or the -errno of one that stayed writable.
 */
int unmount_all(const struct unmount_report *report);

/* A path as /proc writes it, a space as \040 and so on; back in place. */
void unmount_unescape(char *s);

#endif
