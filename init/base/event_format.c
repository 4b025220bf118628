/*
 * event_format: one table row a kind, from which both the sentence and the JSON object are made.
 *
 * In a sentence, %u is the unit, %p the pid, %P the parent, %c the code, %s the code as a signal's name,
 * %e the code as an errno, %n the count, %w the word, %t the text, %S the step; [ … ] is shown only when the field
 * that stands in it is not empty.
 */
#include "base/clock.h"
#include "base/errname.h"
#include "base/event.h"
#include "base/signals.h"

#include <stddef.h>
#include <string.h>

enum field {
    F_UNIT = 1,
    F_PID = 2,
    F_PARENT = 4,
    F_COUNT = 8,
    F_STEP = 16,
};

struct kind {
    const char *name;
    enum event_level level;
    unsigned fields;
    const char *code; /* the JSON keys of code, word and text; NULL: not used */
    const char *word;
    const char *text;
    const char *sentence;
};

static const struct kind kinds[EVENT_KINDS] = {
    [EVENT_NONE] = { "none", LEVEL_DEBUG, 0, NULL, NULL, NULL, "" },
    [EVENT_HELLO] = { "hello", LEVEL_NOTICE, F_PID, NULL, "life", "version", "primer %t: %w life, pid %p" },
    [EVENT_STEP] = { "step", LEVEL_INFO, F_UNIT | F_STEP, "errno", "table", NULL, "step %S[ of %u]: %e" },
    [EVENT_BREAK] = { "break", LEVEL_ERROR, F_UNIT, NULL, NULL, "step", "stopped before step %t[ of %u]" },
    [EVENT_OPTION] = { "option", LEVEL_ERROR, 0, NULL, "nearest", "argument",
                       "unknown word on the command line: %t[; did you mean %w?]" },
    [EVENT_LOADED] = { "loaded", LEVEL_INFO, F_COUNT, NULL, NULL, NULL, "%n units loaded" },
    [EVENT_LOAD_FAILED] = { "load-failed", LEVEL_ERROR, 0, "errno", NULL, "why",
                            "no units loaded: %t[: %e]" },
    [EVENT_FINDING] = { "finding", LEVEL_DEBUG, F_UNIT, "line", "severity", "directive",
                        "%u, line %c: %w in %t" },
    [EVENT_UNCONFINED] = { "unconfined", LEVEL_INFO, F_UNIT, NULL, NULL, "directive",
                           "%u runs less confined than its file asks: %t is not honoured yet" },
    [EVENT_CYCLE] = { "cycle", LEVEL_ERROR, F_UNIT, NULL, NULL, "before",
                      "%u is not started: it is in an ordering cycle, and waits for itself by way of %t" },
    [EVENT_JOB] = { "job", LEVEL_DEBUG, F_UNIT, NULL, "job", "result", "%u: %w job %t" },
    [EVENT_STATE] = { "state", LEVEL_NOTICE, F_UNIT, NULL, "state", "result", "%u: %w[ (%t)]" },
    [EVENT_SPAWN] = { "spawn", LEVEL_INFO, F_UNIT | F_PID, NULL, "phase", NULL, "%u: pid %p forked[ (%w)]" },
    [EVENT_SPAWN_FAILED] = { "spawn-failed", LEVEL_ERROR, F_UNIT, "errno", "phase", NULL,
                             "%u: cannot fork[ for %w]: %e" },
    [EVENT_EXEC] = { "exec", LEVEL_DEBUG, F_UNIT | F_PID, NULL, "phase", NULL,
                     "%u: pid %p executes its program" },
    [EVENT_EXEC_FAILED] = { "exec-failed", LEVEL_ERROR, F_UNIT | F_PID | F_STEP, "errno", "hint", "program",
                            "%u: EXEC: step \"%S\" failed for %t: %e" },
    [EVENT_EXIT] = { "exit", LEVEL_INFO, F_UNIT | F_PID, "status", "phase", NULL,
                     "%u: pid %p[ (%w)] exited with status %c" },
    [EVENT_KILLED] = { "killed", LEVEL_INFO, F_UNIT | F_PID, "signal", "phase", NULL,
                       "%u: pid %p[ (%w)] was ended by SIG%s" },
    [EVENT_ADOPT] = { "adopt", LEVEL_INFO, F_UNIT | F_PID | F_PARENT | F_COUNT, NULL, "comm", NULL,
                      "orphan %p (%w)[ of %u] adopted[: its parent %P has ended]" },
    [EVENT_ORPHAN] = { "orphan", LEVEL_INFO, F_UNIT | F_PID | F_PARENT | F_COUNT, "code", "comm", "cause",
                       "orphan %p (%w)[ of %u] reaped" },
    [EVENT_NOTIFY] = { "notify", LEVEL_INFO, F_UNIT | F_PID, NULL, NULL, "message", "%u: pid %p says %t" },
    [EVENT_NOTIFY_REFUSED] = { "notify-refused", LEVEL_NOTICE, F_PID | F_UNIT, NULL, NULL, "why",
                               "notify message of pid %p[ for %u] refused: %t" },
    [EVENT_SIGNAL] = { "signal", LEVEL_NOTICE, F_PID, "signal", "act", NULL, "SIG%s from pid %p: %w" },
    [EVENT_KILL] = { "kill", LEVEL_INFO, F_UNIT | F_PID, "signal", "whom", NULL,
                     "%u: SIG%s to %w[, pid %p]" },
    [EVENT_RESTART] = { "restart", LEVEL_NOTICE, F_UNIT | F_COUNT, NULL, NULL, NULL,
                        "%u: will be started again (%n)" },
    [EVENT_REPORT] = { "report", LEVEL_ERROR, 0, "errno", "who", "what", "%w: %t[: %e]" },
    [EVENT_UP] = { "up", LEVEL_NOTICE, F_COUNT | F_UNIT, NULL, NULL, NULL, "up: %u is reached[, %n failed]" },
    [EVENT_IDLE] = { "idle", LEVEL_ERROR, 0, NULL, NULL, NULL,
                     "nothing is running and nothing is left to start" },
    [EVENT_STOPPING] = { "stopping", LEVEL_NOTICE, 0, NULL, "how", NULL, "going down: %w" },
    [EVENT_LEFT] = { "left", LEVEL_NOTICE, F_COUNT, "signal", NULL, NULL,
                     "SIG%s to what is left[: %n children of pid 1]" },
    [EVENT_STATUS] = { "status", LEVEL_NOTICE, F_COUNT, "code", "reason", NULL,
                       "status %c (%w[ by signal %n])" },
    [EVENT_GAP] = { "gap", LEVEL_ERROR, F_COUNT, NULL, NULL, NULL,
                    "%n events were lost here: the reader was too slow" },
};

enum event_level event_level(const struct event *e)
{
    /* On every end of a service it passes through here, mostly with nobody left to signal: where it ends is told. */
    if (e->kind == EVENT_STATE &&
        (strcmp(e->word, "stop-sigterm") == 0 || strcmp(e->word, "final-sigterm") == 0)) {
        return LEVEL_INFO;
    }
    if (e->kind == EVENT_STATE && !e->routine && e->text[0] != '\0' && strcmp(e->text, "success") != 0) {
        return LEVEL_ERROR; /* a state with a result that is not success is a failure */
    }
    if (e->kind == EVENT_STEP && e->code != 0) {
        return LEVEL_ERROR;
    }
    return kinds[e->kind].level;
}

const char *event_kind_name(enum event_kind kind)
{
    return kinds[kind].name;
}

static void add_errno(struct text *t, int err)
{
    if (err == 0) {
        text_add(t, "done");
        return;
    }
    text_add(t, errname(err));
    const char *words = errname_words(err);
    if (*words != '\0') {
        text_add(t, " (");
        text_add(t, words);
        text_char(t, ')');
    } else {
        text_char(t, ' ');
        text_i64(t, err);
    }
}

static void add_field(struct text *t, char field, const struct event *e)
{
    char name[12];
    switch (field) {
    case 'u': text_add(t, e->unit); break;
    case 'p': text_i64(t, e->pid); break;
    case 'P': text_i64(t, e->parent); break;
    case 'c': text_i64(t, e->code); break;
    case 's': text_add(t, signals_name(e->code, name)); break;
    case 'e': add_errno(t, e->code); break;
    case 'n': text_u64(t, e->count); break;
    case 'w': text_add(t, e->word); break;
    case 't': text_add(t, e->text); break;
    case 'S': text_add(t, e->step != NULL ? e->step->name : "?"); break;
    default: break;
    }
}

static bool field_is_empty(char field, const struct event *e)
{
    switch (field) {
    case 'u': return e->unit[0] == '\0';
    case 'w': return e->word[0] == '\0';
    case 't': return e->text[0] == '\0';
    case 'p': return e->pid == 0;
    case 'P': return e->parent == 0;
    case 'n': return e->count == 0;
    case 'e': return e->code == 0;
    default: return false;
    }
}

void event_sentence(const struct event *e, struct text *t)
{
    bool shown = true;
    for (const char *s = kinds[e->kind].sentence; *s != '\0'; s++) {
        if (*s == '[') {
            const char *field = strchr(s, '%');
            shown = field == NULL || !field_is_empty(field[1], e);
        } else if (*s == ']') {
            shown = true;
        } else if (shown && *s == '%') {
            add_field(t, *++s, e);
        } else if (shown) {
            text_char(t, *s);
        }
    }
    if (e->kind == EVENT_STEP && e->step != NULL && e->code != 0) {
        text_add(t, " — ");
        text_add(t, e->step->page);
    }
    if (e->advice != NULL) {
        text_add(t, "; ");
        text_add(t, e->advice);
    }
    if (e->merged) {
        text_add(t, " (and others: ");
        text_u64(t, e->count);
        text_add(t, " in all)");
    }
}

static void json_key(struct text *t, const char *key)
{
    text_char(t, ',');
    text_json(t, key);
    text_char(t, ':');
}

static void json_string(struct text *t, const char *key, const char *value)
{
    if (key != NULL && value[0] != '\0') {
        json_key(t, key);
        text_json(t, value);
    }
}

static void json_number(struct text *t, const char *key, int64_t value)
{
    json_key(t, key);
    text_i64(t, value);
}

/* An errno is shown as its name, a signal as its name, everything else as a number. */
static void json_code(struct text *t, const char *key, int code)
{
    char name[12];
    if (strcmp(key, "errno") == 0) {
        if (code != 0) {
            json_string(t, key, errname(code));
        }
    } else if (strcmp(key, "signal") == 0) {
        json_string(t, key, signals_name(code, name));
    } else {
        json_number(t, key, code);
    }
}

void event_json(const struct event *e, struct text *t)
{
    const struct kind *kind = &kinds[e->kind];
    text_add(t, "{\"seq\":");
    text_u64(t, e->seq);
    text_add(t, ",\"time\":");
    text_seconds(t, e->time_ns, 9);
    json_string(t, "event", kind->name);
    if (kind->fields & F_UNIT) {
        json_string(t, "unit", e->unit);
    }
    if ((kind->fields & F_PID) && e->pid != 0) {
        json_number(t, "pid", e->pid);
    }
    if ((kind->fields & F_PARENT) && e->parent != 0) {
        json_number(t, "parent", e->parent);
    }
    if ((kind->fields & F_STEP) && e->step != NULL) {
        json_string(t, "step", e->step->name);
    }
    json_string(t, kind->word, e->word);
    json_string(t, kind->text, e->text);
    if (kind->code != NULL) {
        json_code(t, kind->code, e->code);
    }
    if (kind->fields & F_COUNT) {
        json_number(t, "count", e->count);
    }
    if (e->advice != NULL) {
        json_string(t, "advice", e->advice);
    }
    text_char(t, '}');
}
