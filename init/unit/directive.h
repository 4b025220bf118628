/*
 * directive: every directive of systemd's manual pages, one row each; what primer does with it, and why not more.
 *
 * Nothing else describes a directive: the loader, `check` and the manual's table all read these rows. They stand
 * in one file for each manual page.
 */
#ifndef PRIMER_UNIT_DIRECTIVE_H
#define PRIMER_UNIT_DIRECTIVE_H

#include "unit/loader.h"

enum directive_section { SECTION_UNIT, SECTION_SERVICE, SECTION_INSTALL, SECTIONS };

enum directive_status {
    HONOURED, /* with systemd's meaning */
    REFUSED,  /* without effect, and the user is told */
    IGNORED,  /* without effect, and that costs nothing: `because` says why */
};

enum directive_flags {
    PROTECTS = 1,  /* refused: the service runs less confined than its file asks */
    ESSENTIAL = 2, /* refused: without it the service would do something else, so it does not load */
    QUIET = 4,     /* ignored: not worth a note for every unit that has it */
};

struct directive {
    const char *name;
    uint8_t section; /* enum directive_section */
    uint8_t status;  /* enum directive_status */
    uint8_t flags;   /* enum directive_flags */
    uint8_t which;   /* the parser's: an edge_kind, a phase, a flag, a resource … */
    uint16_t at;     /* the parser's: offset in struct draft_service or struct draft */
#ifdef PRIMER_PAGES
    const char *help; /* what it does, in a few words: HELP */
#else
    uint8_t no_help;
#endif
    union {
        void (*parse)(struct assignment *a, char *value); /* honoured */
        const char *because; /* not honoured: why; what it would do besides, may be in it */
    };
    const char *off; /* not honoured: the value that means nothing is asked for, beside "no" and none */
};

/* Only the manual's pages tell what a directive does: primer itself has no room for it, 10 KiB. */
#ifdef PRIMER_PAGES
#define HELP(text) .help = (text)
#else
#define HELP(text) .no_help = 1
#endif

struct directive_table {
    const char *page; /* manual page */
    const struct directive *rows;
    unsigned count;
};

/* systemd.unit(5), .service(5), .exec(5) in two, .kill(5), .resource-control(5); NULL at the end. */
extern const struct directive_table *const directive_tables[];

/* The tables by themselves, one in each directives_*.c. */
extern const struct directive_table directives_unit;
extern const struct directive_table directives_service;
extern const struct directive_table directives_exec;
extern const struct directive_table directives_sandbox;
extern const struct directive_table directives_kill;
extern const struct directive_table directives_resource;

/* "Unit", "Service", "Install". */
extern const char *const directive_sections[SECTIONS];

/* Makes the index that directive_find uses. */
void directive_index(struct loader *l);

/* The row of NAME, or NULL. */
const struct directive *directive_find(const struct loader *l, enum directive_section section,
                                       const char *name);

/* The known name nearest to NAME, or NULL. */
const char *directive_nearest(enum directive_section section, const char *name);

#endif
