/*
 * persona: one of the names of the entrypoint life: its options, variables, exit statuses and words.
 *
 * Everything that tells tini from dumb-init is a row here; no other file of this room asks for a name.
 */
#ifndef PRIMER_ENTRYPOINT_PERSONA_H
#define PRIMER_ENTRYPOINT_PERSONA_H

#include "entrypoint/settings.h"

#include <stdbool.h>

enum option_result {
    OPTION_TAKEN,
    OPTION_REFUSED, /* the value is not what `value` of the row says */
    OPTION_HELP,    /* to be answered, and nothing is run */
    OPTION_VERSION,
    OPTION_LICENCE,
};

struct option {
    const char *name;  /* --NAME; NULL: has only a letter */
    char letter;       /* 0: has only a name */
    const char *value; /* what must follow, "SIGNAL"; NULL: nothing */
    enum option_result (*take)(struct settings *settings, const char *value);
    const char *help;
};

struct variable {
    const char *name;
    enum option_result (*take)(struct settings *settings, const char *value);
    const char *value;   /* what it must be, for people */
    bool before_options; /* an option beats it; else it beats options */
};

/* What the life has to say while it runs. A persona may say it in other words, or not at all. */
enum phrase {
    PHRASE_STARTED,      /* %w program, %n pid */
    PHRASE_RECEIVED,     /* %n signal, %s its name */
    PHRASE_MAPPED,       /* %n to %m, %s to %t */
    PHRASE_FORWARDED,    /* %n, %s */
    PHRASE_DROPPED,      /* %n, %s */
    PHRASE_NOT_ALLOWED,  /* %n, %s: main may not be signalled */
    PHRASE_EXITED,       /* a child: %n pid, %m status, %w its name */
    PHRASE_KILLED,       /* a child: %n pid, %m signal, %t its name, %w the child's */
    PHRASE_ORPHAN,       /* an orphan was reaped: %n pid, %w its name */
    PHRASE_MAIN_ENDED,   /* %n what primer's status will be */
    PHRASE_HANDOFF,      /* a signal that comes from giving away the terminal: %n, %s */
    PHRASE_SESSION,      /* main leads a session */
    PHRASE_TOLD,         /* what is left is told to stop: %s by which signal */
    PHRASE_NO_REAPING,   /* not PID 1, not a subreaper */
    PHRASE_NOT_FOUND,    /* %w program, %x why, %h what it was about and what to do */
    PHRASE_NOT_EXECUTED, /* the same, for all other reasons */
    PHRASE_ZOMBIE,       /* one whose parent lives: %n pid, %w name, %m parent, %h its name */
    PHRASES
};

struct phrase_row {
    uint8_t verbose; /* said from this level on; NEVER_SAID */
    const char *text;
};

enum { NEVER_SAID = 255 };

struct persona {
    const char *name;
    const char *usage;        /* what follows the name in the first line of the help */
    const char *version;      /* the answer to --version, on help_fd */
    const char *stands_for;   /* said beside it on the other of 1 and 2, or NULL */
    const char *prefix;       /* begins every line that is said */
    const char *options_hint; /* where the options can be learnt, said to one that is unknown, or NULL */
    int help_fd;              /* where help, version and licence go: 1 or 2 */
    int status_refused;       /* primer's own refusal */
    bool waits; /* when not PID 1: waits for what it has told to stop, and kills it in the end */
    struct settings settings; /* to begin with */
    const struct option *options;
    unsigned options_count;
    const struct variable *variables;
    unsigned variables_count;
    const struct phrase_row *phrases; /* PHRASES rows; those without text are said as primer says them */
};

/* The phrases of primer itself. */
extern const struct phrase_row primer_phrases[PHRASES];

#endif
