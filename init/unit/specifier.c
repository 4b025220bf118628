#include "unit/specifier.h"

#include "unit/finding.h"
#include "unit/names.h"

#include "base/fd.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { FIELD_SIZE = 256, FILE_SIZE = 8192, EXPANDED_MAX = 1 << 20 };

struct specifier {
    char letter;
    bool in_name; /* may stand in the name of a unit */
    const char *(*resolve)(const struct assignment *a, const struct specifier *row);
    const char *text; /* a fixed value, a file, or a key; what the function wants */
    const char *more;
};

static const char *string(const struct assignment *a, const char *s)
{
    return arena_string(&a->loader->arena, s, strlen(s));
}

/* --- the unit's own name --- */

static const char *name_of(const struct assignment *a)
{
    return a->draft->node->name;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* N bytes of S with the escaping of unit names undone; the path form puts a "/" in front. */
static const char *unescape(const struct assignment *a, const char *s, size_t n, bool path)
{
    char *out = arena_take(&a->loader->arena, n + 2);
    size_t len = 0;
    if (path) {
        out[len++] = '/';
        if (n == 1 && *s == '-') {
            return out; /* the root folder */
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '-') {
            out[len++] = '/';
        } else if (s[i] == '\\' && i + 3 < n && s[i + 1] == 'x' && hex(s[i + 2]) >= 0 && hex(s[i + 3]) >= 0) {
            out[len++] = (char)(hex(s[i + 2]) * 16 + hex(s[i + 3]));
            i += 3;
        } else if (s[i] == '\\') {
            return NULL;
        } else {
            out[len++] = s[i];
        }
    }
    out[len] = '\0';
    return out;
}

static const char *part(const struct assignment *a, const char *s, size_t n, char letter)
{
    bool upper = letter >= 'A' && letter <= 'Z';
    return upper ? unescape(a, s, n, false) : arena_string(&a->loader->arena, s, n);
}

static const char *full_name(const struct assignment *a, const struct specifier *row)
{
    return name_of(a);
}

static const char *bare_name(const struct assignment *a, const struct specifier *row)
{
    const char *name = name_of(a);
    return arena_string(&a->loader->arena, name, (size_t)(strrchr(name, '.') - name));
}

static const char *prefix(const struct assignment *a, const struct specifier *row)
{
    return part(a, name_of(a), name_prefix(name_of(a)), row->letter);
}

static const char *instance(const struct assignment *a, const struct specifier *row)
{
    size_t n;
    const char *s = name_instance_of(name_of(a), &n);
    return part(a, s, n, row->letter);
}

static const char *last_component(const struct assignment *a, const struct specifier *row)
{
    const char *name = name_of(a);
    size_t end = name_prefix(name);
    size_t start = end;
    while (start > 0 && name[start - 1] != '-') {
        start--;
    }
    return part(a, name + start, end - start, row->letter);
}

static const char *file_name(const struct assignment *a, const struct specifier *row)
{
    size_t n;
    const char *s = name_instance_of(name_of(a), &n);
    return n > 0 ? unescape(a, s, n, true) : unescape(a, name_of(a), name_prefix(name_of(a)), true);
}

static const char *fragment(const struct assignment *a, const struct specifier *row)
{
    struct entry *file = a->draft->node->file;
    if (file == NULL) {
        return NULL;
    }
    const char *path = pool_at(&a->loader->pool, finding_path(a->loader, file));
    return row->letter == 'y' ? path : string(a, file->parent);
}

/* --- the machine --- */

static const char *fixed(const struct assignment *a, const struct specifier *row)
{
    return row->text;
}

/* A folder that the environment may name. */
static const char *temporary(const struct assignment *a, const struct specifier *row)
{
    static const char *const names[] = { "TMPDIR", "TEMP", "TMP" };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] == '/') {
            return value;
        }
    }
    return row->text;
}

static const char *uts(const struct assignment *a, const struct specifier *row)
{
    struct utsname u;
    if (uname(&u) < 0) {
        return NULL;
    }
    if (row->letter == 'l' || row->letter == 'q') {
        u.nodename[strcspn(u.nodename, ".")] = '\0';
    }
    return string(a, row->letter == 'v' ? u.release : row->letter == 'a' ? u.machine : u.nodename);
}

/* ConditionArchitecture='s words for uname(2)'s. */
static const char *architecture(const struct assignment *a, const struct specifier *row)
{
    static const char *const words[][2] = {
        { "x86_64", "x86-64" }, { "i386", "x86" },      { "i486", "x86" },   { "i586", "x86" },
        { "i686", "x86" },      { "aarch64", "arm64" }, { "armv7l", "arm" }, { "armv6l", "arm" },
    };
    const char *machine = uts(a, row);
    for (unsigned i = 0; machine != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(machine, words[i][0]) == 0) {
            return words[i][1];
        }
    }
    return machine;
}

/* The first line of a file, without the dashes of a boot id. */
static const char *id(const struct assignment *a, const struct specifier *row)
{
    char text[FIELD_SIZE];
    size_t len = 0;
    if (fd_read_file(AT_FDCWD, row->text, text, sizeof text) <= 0) {
        return NULL;
    }
    for (const char *c = text; *c != '\0' && *c != '\n'; c++) {
        if (*c != '-') {
            text[len++] = *c;
        }
    }
    text[len] = '\0';
    return len == 0 ? NULL : string(a, text);
}

/* KEY's value in the text of an os-release(5) file, or "". */
static const char *field(const struct assignment *a, char *text, const char *key)
{
    size_t n = strlen(key);
    for (char *line = text; line != NULL && *line != '\0';) {
        char *end = strchr(line, '\n');
        if (strncmp(line, key, n) == 0 && line[n] == '=') {
            char *value = line + n + 1;
            size_t len = end != NULL ? (size_t)(end - value) : strlen(value);
            if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value) {
                value++;
                len -= 2;
            }
            return arena_string(&a->loader->arena, value, len);
        }
        line = end != NULL ? end + 1 : NULL;
    }
    return "";
}

static const char *release(const struct assignment *a, const struct specifier *row)
{
    char text[FILE_SIZE];
    if (fd_read_file(AT_FDCWD, "/etc/os-release", text, sizeof text) < 0 &&
        fd_read_file(AT_FDCWD, "/usr/lib/os-release", text, sizeof text) < 0) {
        return NULL;
    }
    return field(a, text, row->text);
}

static const char *pretty_name(const struct assignment *a, const struct specifier *row)
{
    char text[FILE_SIZE];
    if (fd_read_file(AT_FDCWD, "/etc/machine-info", text, sizeof text) >= 0) {
        const char *pretty = field(a, text, "PRETTY_HOSTNAME");
        if (*pretty != '\0') {
            return pretty;
        }
    }
    return uts(a, row);
}

/* Who runs primer; root's name and home are known without looking. */
static const char *user(const struct assignment *a, const struct specifier *row)
{
    char number[24] = "";
    struct text t = TEXT_OVER(number);
    text_u64(&t, row->letter == 'G' || row->letter == 'g' ? getgid() : getuid());
    if (strcmp(number, "0") == 0) {
        return row->text;
    }
    const char *variable = row->more != NULL ? getenv(row->more) : number;
    return variable == NULL ? NULL : string(a, variable);
}

/* Where credentials would be, if primer passed some on. */
static const char *credentials(const struct assignment *a, const struct specifier *row)
{
    static const char folder[] = "/run/credentials/";
    size_t n = strlen(name_of(a));
    char *path = arena_take(&a->loader->arena, sizeof folder + n);
    memcpy(path, folder, sizeof folder - 1);
    memcpy(path + sizeof folder - 1, name_of(a), n);
    return path;
}

static const struct specifier specifiers[] = {
    { 'n', true, full_name },
    { 'N', true, bare_name },
    { 'p', true, prefix },
    { 'P', false, prefix },
    { 'i', true, instance },
    { 'I', false, instance },
    { 'j', true, last_component },
    { 'J', false, last_component },
    { 'f', false, file_name },
    { 'y', false, fragment },
    { 'Y', false, fragment },
    { 't', false, fixed, "/run" },
    { 'S', false, fixed, "/var/lib" },
    { 'C', false, fixed, "/var/cache" },
    { 'L', false, fixed, "/var/log" },
    { 'E', false, fixed, "/etc" },
    { 'T', false, temporary, "/tmp" },
    { 'V', false, temporary, "/var/tmp" },
    { 'u', true, user, "root", "USER" },
    { 'U', true, user, "0" },
    { 'g', true, user, "root" },
    { 'G', true, user, "0" },
    { 'h', false, user, "/root", "HOME" },
    { 's', false, user, "/bin/sh", "SHELL" },
    { 'd', false, credentials },
    { 'm', true, id, "/etc/machine-id" },
    { 'b', true, id, "/proc/sys/kernel/random/boot_id" },
    { 'H', true, uts },
    { 'l', true, uts },
    { 'q', false, pretty_name },
    { 'v', true, uts },
    { 'a', true, architecture },
    { 'A', true, release, "IMAGE_VERSION" },
    { 'B', true, release, "BUILD_ID" },
    { 'M', true, release, "IMAGE_ID" },
    { 'o', true, release, "ID" },
    { 'w', true, release, "VERSION_ID" },
    { 'W', true, release, "VARIANT_ID" },
};

static const struct specifier *find(char letter, bool in_name)
{
    for (size_t i = 0; i < sizeof specifiers / sizeof specifiers[0]; i++) {
        if (specifiers[i].letter == letter && (specifiers[i].in_name || !in_name)) {
            return &specifiers[i];
        }
    }
    return NULL;
}

/* Letters and digits may be specifiers one day: an unknown one is not taken for text. */
static bool is_reserved(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

/* A growing string in the arena. */
static void append(struct arena *arena, struct text *t, const char *s, size_t n)
{
    if (t->len + n + 1 > t->size) {
        size_t size = (t->len + n + 1) * 2;
        char *at = arena_take(arena, size);
        memcpy(at, t->at, t->len + 1);
        t->at = at;
        t->size = size;
    }
    text_add_n(t, s, n);
}

const char *specifier_expand(const struct assignment *a, const char *s, bool in_name)
{
    const char *percent = strchr(s, '%');
    if (percent == NULL) {
        return s;
    }
    struct arena *arena = &a->loader->arena;
    size_t size = strlen(s) * 2 + 64;
    struct text t = { .at = arena_take(arena, size), .size = size };
    for (; percent != NULL; percent = strchr(s, '%')) {
        append(arena, &t, s, (size_t)(percent - s));
        const struct specifier *row = find(percent[1], in_name);
        const char letter[3] = { '%', percent[1], '\0' };
        if (row != NULL) {
            const char *value = row->resolve(a, row);
            if (value == NULL) {
                finding_value(a, letter, " cannot be resolved here", NULL);
                return NULL;
            }
            append(arena, &t, value, strlen(value));
        } else if (is_reserved(percent[1])) {
            finding_value(a, letter, in_name ? " cannot stand in the name of a unit" : " is no specifier",
                          NULL);
            return NULL;
        } else {
            append(arena, &t, letter, percent[1] == '%' ? 1 : strlen(letter)); /* unknown: kept as it is */
        }
        s = percent + (percent[1] == '\0' ? 1 : 2);
        if (t.len > EXPANDED_MAX) {
            finding_value(a, "with its specifiers replaced this is longer than 1 MiB", NULL);
            return NULL;
        }
    }
    append(arena, &t, s, strlen(s));
    return t.at;
}
