/*
 * say: errors and warnings on stderr, and words of manifests. Relies on stdio; never ends the program.
 */
#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

static unsigned errors;

static void tell(struct place place, const char *kind, const char *format, va_list args)
{
    fflush(stdout);
    if (place.file)
        fprintf(stderr, "%s:%u: ", place.file, place.line);
    else
        fputs("primer-pack: ", stderr);
    fputs(kind, stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void say_error(struct place place, const char *format, ...)
{
    va_list args;

    errors++;
    va_start(args, format);
    tell(place, "", format, args);
    va_end(args);
}

void say_warning(struct place place, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(place, "warning: ", format, args);
    va_end(args);
}

unsigned say_errors(void)
{
    return errors;
}

/* Blanks and control characters end or hide a word, '"' begins a quoted one, '#' a comment, and "${" a
 * variable. A backslash outside quotes is only a backslash. */
static bool needs_quotes(const char *text)
{
    if (text[0] == '\0' || text[0] == '"' || text[0] == '#' || strstr(text, "${"))
        return true;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c <= ' ' || *c == 0x7f)
            return true;
    }
    return false;
}

void say_word(FILE *out, const char *text)
{
    if (!needs_quotes(text)) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\' || *c == '$')
            fprintf(out, "\\%c", *c);
        else if (*c < ' ' || *c == 0x7f)
            fprintf(out, "\\x%02x", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}
