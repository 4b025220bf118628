/*
 * failures: what a boot step that does many things could not do, told one by one as it happens.
 */
#ifndef PRIMER_BOOT_FAILURES_H
#define PRIMER_BOOT_FAILURES_H

struct failures {
    /* WHAT could not be had, with which -errno, and what to do about it (static text or NULL). */
    void (*tell)(void *who, const char *what, int error, const char *advice);
    void *who;
    int first; /* the first -errno, or 0: the step's result */
};

void failures_add(struct failures *f, const char *what, int error, const char *advice);

#endif
