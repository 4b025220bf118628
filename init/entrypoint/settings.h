/*
 * settings: what the entrypoint life was asked for, by options and environment.
 */
#ifndef PRIMER_ENTRYPOINT_SETTINGS_H
#define PRIMER_ENTRYPOINT_SETTINGS_H

#include "base/signals.h"

#include <stdbool.h>
#include <stdint.h>

enum { MAP_DROPPED = -1 };

struct settings {
    char **program; /* main's argv; NULL with `pause` */

    int8_t signal_map[SIGNAL_LAST + 1]; /* 0: forwarded as it is; MAP_DROPPED; else what main gets instead */
    uint16_t exit_map[256];             /* 0: given back as it is; else the status to give back, plus 1 */
    bool group;                         /* forward to main's process group */

    bool no_stop;        /* what is left over is left alone */
    bool stop_bounded;   /* the time holds for main too once a stop was asked for, and for every persona */
    uint8_t stop_signal; /* what tells a process to stop */
    uint64_t stop_timeout_ns; /* NEVER_NS: it has all the time of the world */
    bool wait;                /* main's end waits for orphans before anything is stopped */
    bool pause;               /* no program */

    const char *user;      /* NAME or UID, with :GROUP; NULL: as primer */
    const char *caps;      /* IAB text; NULL: as primer */
    const char *directory; /* NULL: primer's */
    bool no_new_privs;
    uint8_t parent_death; /* the signal that stands for the death of primer's parent; 0: none */

    bool session;   /* main leads a session of its own, dumb-init's way */
    bool suspend;   /* TSTP, TTIN and TTOU stop primer too, dumb-init's way */
    bool leave;     /* primer itself goes to / when main is started */
    bool subreaper; /* adopt what main's descendants leave, when not PID 1 */
    bool explain;
    uint8_t verbose;  /* 0: only failures */
    bool name_reaped; /* tell of every orphan that is reaped */
};

#endif
