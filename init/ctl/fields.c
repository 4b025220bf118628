#include "ctl/fields.h"

#include <string.h>

static void record_key(struct text *t, const char *key, char kind)
{
    if (t->len > 0) {
        text_char(t, '\t');
    }
    text_add(t, key);
    text_char(t, kind);
}

void record_put(struct text *t, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0' || t->len + strlen(key) + 3 > t->size) {
        return;
    }
    record_key(t, key, '=');
    char *from = t->at + t->len;
    text_copy(from, t->size - t->len, value);
    for (; *from != '\0'; from++) {
        *from = (unsigned char)*from < ' ' ? ' ' : *from;
    }
    t->len = (size_t)(from - t->at);
}

void record_number(struct text *t, const char *key, int64_t value)
{
    record_key(t, key, ':');
    text_i64(t, value);
}

void record_time(struct text *t, const char *key, uint64_t time_ns)
{
    if (time_ns != 0) {
        record_key(t, key, ':');
        text_seconds(t, time_ns, 6);
    }
}

struct field talk_field(const char *line, const char *key)
{
    size_t len = strlen(key);
    while (*line != '\0') {
        size_t whole = strcspn(line, "\t");
        if (whole > len && strncmp(line, key, len) == 0 && (line[len] == '=' || line[len] == ':')) {
            return (struct field){ line + len + 1, whole - len - 1 };
        }
        line += whole + (line[whole] == '\t');
    }
    return (struct field){ line, 0 };
}

bool talk_is(const char *line, const char *key, const char *value)
{
    struct field field = talk_field(line, key);
    return field.len == strlen(value) && memcmp(field.at, value, field.len) == 0;
}
