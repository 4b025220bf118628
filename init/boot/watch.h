#ifndef PRIMER_BOOT_WATCH_H
#define PRIMER_BOOT_WATCH_H

struct event;
struct manager;

/* Every step from now on is an event, and can be stopped before. */
void watch_install(struct manager *m);

/* From a child that M forked: a record of an event, for the ring. */
void watch_tell(struct manager *m, struct event *e);

#endif
