/*
 * modprobe: how modules are to be loaded: modprobe.d(5), what depmod(8) took from the modules themselves
 * (modules.softdep), and the kernel's command line.
 */
#ifndef PRIMER_BOOT_MODPROBE_H
#define PRIMER_BOOT_MODPROBE_H

#include "boot/conf.h"

enum rule_kind {
    RULE_ALIAS,     /* name: a pattern, text: the module */
    RULE_OPTIONS,   /* text: the parameters */
    RULE_BLACKLIST, /* text: empty */
    RULE_INSTALL,   /* text: a command that shall run in place of loading */
    RULE_SOFTDEP,   /* text: "pre: NAMES post: NAMES" */
    RULE_REMOVE,    /* the same for unloading, which primer does not do */
};

struct rule {
    enum rule_kind kind;
    const char *name; /* a name or pattern of modname_copy */
    const char *text;
};

struct modprobe {
    struct arena *arena;
    struct vec rules;
};

/* Reads modprobe.d below ROOT, and SOFTDEPS (a path below ROOT). */
void modprobe_read(struct modprobe *p, struct arena *arena, const char *root, const char *softdeps,
                   struct failures *failures);

/* The words of a kernel command line: MODULE.PARAMETER[=VALUE], modprobe.blacklist=NAMES. */
void modprobe_take_cmdline(struct modprobe *p, const char *line);

/* A line of modprobe.d or of modules.alias, which is changed. 0 or -EINVAL. */
int modprobe_parse(struct arena *arena, char *line, struct rule *rule);

/* Whether RULE is of KIND and about NAME. */
bool modprobe_fits(const struct rule *rule, enum rule_kind kind, const char *name);

/* The first rule of KIND about NAME from number *AT on, and *AT behind it; or NULL. Start with 0. */
const struct rule *modprobe_next(const struct modprobe *p, enum rule_kind kind, const char *name,
                                 uint32_t *at);

/* Calls TAKE for each word of the kernel command line LINE, up to "--"; WORD has N bytes. */
void modprobe_each_word(const char *line, void (*take)(void *who, const char *word, size_t n), void *who);

#endif
