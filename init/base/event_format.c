/*
 * event_format: an event as a sentence for people and as a JSON object for programs, both by its kind's row.
 */
#include "base/clock.h"
#include "base/errname.h"
#include "base/event.h"
#include "base/event_kinds.h"
#include "base/signals.h"

#include <stddef.h>
#include <string.h>

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
    if ((e->kind == EVENT_STEP && e->code != 0) || (e->kind == EVENT_JOB && e->advice != NULL)) {
        return LEVEL_ERROR;
    }
    return event_kinds[e->kind].level;
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
    for (const char *s = event_kinds[e->kind].sentence; *s != '\0'; s++) {
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
    const struct event_kind_row *kind = &event_kinds[e->kind];
    text_add(t, "{\"seq\":");
    text_u64(t, e->seq);
    text_add(t, ",\"time\":");
    text_seconds(t, e->time_ns, 9);
    json_string(t, "event", kind->name);
    if (kind->fields & HAS_UNIT) {
        json_string(t, "unit", e->unit);
    }
    if ((kind->fields & HAS_PID) && e->pid != 0) {
        json_number(t, "pid", e->pid);
    }
    if ((kind->fields & HAS_PARENT) && e->parent != 0) {
        json_number(t, "parent", e->parent);
    }
    if ((kind->fields & HAS_STEP) && e->step != NULL) {
        json_string(t, "step", e->step->name);
    }
    json_string(t, kind->word, e->word);
    json_string(t, kind->text, e->text);
    if (kind->code != NULL) {
        json_code(t, kind->code, e->code);
    }
    if (kind->fields & HAS_COUNT) {
        json_number(t, "count", e->count);
    }
    if ((kind->fields & HAS_ENDED_BY) && e->count != 0) {
        json_code(t, "signal", (int)e->count);
    }
    if (e->advice != NULL) {
        json_string(t, "advice", e->advice);
    }
    text_char(t, '}');
}
