/*
 * sysctl: settings of the kernel, out of sysctl.d(5) into /proc/sys.
 *
 * All lines are read before the first is applied, because a later line for the same key replaces an earlier one, and a
 * key that is named without globs is left alone by every glob, wherever they stand.
 */
#include "boot/sysctl.h"

#include "base/fd.h"
#include "base/glob.h"
#include "base/text.h"
#include "boot/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum { MEMORY = 256 << 20 };

/* /etc/sysctl.conf comes last, as procps has it. */
static const char *const folders[] = { "/etc/sysctl.d",     "/run/sysctl.d", "/usr/local/lib/sysctl.d",
                                       "/usr/lib/sysctl.d", "/lib/sysctl.d", NULL };
static const struct conf_place place = { .folders = folders, .last = "/etc/sysctl.conf" };

struct settings {
    struct arena arena;
    struct failures *failures;
    struct vec all; /* struct setting */
    char path[PATH_MAX];
    size_t key; /* where the key begins in `path` */
};

/* --- a line ------------------------------------------------------------------------------------------------ */

/*
 * A key whose first separator is a dot is written the other way round: "net.ipv4.conf.eth0/100.rp_filter" is about the
 * interface eth0.100. Slashes before, behind and beside each other count for nothing.
 */
static void normalise(char *key)
{
    char *to = key;
    bool swap = key[strcspn(key, "./")] == '.';
    for (const char *at = key; *at != '\0'; at++) {
        char c = swap && *at == '.' ? '/' : swap && *at == '/' ? '.' : *at;
        if (c != '/' || (to > key && to[-1] != '/')) {
            *to++ = c;
        }
    }
    if (to > key && to[-1] == '/') {
        to--;
    }
    *to = '\0';
}

/* "/../" would leave /proc/sys. */
static bool climbs(const char *key)
{
    for (const char *at = key; (at = text_find(at, "..")) != NULL; at += 2) {
        if ((at == key || at[-1] == '/') && (at[2] == '/' || at[2] == '\0')) {
            return true;
        }
    }
    return false;
}

int sysctl_parse(char *line, struct setting *setting)
{
    char *value = strchr(line, '=');
    bool minus = *line == '-';
    if (value == NULL && !minus) {
        return -EINVAL;
    }
    if (value != NULL) {
        *value++ = '\0';
        value = conf_trim(value);
    }
    char *key = conf_trim(line + minus);
    normalise(key);
    *setting = (struct setting){ .key = key, .value = value, .is_glob = glob_is_one(key), .may_fail = minus };
    return *key == '\0' || climbs(key) ? -EINVAL : 0;
}

/* --- all of them ------------------------------------------------------------------------------------------- */

/* A key that is set again counts where it is set last. */
static void forget(struct settings *s, const char *key)
{
    struct setting *all = s->all.at;
    for (uint32_t i = 0; i < s->all.count; i++) {
        if (strcmp(all[i].key, key) == 0) {
            memmove(&all[i], &all[i + 1], (s->all.count - i - 1) * sizeof *all);
            s->all.count--;
            return;
        }
    }
}

static void collect(struct settings *s, const char *root)
{
    struct conf conf;
    conf_open(&conf, &s->arena, root, &place, s->failures);
    for (char *line; (line = conf_next(&conf)) != NULL;) {
        struct setting setting;
        if (sysctl_parse(line, &setting) < 0) {
            conf_fail(&conf, -EINVAL, "a line of sysctl.d(5) says KEY = VALUE");
            continue;
        }
        forget(s, setting.key);
        *(struct setting *)vec_add(&s->arena, &s->all, sizeof setting) = setting;
    }
}

/* Whether globs leave KEY alone. */
static bool is_excluded(const struct settings *s, const char *key)
{
    const struct setting *all = s->all.at;
    for (uint32_t i = 0; i < s->all.count; i++) {
        bool same = all[i].is_glob ? all[i].value == NULL && glob_matches(all[i].key, key, '/')
                                   : strcmp(all[i].key, key) == 0;
        if (same) {
            return true;
        }
    }
    return false;
}

static const char *advice(int error)
{
    switch (error) {
    case -ENOENT: return "the kernel has no such setting: perhaps it comes with a module";
    case -EINVAL: return "the kernel does not take that value";
    case -EISDIR: return "that is a folder of settings";
    default: return NULL;
    }
}

static void set(struct settings *s, const struct setting *setting)
{
    int result = fd_write_file(AT_FDCWD, s->path, setting->value);
    if (result < 0 && !setting->may_fail) {
        failures_add(s->failures, s->path + s->key, result, advice(result));
    }
}

/* The path up to END matches; PATTERN is what it goes on with. */
static void expand(struct settings *s, const struct setting *setting, size_t end, const char *pattern)
{
    size_t len = strcspn(pattern, "/");
    struct vec names = { 0 };
    char *part = arena_string(&s->arena, pattern, len);
    if (!glob_is_one(part)) {
        *(const char **)vec_add(&s->arena, &names, sizeof(char *)) = part;
    } else if (conf_names(&s->arena, s->path, &names) < 0) {
        return; /* a file where the pattern wants a folder: no match */
    }
    for (uint32_t i = 0; i < names.count; i++) {
        const char *name = ((const char **)names.at)[i];
        struct text t = { .at = s->path, .size = sizeof s->path, .len = end };
        text_add(&t, name);
        text_add(&t, pattern[len] == '/' ? "/" : "");
        if (t.cut || !glob_matches(part, name, '\0')) {
            continue;
        }
        if (pattern[len] == '/') {
            expand(s, setting, t.len, pattern + len + 1);
        } else if (access(s->path, F_OK) == 0 && !is_excluded(s, s->path + s->key)) {
            set(s, setting);
        }
    }
    s->path[end] = '\0';
}

static void apply(struct settings *s, const struct setting *setting)
{
    struct text t = { .at = s->path, .size = sizeof s->path, .len = s->key };
    if (setting->value == NULL) {
        return;
    }
    if (setting->is_glob) {
        expand(s, setting, s->key, setting->key);
    } else {
        text_add(&t, setting->key);
        set(s, setting);
    }
    s->path[s->key] = '\0';
}

unsigned sysctl_apply(const char *root, struct failures *failures)
{
    struct settings s = { .failures = failures };
    struct text t = TEXT_OVER(s.path);
    text_add(&t, root);
    text_add(&t, "/proc/sys/");
    s.key = t.len;
    int result = arena_open(&s.arena, MEMORY);
    if (result < 0) {
        failures_add(failures, "/proc/sys", result, NULL);
        return 0;
    }
    collect(&s, root);
    for (uint32_t i = 0; i < s.all.count; i++) {
        apply(&s, (const struct setting *)s.all.at + i);
    }
    arena_close(&s.arena);
    return s.all.count;
}
