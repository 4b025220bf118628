/*
 * errname: an errno as its name and as a few words (errno(3)); strerror(3) would bring locales along.
 */
#ifndef PRIMER_BASE_ERRNAME_H
#define PRIMER_BASE_ERRNAME_H

/* "ENOENT", or "errno" when primer has no name for it. ERR may be positive or negative. Never NULL. */
const char *errname(int err);

/* "no such file or directory"; "" when primer has no words for it. */
const char *errname_words(int err);

#endif
