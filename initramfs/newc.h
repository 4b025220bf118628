/*
 * newc: the image as an archive in the cpio format "newc", which the kernel unpacks.
 */
#ifndef PRIMER_PACK_NEWC_H
#define PRIMER_PACK_NEWC_H

#include <time.h>

#include "image.h"

/* Writes IMAGE to the descriptor FD, with TIME for every file's time. Returns -1 after an error, told. */
int newc_write(struct image *image, int fd, time_t time);

#endif
