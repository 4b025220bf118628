/*
 * ctl: primerctl(1), the tool by which people and programs ask a manager what runs, and change it.
 *
 * One table of verbs, from which arguments are taken and help and manual are made. What a manager answers are plain
 * records; that they become tables, sentences or JSON happens here, not in PID 1.
 */
#ifndef PRIMER_CTL_CTL_H
#define PRIMER_CTL_CTL_H

#include "ctl/long_option.h"

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses beside 0. */
enum {
    CTL_FAILED = 1,
    CTL_USAGE = 2,
    CTL_INACTIVE = 3,
    CTL_NO_UNIT = 4,
    CTL_NO_MANAGER = 5,
    CTL_TIMEOUT = 124,
};

struct verb;

/* One call of the tool: its words, and what they ask for. */
struct ctl {
    const char *folder; /* where the manager's sockets are */
    const char *signal;
    const char *whom;
    const char *timeout;
    bool json;
    bool no_block;
    bool now;
    bool debug;
    bool help;
    bool version;
    bool terminal; /* a person looks on */
    bool colour;
    unsigned width;       /* of a line there; 0: no bound */
    uint64_t deadline_ns; /* NEVER_NS: none */
    const struct verb *verb;
    char **args; /* behind the verb; NULL at the end */
    unsigned count;
};

struct verb {
    const char *name;
    const char *args; /* as help shows them; "" when it takes none */
    unsigned least;   /* that many arguments it must have */
    unsigned most;
    int (*run)(struct ctl *c); /* the exit status */
    const char *request;       /* of the protocol; NULL: it speaks with no manager, or in its own way */
    const char *help;
};
extern const struct verb ctl_verbs[];
extern const unsigned ctl_verb_count;
extern const struct long_option ctl_options[];
extern const unsigned ctl_option_count;

int ctl_main(int argc, char **argv);

/* "primerctl: WHAT: WHY" on standard error; either may be NULL. Returns STATUS. */
int ctl_say(const char *what, const char *why, int status);
/* The same with an errno. */
int ctl_say_errno(const char *what, int error, int status);

/* --- check.c, notify.c */
int ctl_check(struct ctl *c);
int ctl_notify(struct ctl *c);

#endif
