/*
 * envfile: EnvironmentFile= of systemd.exec(5), lines of NAME=value with quoting rules of their own.
 *
 * They are neither the shell's nor those of unit files: comments begin with "#" or ";", a value may be quoted
 * in pieces and span lines, and what is no assignment is passed over.
 */
#ifndef PRIMER_EXEC_ENVFILE_H
#define PRIMER_EXEC_ENVFILE_H

#include "exec/vector.h"

#include <stddef.h>

enum { ENVFILE_MAX = 1 << 20 }; /* bytes of one file */

/*
 * Assigns what the LEN bytes of TEXT say. TEXT becomes the memory of the assignments: it must live on, and may not
 * be read afterwards. 0, or vector_assign's error.
 */
int envfile_parse(char *text, size_t len, struct vector *environment);

/*
 * Reads the file PATH, or the files that the pattern PATH matches, in their order. 0; -ENOENT (no match,
 * too), -EFBIG above ENVFILE_MAX, or another -errno. Takes memory and may block.
 */
int envfile_read(const char *path, struct vector *environment);

#endif
