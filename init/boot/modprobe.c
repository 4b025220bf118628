/*
 * modprobe: how modules are to be loaded.
 *
 * Every source becomes rules of one shape in one list. Commands ("install") are kept, so that whoever loads can refuse:
 * primer runs no shell at boot, and ignoring them would load what somebody wanted to keep out.
 */
#include "boot/modprobe.h"

#include "base/glob.h"
#include "boot/modindex.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *word;
    enum rule_kind kind;
    bool takes_text;
} words[] = {
    { "alias", RULE_ALIAS, true },          { "options", RULE_OPTIONS, true },
    { "blacklist", RULE_BLACKLIST, false }, { "install", RULE_INSTALL, true },
    { "softdep", RULE_SOFTDEP, true },      { "remove", RULE_REMOVE, true },
};

/* Cuts the first word off S; what follows it, without space before. */
static char *cut_word(char *s)
{
    char *end = s + strcspn(s, " \t");
    if (*end != '\0') {
        *end++ = '\0';
        end += strspn(end, " \t");
    }
    return end;
}

int modprobe_parse(struct arena *arena, char *line, struct rule *rule)
{
    char *name = cut_word(line);
    const char *text = cut_word(name);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].word, line) == 0) {
            *rule = (struct rule){ words[i].kind, modname_copy(arena, name, strlen(name)), text };
            return *name == '\0' || (words[i].takes_text && *text == '\0') ? -EINVAL : 0;
        }
    }
    return -EINVAL;
}

static void add(struct modprobe *p, const struct rule *rule)
{
    *(struct rule *)vec_add(p->arena, &p->rules, sizeof *rule) = *rule;
}

void modprobe_read(struct modprobe *p, struct arena *arena, const char *root, const char *softdeps,
                   struct failures *failures)
{
    static const char *const folders[] = { "/etc/modprobe.d",           "/run/modprobe.d",
                                           "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
                                           "/lib/modprobe.d",           NULL };
    const struct conf_place place = { .folders = folders, .last = softdeps, .joins = true };
    struct conf conf;
    *p = (struct modprobe){ .arena = arena };
    conf_open(&conf, arena, root, &place, failures);
    for (char *line; (line = conf_next(&conf)) != NULL;) {
        struct rule rule;
        if (modprobe_parse(arena, line, &rule) < 0) {
            conf_fail(&conf, -EINVAL, "modprobe.d(5) knows no such line");
        } else {
            add(p, &rule);
        }
    }
}

bool modprobe_fits(const struct rule *rule, enum rule_kind kind, const char *name)
{
    if (rule->kind != kind) {
        return false;
    }
    return kind == RULE_ALIAS ? glob_matches(rule->name, name, '\0') : strcmp(rule->name, name) == 0;
}

const struct rule *modprobe_next(const struct modprobe *p, enum rule_kind kind, const char *name,
                                 uint32_t *at)
{
    while (*at < p->rules.count) {
        const struct rule *rule = (const struct rule *)p->rules.at + (*at)++;
        if (modprobe_fits(rule, kind, name)) {
            return rule;
        }
    }
    return NULL;
}

/* --- the kernel's command line ----------------------------------------------------------------------------- */

void modprobe_each_word(const char *line, void (*take)(void *who, const char *word, size_t n), void *who)
{
    bool quoted = false;
    const char *word = line;
    for (const char *at = line;; at++) {
        quoted ^= *at == '"';
        if (*at != '\0' && (quoted || strchr(" \t\n", *at) == NULL)) {
            continue;
        }
        size_t n = (size_t)(at - word);
        if (n == 2 && memcmp(word, "--", 2) == 0) {
            return; /* what follows is for PID 1 */
        }
        if (n > 0) {
            take(who, word, n);
        }
        if (*at == '\0') {
            return;
        }
        word = at + 1;
    }
}

static void take_blacklist(struct modprobe *p, char *names)
{
    for (char *name; (name = strsep(&names, ",")) != NULL;) {
        struct rule rule = { RULE_BLACKLIST, modname_copy(p->arena, name, strlen(name)), "" };
        add(p, &rule);
    }
}

static void take_word(void *who, const char *word, size_t n)
{
    static const char blacklist[] = "modprobe.blacklist=";
    struct modprobe *p = who;
    char *copy = arena_string(p->arena, word, n);
    size_t name = strcspn(copy, ".=");
    if (strncmp(copy, blacklist, sizeof blacklist - 1) == 0) {
        take_blacklist(p, copy + sizeof blacklist - 1);
    } else if (copy[name] == '.' && name > 0 && copy[name + 1] != '\0') {
        struct rule rule = { RULE_OPTIONS, modname_copy(p->arena, copy, name), copy + name + 1 };
        add(p, &rule);
    }
}

void modprobe_take_cmdline(struct modprobe *p, const char *line)
{
    modprobe_each_word(line, take_word, p);
}
