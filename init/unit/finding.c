#include "unit/finding.h"

#include "unit/directive.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>

enum { SENTENCE_SIZE = 512 };

ref finding_path(struct loader *l, struct entry *file)
{
    if (file->path == 0) {
        size_t parent = strlen(file->parent);
        size_t name = strlen(file->name);
        char *path = arena_take(&l->arena, parent + 1 + name + 1);
        memcpy(path, file->parent, parent);
        path[parent] = '/';
        memcpy(path + parent + 1, file->name, name);
        file->path = pool_string_n(&l->pool, path, parent + 1 + name);
    }
    return file->path;
}

static void add(const struct assignment *a, enum severity severity, const char *sentence)
{
    struct loader *l = a->loader;
    if (severity == FINDING_ERROR && a->draft != NULL) {
        a->draft->flags |= UNIT_BAD;
    }
    if (severity != FINDING_UNCONFINED && l->findings_of_unit++ >= FINDINGS_PER_UNIT) {
        if (l->findings_of_unit > FINDINGS_PER_UNIT + 1) {
            return;
        }
        sentence = "there is more to say about this unit, which is left out";
    }
    struct finding *f = vec_add(&l->arena, &l->findings, sizeof *f);
    *f = (struct finding){
        .unit = a->draft != NULL ? a->draft->index : UINT32_MAX,
        .line = a->line,
        .path = a->file != NULL ? finding_path(l, a->file) : 0,
        .directive = a->row != NULL ? pool_string(&l->pool, a->row->name) : 0,
        .sentence = pool_string(&l->pool, sentence),
        .severity = severity,
    };
}

/* The parts of a sentence; control characters in them become question marks. */
static void join(struct text *t, va_list parts)
{
    const char *part;
    while ((part = va_arg(parts, const char *)) != NULL) {
        text_add(t, part);
    }
    for (size_t i = 0; i < t->len; i++) {
        unsigned char c = (unsigned char)t->at[i];
        if (c < ' ' || c == 0x7f) {
            t->at[i] = '?';
        }
    }
}

void finding_add(const struct assignment *a, enum severity severity, ...)
{
    char sentence[SENTENCE_SIZE] = "";
    struct text t = TEXT_OVER(sentence);
    va_list parts;
    va_start(parts, severity);
    join(&t, parts);
    va_end(parts);
    add(a, severity, sentence);
}

void finding_value(const struct assignment *a, ...)
{
    char sentence[SENTENCE_SIZE] = "";
    struct text t = TEXT_OVER(sentence);
    va_list parts;
    va_start(parts, a);
    join(&t, parts);
    va_end(parts);
    bool error = a->strict || a->vital;
    text_add(&t, error ? "" : "; the line is ignored");
    add(a, error ? FINDING_ERROR : FINDING_WARNING, sentence);
}
