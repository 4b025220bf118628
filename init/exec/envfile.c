#include "exec/envfile.h"

#include "base/fd.h"
#include "base/glob.h"
#include "exec/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum state {
    LINE_START,
    COMMENT,
    COMMENT_ESCAPE,
    NAME,
    VALUE_START, /* behind "=", and behind a closing quote */
    VALUE,
    VALUE_ESCAPE,
    SINGLE_QUOTED,
    DOUBLE_QUOTED,
    DOUBLE_QUOTED_ESCAPE,
};

/*
 * One pass over the text, which writes the assignments over what it has read: a name loses its spaces and a value its
 * quotes, so that an assignment with its NUL is never longer than its line with its newline.
 */
struct parser {
    enum state state;
    char *out;           /* where the next character goes */
    char *assignment;    /* where this one began */
    char *trailing;      /* the first of the spaces that end the text so far, or NULL */
    struct vector *into; /* the environment */
};

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || is_newline(c);
}

static void put(struct parser *p, char c)
{
    if (!is_space(c)) {
        p->trailing = NULL;
    } else if (p->trailing == NULL) {
        p->trailing = p->out;
    }
    *p->out++ = c;
}

static void put_quoted(struct parser *p, char c)
{
    p->trailing = NULL;
    *p->out++ = c;
}

/* environ(7), and systemd's rule: letters, digits and "_", no digit first. */
static bool is_name(const char *name, const char *end)
{
    if (name == end || isdigit((unsigned char)*name)) {
        return false;
    }
    for (; name < end; name++) {
        if (!isalnum((unsigned char)*name) && *name != '_') {
            return false;
        }
    }
    return true;
}

static void begin_line(struct parser *p)
{
    p->state = LINE_START;
    p->out = p->assignment;
    p->trailing = NULL;
}

/* The name is over, and "=" follows. */
static void end_name(struct parser *p)
{
    if (p->trailing != NULL) {
        p->out = p->trailing;
    }
    p->trailing = NULL;
    *p->out++ = '=';
    p->state = VALUE_START;
}

/* The assignment is over. */
static int end_value(struct parser *p)
{
    int result = 0;
    if (p->trailing != NULL && p->state == VALUE) {
        p->out = p->trailing;
    }
    *p->out++ = '\0';
    if (is_name(p->assignment, strchr(p->assignment, '='))) {
        result = vector_assign(p->into, p->assignment);
        p->assignment = p->out;
    }
    begin_line(p);
    return result;
}

static void in_name(struct parser *p, char c)
{
    if (is_newline(c)) {
        begin_line(p); /* no "=" in it */
    } else if (c == '=') {
        end_name(p);
    } else {
        put(p, c);
    }
}

static int in_value(struct parser *p, char c)
{
    if (is_newline(c)) {
        return end_value(p);
    }
    if (c == '\\') {
        p->trailing = NULL;
        p->state = VALUE_ESCAPE;
    } else if (p->state == VALUE) {
        put(p, c);
    } else if (c == '\'') {
        p->state = SINGLE_QUOTED;
    } else if (c == '"') {
        p->state = DOUBLE_QUOTED;
    } else if (!is_space(c)) {
        p->state = VALUE;
        put(p, c);
    }
    return 0;
}

static void in_double_quotes(struct parser *p, char c)
{
    if (p->state == DOUBLE_QUOTED_ESCAPE) {
        p->state = DOUBLE_QUOTED;
        if (strchr("\"\\`$", c) == NULL && c != '\n') {
            put_quoted(p, '\\');
        }
        if (c != '\n') {
            put_quoted(p, c);
        }
    } else if (c == '\\') {
        p->state = DOUBLE_QUOTED_ESCAPE;
    } else if (c == '"') {
        p->state = VALUE_START;
    } else {
        put_quoted(p, c);
    }
}

static int take(struct parser *p, char c)
{
    switch (p->state) {
    case LINE_START:
        if (c == '#' || c == ';') {
            p->state = COMMENT;
        } else if (!is_space(c)) {
            p->state = NAME;
            put(p, c);
        }
        break;
    case COMMENT: p->state = c == '\\' ? COMMENT_ESCAPE : is_newline(c) ? LINE_START : COMMENT; break;
    case COMMENT_ESCAPE: p->state = COMMENT; break;
    case NAME: in_name(p, c); break;
    case VALUE_START:
    case VALUE: return in_value(p, c);
    case VALUE_ESCAPE:
        p->state = VALUE;
        if (!is_newline(c)) {
            put_quoted(p, c);
        }
        break;
    case SINGLE_QUOTED:
        if (c == '\'') {
            p->state = VALUE_START;
        } else {
            put_quoted(p, c);
        }
        break;
    case DOUBLE_QUOTED:
    case DOUBLE_QUOTED_ESCAPE: in_double_quotes(p, c); break;
    }
    return 0;
}

int envfile_parse(char *text, size_t len, struct vector *environment)
{
    struct parser p = { .state = LINE_START, .out = text, .assignment = text, .into = environment };
    int result = 0;
    for (size_t i = 0; i < len && result == 0; i++) {
        if (text[i] != '\0') {
            result = take(&p, text[i]);
        }
    }
    if (result == 0 && p.state >= VALUE_START) {
        result = end_value(&p); /* the last line has no newline; envfile_read left room for the NUL */
    }
    return result;
}

static int read_one(const char *path, struct vector *environment)
{
    char *text = malloc(ENVFILE_MAX + 2);
    if (text == NULL) {
        return -ENOMEM;
    }
    ssize_t len = fd_read_file(AT_FDCWD, path, text, ENVFILE_MAX + 1);
    if (len < 0) {
        free(text);
        return (int)len;
    }
    return envfile_parse(text, (size_t)len, environment);
}

int envfile_read(const char *path, struct vector *environment)
{
    const char *room[16];
    struct vector files = VECTOR_OVER(room, false);
    if (!glob_is_one(path)) {
        return read_one(path, environment);
    }
    int result = pattern_expand(path, &files);
    if (result == 0 && files.count == 0) {
        result = -ENOENT;
    }
    for (size_t i = 0; i < files.count && result == 0; i++) {
        result = read_one(files.at[i], environment);
    }
    return result;
}
