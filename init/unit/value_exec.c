#include "unit/value.h"

#include "unit/finding.h"
#include "unit/specifier.h"
#include "unit/status.h"
#include "unit/utf8.h"
#include "unit/word.h"

#include "base/libcap.h"
#include "base/number.h"
#include "base/signals.h"
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/capability.h>

static struct vec *list_of(const struct assignment *a, enum exec_list list)
{
    return &a->service->lists[list];
}

static void add_ref(const struct assignment *a, struct vec *list, const char *s)
{
    *(ref *)vec_add(&a->loader->arena, list, sizeof(ref)) = pool_string(&a->loader->pool, s);
}

/* The next word of a list, with a finding when a quote is not closed or an escape is none. */
static bool next_word(const struct assignment *a, struct words *words, unsigned flags, char **word)
{
    words->unknown_escape = false;
    int r = word_next(words, flags, word);
    if (r < 0) {
        finding_value(a, "a quote is not closed in ", words->at, NULL);
    } else if (words->unknown_escape) {
        finding_add(a, FINDING_WARNING, "an unknown escape is kept as it is written: ", *word, NULL);
    }
    return r > 0;
}

/* --- identity --- */

/* A uid or gid: no leading zero, and not one of the two that mean "no change" to system calls. */
static bool is_id(const char *s)
{
    uint64_t id;
    return (s[0] != '0' || s[1] == '\0') && number_parse(s, 10, UINT32_MAX - 1, &id) == 0 && id != UINT16_MAX;
}

/* systemd's relaxed rule: no ":" or "/", no control characters, no blanks at the ends, no numbers but ids. */
static bool is_user_name(const char *s)
{
    size_t n = strlen(s);
    const char *digits = *s == '-' ? s + 1 : s;
    if (n == 0 || strcmp(s, ".") == 0 || strcmp(s, "..") == 0 || s[0] == ' ' || s[n - 1] == ' ') {
        return false;
    }
    for (const char *c = s; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '/' || *c == ':') {
            return false;
        }
    }
    return digits[strspn(digits, "0123456789")] != '\0' ? utf8_is_valid(s, n) : is_id(s);
}

void value_user(struct assignment *a, char *value)
{
    ref *place = value_place(a);
    a->vital = true;
    const char *name = specifier_expand(a, value, false);
    if (name != NULL && *name == '\0') {
        *place = 0;
    } else if (name != NULL && !is_user_name(name)) {
        finding_value(a, "\"", name, "\" cannot be the name of a user or group", NULL);
    } else if (name != NULL) {
        *place = pool_string(&a->loader->pool, name);
    }
}

void value_groups(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    struct vec *groups = list_of(a, LIST_GROUPS);
    char *word;
    if (*value == '\0') {
        groups->count = 0;
    }
    a->vital = true;
    while (next_word(a, &words, WORD_UNQUOTE, &word)) {
        const char *name = specifier_expand(a, word, false);
        if (name != NULL && !is_user_name(name)) {
            finding_value(a, "\"", name, "\" cannot be the name of a group", NULL);
        } else if (name != NULL) {
            add_ref(a, groups, name);
        }
    }
}

/* --- environment --- */

/* A name of letters, digits and "_", no digit first; N bytes. */
static bool is_variable(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_';
        if (!letter && (i == 0 || s[i] < '0' || s[i] > '9')) {
            return false;
        }
    }
    return n > 0;
}

static bool is_assignment(const char *s)
{
    const char *equals = strchr(s, '=');
    return equals != NULL && is_variable(s, (size_t)(equals - s)) && utf8_is_valid(equals, strlen(equals));
}

void value_environment(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    struct vec *list = list_of(a, LIST_ENVIRONMENT);
    char *word;
    if (*value == '\0') {
        list->count = 0;
    }
    while (next_word(a, &words, WORD_UNQUOTE | WORD_UNESCAPE, &word)) {
        const char *variable = specifier_expand(a, word, false);
        if (variable != NULL && !is_assignment(variable)) {
            finding_value(a, "\"", variable, "\" is not NAME=value", NULL);
        } else if (variable != NULL) {
            add_ref(a, list, variable);
        }
    }
}

void value_environment_names(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    enum exec_list which = a->row->which;
    char *word;
    if (*value == '\0') {
        list_of(a, which)->count = 0;
    }
    while (next_word(a, &words, WORD_UNQUOTE | WORD_UNESCAPE, &word)) {
        const char *name = specifier_expand(a, word, false);
        if (name == NULL) {
            continue;
        }
        if (is_variable(name, strlen(name)) || (which == LIST_UNSET_ENVIRONMENT && is_assignment(name))) {
            add_ref(a, list_of(a, which), name);
        } else {
            finding_value(a, "\"", name, "\" is not the name of a variable", NULL);
        }
    }
}

/* --- paths --- */

static bool goes_up(const char *path)
{
    for (const char *at = path; *at != '\0';) {
        size_t n = strcspn(at, "/");
        if (n == 2 && at[0] == '.' && at[1] == '.') {
            return true;
        }
        at += n + (at[n] == '/');
    }
    return false;
}

bool value_is_path(char *s, bool absolute)
{
    if ((*s == '/') != absolute || *s == '\0' || strlen(s) >= PATH_MAX || goes_up(s)) {
        return false;
    }
    char *out = s;
    for (char *in = s; *in != '\0';) {
        in += strspn(in, "/");
        size_t n = strcspn(in, "/");
        if (n > 0 && !(n == 1 && in[0] == '.')) {
            if (absolute || out > s) {
                *out++ = '/';
            }
            memmove(out, in, n);
            out += n;
        }
        in += n;
    }
    if (absolute && out == s) {
        *out++ = '/';
    }
    *out = '\0';
    return out > s;
}

/* VALUE with specifiers replaced, as an absolute path; NULL with a finding. */
static const char *absolute_path(const struct assignment *a, const char *value)
{
    const char *expanded = specifier_expand(a, value, false);
    if (expanded == NULL) {
        return NULL;
    }
    char *path = arena_string(&a->loader->arena, expanded, strlen(expanded));
    if (!value_is_path(path, true)) {
        finding_value(a, "\"", expanded, "\" is not an absolute path without \"..\"", NULL);
        return NULL;
    }
    return path;
}

void value_path(struct assignment *a, char *value)
{
    if (*value == '\0') {
        *(ref *)value_place(a) = 0;
        return;
    }
    const char *path = absolute_path(a, value);
    if (path != NULL) {
        *(ref *)value_place(a) = pool_string(&a->loader->pool, path);
    }
}

/* A relative path is below /run, and so is, as in systemd, one that is written the old way. */
void value_pid_file(struct assignment *a, char *value)
{
    char path[PATH_MAX];
    struct text t = TEXT_OVER(path);
    ref *place = &a->service->service.pid_file;
    const char *expanded = specifier_expand(a, value, false);
    if (expanded == NULL || *expanded == '\0') {
        *place = expanded == NULL ? *place : 0;
        return;
    }
    path[0] = '\0';
    text_add(&t, *expanded == '/' ? "" : "/run/");
    text_add(&t, expanded + (strncmp(expanded, "/var/run/", 9) == 0 ? 4 : 0));
    if (t.cut || !value_is_path(path, true)) {
        finding_value(a, "\"", expanded, "\" is not a path without \"..\"", NULL);
        return;
    }
    *place = pool_string(&a->loader->pool, path);
}

void value_environment_file(struct assignment *a, char *value)
{
    struct vec *list = list_of(a, LIST_ENVIRONMENT_FILES);
    if (*value == '\0') {
        list->count = 0;
        return;
    }
    bool optional = *value == '-';
    const char *path = absolute_path(a, value + optional);
    if (path != NULL) {
        struct env_file *file = vec_add(&a->loader->arena, list, sizeof *file);
        *file = (struct env_file){ pool_string(&a->loader->pool, path), optional };
    }
}

void value_directory(struct assignment *a, char *value)
{
    struct unit_exec *e = &a->service->exec;
    const uint32_t both = EXEC_DIRECTORY_OPTIONAL | EXEC_DIRECTORY_HOME;
    uint32_t flags = 0;
    if (*value == '-') {
        flags |= EXEC_DIRECTORY_OPTIONAL;
        value++;
    }
    a->vital = flags == 0;
    const char *path = "";
    if (strcmp(value, "~") == 0) {
        flags |= EXEC_DIRECTORY_HOME;
    } else if (*value != '\0') {
        path = absolute_path(a, value);
        if (path == NULL) {
            return;
        }
    }
    e->directory = *path == '\0' ? 0 : pool_string(&a->loader->pool, path);
    e->flags = (e->flags & ~both) | flags;
}

void value_runtime(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    struct vec *list = list_of(a, LIST_RUNTIME);
    char *word;
    if (*value == '\0') {
        list->count = 0;
    }
    while (next_word(a, &words, WORD_UNQUOTE | WORD_RETAIN_ESCAPE, &word)) {
        char *colon = strchr(word, ':');
        if (colon != NULL) {
            finding_add(a, FINDING_WARNING, "the folder is made, but not its other name: ", colon + 1, NULL);
            *colon = '\0';
        }
        const char *expanded = specifier_expand(a, word, false);
        if (expanded == NULL) {
            continue;
        }
        char *path = arena_string(&a->loader->arena, expanded, strlen(expanded));
        if (!value_is_path(path, false) || strcmp(path, "private") == 0 ||
            strncmp(path, "private/", 8) == 0) {
            finding_value(a, "\"", expanded, "\" is not a relative path without \"..\"", NULL);
        } else {
            add_ref(a, list, path);
        }
    }
}

/* --- descriptors --- */

static const struct {
    const char *word;
    bool input;
    bool output;
    enum stdio_kind kind;
} stdio_words[] = {
    { "null", true, true, STDIO_NULL },
    { "inherit", false, true, STDIO_INHERIT },
    { "tty", true, true, STDIO_TTY },
    { "tty-force", true, false, STDIO_TTY_FORCE },
    { "tty-fail", true, false, STDIO_TTY_FAIL },
    { "journal", false, true, STDIO_LOG },
    { "journal+console", false, true, STDIO_LOG },
    { "kmsg", false, true, STDIO_LOG },
    { "kmsg+console", false, true, STDIO_LOG },
    { "syslog", false, true, STDIO_LOG },
    { "syslog+console", false, true, STDIO_LOG },
    { "file:", true, true, STDIO_FILE },
    { "append:", false, true, STDIO_APPEND },
    { "truncate:", false, true, STDIO_TRUNCATE },
};

/* What systemd knows besides. */
static const char *const stdio_refused[] = { "socket", "data", "fd", "fd:" };

void value_stdio(struct assignment *a, char *value)
{
    struct stdio *place = &a->service->exec.stdio[a->row->which];
    for (unsigned i = 0; i < sizeof stdio_words / sizeof stdio_words[0]; i++) {
        const char *word = stdio_words[i].word;
        size_t n = strlen(word);
        bool has_path = word[n - 1] == ':';
        if ((has_path ? strncmp(value, word, n) : strcmp(value, word)) != 0 ||
            !(a->row->which == 0 ? stdio_words[i].input : stdio_words[i].output)) {
            continue;
        }
        const char *path = has_path ? absolute_path(a, value + n) : "";
        if (path != NULL) {
            place->kind = stdio_words[i].kind;
            place->path = has_path ? pool_string(&a->loader->pool, path) : 0;
        }
        return;
    }
    for (unsigned i = 0; i < sizeof stdio_refused / sizeof stdio_refused[0]; i++) {
        size_t n = strlen(stdio_refused[i]);
        if (strncmp(value, stdio_refused[i], n) == 0) {
            finding_add(a, FINDING_ERROR, "primer cannot connect a service to \"", value, "\" yet", NULL);
            return;
        }
    }
    finding_value(a, "\"", value, "\" is not a value of ", a->row->name, "=", NULL);
}

/* --- capabilities, capabilities(7) --- */

/* The words of VALUE as a set. */
static uint64_t capability_set(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    uint64_t set = 0;
    char *word;
    libcap_begin();
    while (next_word(a, &words, WORD_UNQUOTE, &word)) {
        cap_value_t cap;
        if (strpbrk(word, ",=+-") != NULL || cap_from_name(word, &cap) < 0 || cap < 0 || cap > 63) {
            finding_value(a, "\"", word, "\" is not a capability", NULL);
        } else {
            set |= UINT64_C(1) << cap;
        }
    }
    return set;
}

void value_capabilities(struct assignment *a, char *value)
{
    bool invert = *value == '~';
    bool bounding = a->row->which != 0;
    struct unit_exec *e = &a->service->exec;
    uint64_t *place = bounding ? &e->cap_bounding : &e->cap_ambient;
    uint64_t initial = bounding ? UINT64_MAX : 0;
    uint64_t set = capability_set(a, value + invert);
    if (set == 0 || *place == initial) {
        *place = invert ? ~set : set;
    } else {
        *place = invert ? *place & ~set : *place | set;
    }
    if (bounding) {
        e->flags |= EXEC_HAS_BOUNDING;
    }
}

/* --- what counts as success --- */

void value_exits(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    struct vec *list = &a->service->exits;
    char *word;
    if (*value == '\0') {
        struct exit_value *all = list->at;
        uint32_t kept = 0;
        for (uint32_t i = 0; i < list->count; i++) {
            if (all[i].list != a->row->which) {
                all[kept++] = all[i];
            }
        }
        list->count = kept;
    }
    while (next_word(a, &words, WORD_UNQUOTE | WORD_UNESCAPE, &word)) {
        int status = status_parse(word);
        int signo = status < 0 ? signals_parse(word) : 0;
        if (status < 0 && signo < 0) {
            finding_value(a, "\"", word, "\" is neither an exit status nor a signal", NULL);
            continue;
        }
        struct exit_value *v = vec_add(&a->loader->arena, list, sizeof *v);
        *v = (struct exit_value){ .is_signal = status < 0,
                                  .value = (uint8_t)(status < 0 ? signo : status),
                                  .list = a->row->which };
    }
}
