#include "ctl/units.h"

#include "base/glob.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NAMES_ROOM = 1 << 20 };

void *units_take(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

/* The names that stand for one argument. */
struct names {
    const char *pattern;
    char **at;
    unsigned count;
};

static void keep_match(void *context, const char *line)
{
    struct names *names = context;
    char name[UNIT_NAME_SIZE] = "";
    struct text t = TEXT_OVER(name);
    struct field unit = talk_field(line, "unit");
    text_add_n(&t, unit.at, unit.len);
    char *copy = glob_matches(names->pattern, name, '\0') ? units_take(sizeof name) : NULL;
    if (copy != NULL && names->count < NAMES_ROOM / 2) {
        names->at[names->count++] = memcpy(copy, name, sizeof name);
    }
}

/* NAME with its suffix. */
static char *whole_name(char *name)
{
    size_t size = strlen(name) + sizeof ".service";
    char *whole = strchr(name, '.') == NULL && strcmp(name, "boot") != 0 ? units_take(size) : NULL;
    if (whole == NULL) {
        return name;
    }
    struct text t = { .at = whole, .size = size };
    text_add(&t, name);
    text_add(&t, ".service");
    return whole;
}

int units_expand(struct ctl *c)
{
    struct names names = { .at = units_take(NAMES_ROOM * sizeof(char *)) };
    struct answer answer;
    for (unsigned i = 0; i < c->count && names.at != NULL; i++) {
        unsigned before = names.count;
        names.pattern = c->args[i];
        if (!glob_is_one(c->args[i])) {
            names.at[names.count++] = whole_name(c->args[i]);
            continue;
        }
        int status = talk(c, "list", NULL, NULL, keep_match, &names, &answer);
        if (status != 0 || names.count == before) {
            return status != 0 ? status : ctl_say(c->args[i], "no unit is called so", CTL_NO_UNIT);
        }
    }
    c->args = names.at;
    c->count = names.at == NULL ? 0 : names.count;
    return 0;
}

/* The field KEY of the manager's record, as a string; NULL: it has none. */
static const char *setting(const struct told *told, const char *key)
{
    struct field f = talk_field(told->at, key);
    char *value = f.len == 0 ? NULL : units_take(f.len + 1);
    return value == NULL ? NULL : memcpy(value, f.at, f.len);
}

int64_t units_find(const struct snapshot *s, const char *name)
{
    int64_t unit = snapshot_find(s, name);
    bool there = unit >= 0 && (snapshot_unit(s, (uint32_t)unit)->flags & UNIT_NOT_FOUND) == 0;
    return there ? unit : -ctl_say(name, "there is no such unit", CTL_NO_UNIT);
}

int units_read(const struct ctl *c, struct load_request *request, const struct snapshot **out)
{
    struct answer answer;
    struct told told = { 0 };
    const char *first = c->units;
    const char *folders[LOAD_FOLDERS];
    if (first == NULL) {
        int status = talk(c, "status", NULL, NULL, show_keep, &told, &answer);
        if (status != 0 || told.at == NULL) {
            return status;
        }
        first = setting(&told, "folder");
        request->root = setting(&told, "root");
    }
    load_folders_behind(first, folders);
    request->folders = first == NULL ? NULL : folders;
    request->names = (const char *const *)c->args;
    int fd = memfd_create("primerctl", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int error = fd < 0 ? -errno : load_units(request, fd);
    error = error < 0 ? error : snapshot_open(fd, out);
    return error < 0 ? ctl_say_errno("unit files", -error, CTL_FAILED) : 0;
}
