/*
 * line: splits lines into words as the kernel's gen_init_cpio does, on blanks, with quotes as the one
 * addition: a word that begins with '"' would be a strange name there.
 */
#include "line.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define BLANKS " \t\r\n"

/* One escape of a quoted word at TEXT, behind the backslash. Returns its size, 0 when it is none. */
static size_t escape(const char *text, char *byte)
{
    static const char names[] = "abfnrtv\\\"$", bytes[] = "\a\b\f\n\r\t\v\\\"$";
    const char *name = text[0] ? strchr(names, text[0]) : NULL;
    size_t prefix = text[0] == 'x', size = 0;
    char digits[4] = { 0 };

    if (name) {
        *byte = bytes[name - names];
        return 1;
    }
    size_t most = prefix ? 2 : 3;
    const char *allowed = prefix ? "0123456789abcdefABCDEF" : "01234567";
    while (size < most && text[prefix + size] && strchr(allowed, text[prefix + size])) {
        digits[size] = text[prefix + size];
        size++;
    }
    unsigned long value = strtoul(digits, NULL, prefix ? 16 : 8);
    *byte = (char)value;
    return value > 0 && value < 256 ? prefix + size : 0; /* no name has a NUL */
}

/* The value of the variable in "{NAME}" at TEXT; *SIZE becomes the size of that. NULL after an error. */
static const char *variable(const struct line *line, const char *text, size_t *size)
{
    const char *end = strchr(text, '}');

    if (!end) {
        say_error(line->place, "\"$%s\" has no closing brace", text);
        return NULL;
    }
    const char *name = mem_string(text + 1, (size_t)(end - text - 1));
    const char *value = getenv(name);
    if (!value)
        say_error(line->place, "the environment variable %s is not set; set it, or write the path out", name);
    *size = (size_t)(end - text) + 1;
    return value;
}

/* Puts the variable at TEXT, behind the '$', after the LENGTH bytes of *WORD, which gets room for it and
 * for all that follows. Returns the variable's size in TEXT, or -EINVAL. */
static ssize_t add_variable(const struct line *line, const char *text, char **word, size_t *length)
{
    size_t size;
    const char *value = variable(line, text, &size);

    if (!value)
        return -EINVAL;
    char *longer = mem_new(*length + strlen(value) + strlen(text) + 1);
    memcpy(longer, *word, *length);
    memcpy(longer + *length, value, strlen(value) + 1);
    *word = longer;
    *length += strlen(value);
    return (ssize_t)size;
}

/* What ends at TEXT is a word's end, QUOTED or not. */
static int check_end(const struct line *line, const char *text, bool quoted)
{
    if (quoted && *text != '"') {
        say_error(line->place, "a quoted word has no closing quote");
        return -EINVAL;
    }
    if (quoted && text[1] && !strchr(BLANKS, text[1])) {
        say_error(line->place, "something follows a closing quote without a blank");
        return -EINVAL;
    }
    return 0;
}

int line_word(struct line *line, bool variables, const char **word)
{
    char *text = line->at + strspn(line->at, BLANKS);
    char *result = mem_new(strlen(text) + 1);
    bool quoted = *text == '"';
    size_t length = 0;

    *word = NULL;
    if (!*text)
        return 0;
    for (text += quoted; *text && (quoted ? *text != '"' : !strchr(BLANKS, *text)); text++) {
        if (variables && text[0] == '$' && text[1] == '{') {
            ssize_t size = add_variable(line, text + 1, &result, &length);
            if (size < 0)
                return -EINVAL;
            text += size;
        } else if (quoted && *text == '\\') {
            size_t size = escape(text + 1, &result[length++]);
            if (size == 0) {
                say_error(line->place, "\"\\%.1s\" is no escape; a backslash in quotes is written \\\\",
                          text + 1);
                return -EINVAL;
            }
            text += size;
        } else {
            result[length++] = *text;
        }
    }
    if (check_end(line, text, quoted) < 0)
        return -EINVAL;
    result[length] = '\0';
    line->at = text + quoted;
    *word = result;
    return 0;
}

int line_number(const struct line *line, const char *word, const char *what, int base, unsigned long max,
                unsigned *number)
{
    char *end;

    errno = 0;
    unsigned long value = strtoul(word, &end, base);
    if (!isdigit((unsigned char)word[0]) || *end || errno || value > max) {
        say_error(line->place, "\"%s\" is no %s: that is %s number, at most %s", word, what,
                  base == 8 ? "an octal" : "a decimal", mem_text(base == 8 ? "%lo" : "%lu", max));
        return -EINVAL;
    }
    *number = (unsigned)value;
    return 0;
}
