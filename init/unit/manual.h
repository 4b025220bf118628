/*
 * manual: the directive table as the list in primer.unit(5), so that no second description of a directive is needed.
 */
#ifndef PRIMER_UNIT_MANUAL_H
#define PRIMER_UNIT_MANUAL_H

/* Writes the list in mdoc(7) on FD, for children and tools. 0 or -errno. */
int manual_print_directives(int fd);

#endif
