#include "ctl/long_option.h"

#include "base/fd.h"
#include "base/text.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { HELP_COLUMN = 30 };

int long_option_take(const struct long_option *rows, unsigned count, void *into, char **argv)
{
    for (unsigned i = 0; i < count; i++) {
        const struct long_option *o = &rows[i];
        size_t len = strlen(o->name);
        void *out = (char *)into + o->offset;
        if (strncmp(argv[0], o->name, len) != 0) {
            continue;
        }
        if (o->value == NULL && argv[0][len] == '\0') {
            *(bool *)out = true;
            return 1;
        }
        if (o->value != NULL && argv[0][len] == '=') {
            *(const char **)out = argv[0] + len + 1;
            return 1;
        }
        if (o->value != NULL && argv[0][len] == '\0' && argv[1] != NULL) {
            *(const char **)out = argv[1];
            return 2;
        }
    }
    return 0;
}

struct nearest long_option_nearest(const struct long_option *rows, unsigned count, const char *word)
{
    struct nearest nearest = { .word = word };
    for (unsigned i = 0; i < count; i++) {
        nearest_offer(&nearest, rows[i].name);
    }
    return nearest;
}

void long_option_row(const char *name, const char *args, const char *help)
{
    char line[512] = "";
    struct text t = TEXT_OVER(line);
    text_add(&t, "  ");
    text_add(&t, name);
    text_add(&t, args == NULL || args[0] == '\0' ? "" : " ");
    text_add(&t, args == NULL ? "" : args);
    do {
        text_char(&t, ' ');
    } while (t.len < HELP_COLUMN);
    text_add(&t, help);
    text_char(&t, '\n');
    fd_write_all(STDOUT_FILENO, line, t.len);
}

void long_option_help(const struct long_option *rows, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        long_option_row(rows[i].name, rows[i].value, rows[i].help);
    }
}
