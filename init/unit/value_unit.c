#include "unit/value.h"

#include "unit/edges.h"
#include "unit/finding.h"
#include "unit/names.h"
#include "unit/specifier.h"
#include "unit/word.h"

#include <string.h>

void value_description(struct assignment *a, char *value)
{
    const char *text = specifier_expand(a, value, false);
    if (text != NULL) {
        a->draft->description = *text == '\0' ? 0 : pool_string(&a->loader->pool, text);
    }
}

void value_default_dependencies(struct assignment *a, char *value)
{
    int on = value_bool(value);
    if (on < 0) {
        finding_value(a, "\"", value, "\" is neither yes nor no", NULL);
        return;
    }
    a->draft->no_default_dependencies = on == 0;
}

void value_units(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    char *word;
    while (word_next(&words, WORD_RETAIN_ESCAPE, &word) > 0) {
        const char *name = specifier_expand(a, word, true);
        if (name != NULL) {
            edges_add_name(a, a->row->which, name);
        }
    }
}
