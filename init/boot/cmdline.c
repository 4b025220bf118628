/*
 * cmdline: what the kernel's command line asks of primer.
 *
 * Read from /proc/cmdline alone: the kernel passes words on to PID 1 as it sees fit, drops those with a dot, and mixes
 * in leftovers of its own. One table row a word; unknown "primer." words are told with the nearest known one.
 */
#include "boot/cmdline.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/nearest.h"
#include "base/number.h"
#include "boot/tables.h"
#include "manage/manager.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

enum takes { TAKES_NOTHING, TAKES_TEXT, TAKES_LEVEL, TAKES_SECONDS, TAKES_TRACKER, TAKES_STEPS };

static const struct word {
    const char *name;
    enum takes takes;
    size_t offset; /* in struct wishes */
} words[] = {
    { "primer.unit", TAKES_TEXT, offsetof(struct wishes, unit) },
    { "primer.main", TAKES_TEXT, offsetof(struct wishes, main) },
    { "primer.events", TAKES_TEXT, offsetof(struct wishes, events) },
    { "primer.status", TAKES_TEXT, offsetof(struct wishes, status) },
    { "primer.console", TAKES_TEXT, offsetof(struct wishes, console) },
    { "primer.break", TAKES_STEPS, offsetof(struct wishes, breaks) },
    { "primer.log", TAKES_LEVEL, offsetof(struct wishes, level) },
    { "primer.stop-timeout", TAKES_SECONDS, offsetof(struct wishes, stop_timeout_ns) },
    { "primer.tracker", TAKES_TRACKER, offsetof(struct wishes, no_cgroups) },
    { "primer.explain", TAKES_NOTHING, offsetof(struct wishes, explain) },
    { "rescue", TAKES_NOTHING, offsetof(struct wishes, rescue) },
    { "single", TAKES_NOTHING, offsetof(struct wishes, rescue) },
    { "1", TAKES_NOTHING, offsetof(struct wishes, rescue) },
    { "emergency", TAKES_NOTHING, offsetof(struct wishes, emergency) },
};

static const char *const levels[] = {
    [LEVEL_ERROR] = "error", [LEVEL_NOTICE] = "notice", [LEVEL_INFO] = "info", [LEVEL_DEBUG] = "debug"
};

static void refuse(struct manager *m, const char *what, const char *nearest, const char *advice)
{
    struct event *e = event_note(&m->ring, EVENT_OPTION, NULL, what);
    e->advice = advice;
    text_copy(e->word, sizeof e->word, nearest == NULL ? "" : nearest);
}

/* One name of primer.break=: it must be a row of a table, and one that runs after the command line was read. */
static void check_break(struct manager *m, char *name)
{
    char *slash = strchr(name, '/');
    const char *step = slash == NULL ? name : slash + 1;
    struct nearest nearest = { .word = step };
    bool before = true;
    for (unsigned t = 0; t < tables_count; t++) {
        for (unsigned i = 0; i < tables[t]->count; i++) {
            const char *row = tables[t]->rows[i].name;
            bool same = strcmp(row, step) == 0;
            if (same && before) {
                refuse(m, step, NULL, "that step runs before the command line can be read");
            }
            if (same) {
                return;
            }
            before &= strcmp(row, "command-line") != 0;
            if (!before) {
                nearest_offer(&nearest, row);
            }
        }
    }
    refuse(m, step, nearest.best, "primer.break= takes the names of steps");
}

static void check_breaks(struct manager *m, const char *list)
{
    char name[64];
    for (const char *at = list; *at != '\0';) {
        size_t len = strcspn(at, ",");
        struct text t = TEXT_OVER(name);
        name[0] = '\0';
        text_add_n(&t, at, len);
        check_break(m, name);
        at += len + (at[len] == ',');
    }
}

static int take_level(const char *value, void *out)
{
    for (unsigned i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(levels[i], value) == 0) {
            *(enum event_level *)out = (enum event_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

static int take_seconds(const char *value, void *out)
{
    uint64_t seconds;
    int error = number_parse(value, 10, UINT32_MAX, &seconds);
    if (error == 0) {
        *(uint64_t *)out = seconds * NS_PER_SECOND;
    }
    return error;
}

static int take_tracker(const char *value, void *out)
{
    *(bool *)out = strcmp(value, "group") == 0;
    return *(bool *)out || strcmp(value, "cgroup") == 0 ? 0 : -EINVAL;
}

static const char *take_value(struct manager *m, const struct word *word, const char *value)
{
    char *out = (char *)&m->wishes + word->offset;
    switch (word->takes) {
    case TAKES_NOTHING: *(bool *)out = true; return NULL;
    case TAKES_LEVEL: return take_level(value, out) < 0 ? "it takes error, notice, info or debug" : NULL;
    case TAKES_SECONDS: return take_seconds(value, out) < 0 ? "it takes a number of seconds" : NULL;
    case TAKES_TRACKER: return take_tracker(value, out) < 0 ? "it takes cgroup or group" : NULL;
    case TAKES_STEPS: check_breaks(m, value); break;
    case TAKES_TEXT: break;
    }
    *(const char **)(void *)out = value;
    return *value == '\0' ? "it takes a value" : NULL;
}

static void take_word(struct manager *m, char *word)
{
    char *value = strchr(word, '=');
    size_t len = value == NULL ? strlen(word) : (size_t)(value - word);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        bool same = strlen(words[i].name) == len && strncmp(words[i].name, word, len) == 0;
        if (same && (words[i].takes == TAKES_NOTHING) == (value == NULL)) {
            const char *advice = take_value(m, &words[i], value == NULL ? NULL : value + 1);
            if (advice != NULL) {
                refuse(m, word, NULL, advice);
            }
            return;
        }
    }
    if (strncmp(word, "primer.", 7) != 0) {
        return; /* the kernel's, or somebody else's */
    }
    if (value != NULL) {
        *value = '\0';
    }
    struct nearest nearest = { .word = word };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        nearest_offer(&nearest, words[i].name);
    }
    const char *best = nearest.best;
    refuse(m, word, best != NULL && strncmp(best, "primer.", 7) == 0 ? best + 7 : best, NULL);
}

/* Words are set apart by spaces outside double quotes, as the kernel itself does it. */
void cmdline_parse(struct manager *m, char *line)
{
    char *word = line;
    char *to = line;
    bool quoted = false;
    for (char *at = line;; at++) {
        bool end = *at == '\0';
        if (*at == '"') {
            quoted = !quoted;
        } else if (end || (!quoted && (*at == ' ' || *at == '\n'))) {
            *to++ = '\0';
            if (*word != '\0') {
                take_word(m, word);
            }
            word = to;
        } else {
            *to++ = *at;
        }
        if (end) {
            return;
        }
    }
}

int cmdline_read(struct manager *m)
{
    ssize_t n = fd_read_file(AT_FDCWD, "/proc/cmdline", m->words, sizeof m->words);
    if (n < 0 && n != -EFBIG) {
        return (int)n;
    }
    cmdline_parse(m, m->words);
    return 0;
}
