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

/* One call of the tool: its words, and what they ask for. */
struct ctl {
    const char *folder; /* where the manager's sockets are */
    const char *signal;
    const char *whom;
    const char *timeout;
    const char *units;    /* a folder in place of the manager's first one */
    const char *property; /* names with commas between; NULL: all */
    bool json;
    bool no_block;
    bool now;
    bool debug;
    bool reverse;
    bool help;
    bool version;
    bool terminal; /* a person looks on */
    bool colour;
    unsigned width;       /* of a line there; 0: no bound */
    uint64_t deadline_ns; /* NEVER_NS: none */
    int (*run)(struct ctl *c);
    const char *name; /* the verb */
    char **args;      /* behind the verb; NULL at the end */
    unsigned count;
};

struct verb {
    const char
        *usage; /* its name and, behind a blank, its arguments: "NAME", "[NAME]", "NAME..." for several */
    int (*run)(struct ctl *c); /* the exit status */
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
/* --- a file each */
int ctl_cat(struct ctl *c);
int ctl_blame(struct ctl *c);
int ctl_critical_chain(struct ctl *c);
int ctl_deps(struct ctl *c);
int ctl_explain(struct ctl *c);
int ctl_show(struct ctl *c);
int ctl_zombies(struct ctl *c);

#endif
