/*
 * libcap: the C library of capabilities(7) is woken where it is used.
 *
 * By itself it would ask the kernel six questions before every main(), in lives that never use it. So primer's own
 * build of it has no constructor (CMakeLists.txt), and whoever works with names or IAB tuples calls this first.
 */
#ifndef PRIMER_BASE_LIBCAP_H
#define PRIMER_BASE_LIBCAP_H

/* May be called again, and where libcap has woken itself. */
void libcap_begin(void);

#endif
