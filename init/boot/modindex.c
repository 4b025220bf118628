#include "boot/modindex.h"

#include "base/glob.h"
#include "base/text.h"
#include "boot/conf.h"

#include <errno.h>
#include <string.h>

enum { INDEX_MOST = 32 << 20 };

/* --- names ------------------------------------------------------------------------------------------------- */

static char name_char(char c)
{
    return c == '-' ? '_' : c;
}

char *modname_copy(struct arena *arena, const char *s, size_t n)
{
    char *copy = arena_string(arena, s, n);
    bool inside = false;
    for (char *at = copy; *at != '\0'; at++) {
        inside = *at == '[' || (inside && *at != ']');
        *at = inside ? *at : name_char(*at);
    }
    return copy;
}

static const char *base_of(const char *path, size_t n)
{
    const char *slash = memrchr(path, '/', n);
    return slash == NULL ? path : slash + 1;
}

char *modname_of_path(struct arena *arena, const char *path)
{
    const char *base = base_of(path, strlen(path));
    const char *end = text_find(base, ".ko");
    return modname_copy(arena, base, end == NULL ? strlen(base) : (size_t)(end - base));
}

/* Whether the file PATH of N bytes, which end with .ko or .ko.SOMETHING, holds the module NAME. */
static bool holds(const char *path, size_t n, const char *name)
{
    const char *base = base_of(path, n);
    const char *end = path + n;
    for (; *name != '\0'; name++, base++) {
        if (base == end || name_char(*base) != *name) {
            return false;
        }
    }
    return end - base >= 3 && memcmp(base, ".ko", 3) == 0;
}

/* --- files ------------------------------------------------------------------------------------------------- */

static const char *read_one(struct modindex *x, const char *name, size_t *size)
{
    char *text;
    ssize_t n = conf_read(x->arena, conf_join(x->arena, x->folder, name, ""), INDEX_MOST, &text);
    *size = n < 0 ? 0 : (size_t)n;
    return n < 0 ? "" : text; /* without one of these there are simply no such modules */
}

int modindex_open(struct modindex *x, struct arena *arena, const char *root, const char *release)
{
    char *dep;
    size_t size;
    *x = (struct modindex){ .arena = arena };
    x->folder = conf_join(arena, conf_join(arena, root, "/lib/modules/", ""), release, "/");
    ssize_t n = conf_read(arena, conf_join(arena, x->folder, "modules.dep", ""), INDEX_MOST, &dep);
    if (n < 0) {
        return (int)n;
    }
    x->dep = dep;
    x->builtin = read_one(x, "modules.builtin", &size);
    x->modinfo = read_one(x, "modules.builtin.modinfo", &x->modinfo_size);
    return 0;
}

/* A line of modules.dep: "PATH: PATH PATH". */
bool modindex_find(const struct modindex *x, const char *name, struct module_files *found)
{
    for (const char *line = x->dep; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        const char *colon = memchr(line, ':', len);
        if (colon != NULL && holds(line, (size_t)(colon - line), name)) {
            const char *end = line + len;
            const char *needs = colon + 1;
            *found = (struct module_files){
                .path = arena_string(x->arena, line, (size_t)(colon - line)),
                .needs = conf_trim(arena_string(x->arena, needs, (size_t)(end - needs))),
            };
            return true;
        }
        line += len + (line[len] == '\n');
    }
    return false;
}

bool modindex_is_builtin(const struct modindex *x, const char *name)
{
    for (const char *line = x->builtin; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        if (holds(line, len, name)) {
            return true;
        }
        line += len + (line[len] == '\n');
    }
    return false;
}

/* "ext4.alias=fs-ext4": the pattern is written as it was in the source. */
bool modindex_is_builtin_alias(const struct modindex *x, const char *name)
{
    static const char key[] = ".alias=";
    const char *end = x->modinfo + x->modinfo_size;
    for (const char *at = x->modinfo; at < end; at += strlen(at) + 1) {
        const char *alias = text_find(at, key);
        if (alias == NULL || strcspn(at, ".=") != (size_t)(alias - at)) {
            continue;
        }
        alias += sizeof key - 1;
        if (glob_matches(modname_copy(x->arena, alias, strlen(alias)), name, '\0')) {
            return true;
        }
    }
    return false;
}
