#ifndef PRIMER_STOP_UNMOUNT_H
#define PRIMER_STOP_UNMOUNT_H

/*
 * For a child: unmounts every filesystem that keeps data, the last mounted first; what is busy is made read-only, so that
 * nothing is lost. 0, or the first -errno of one that could not even be made read-only.
 */
int unmount_all(void);

#endif
