/*
 * list: the image as a manifest again, in the words of gen_init_cpio alone.
 */
#ifndef PRIMER_PACK_LIST_H
#define PRIMER_PACK_LIST_H

#include <stdio.h>

#include "image.h"

void list_write(struct image *image, FILE *out);

#endif
