#include "unit/lexer.h"

#include "unit/utf8.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void lexer_open(struct lexer *x, struct arena *arena, const char *text, size_t size)
{
    char *buf = x->buf;
    size_t room = x->room;
    *x = (struct lexer){ .arena = arena, .at = text, .end = text + size, .buf = buf, .room = room };
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        x->at += 3; /* a byte order mark */
    }
}

static unsigned end_of_line_kind(char c)
{
    return c == '\n' ? 1 : c == '\r' ? 2 : c == '\0' ? 4 : 0;
}

/*
 * One line without its end. As systemd's read_line: a newline, a carriage return and a NUL end a line each, and
 * directly behind each other, each kind once, they end the same one.
 */
static bool next_line(struct lexer *x, const char **start, size_t *len)
{
    if (x->at == x->end) {
        return false;
    }
    const char *at = x->at;
    while (at < x->end && end_of_line_kind(*at) == 0) {
        at++;
    }
    *start = x->at;
    *len = (size_t)(at - x->at);
    unsigned seen = 0;
    while (at < x->end && end_of_line_kind(*at) != 0 && (end_of_line_kind(*at) & seen) == 0) {
        seen |= end_of_line_kind(*at);
        at++;
    }
    x->at = at;
    x->line++;
    return true;
}

static bool is_comment(const char *line, size_t len)
{
    size_t i = 0;
    while (i < len && is_blank(line[i])) {
        i++;
    }
    return i < len && (line[i] == '#' || line[i] == ';');
}

static void append(struct lexer *x, const char *bytes, size_t n)
{
    if (x->len + n + 1 > x->room) {
        size_t room = x->room == 0 ? 1024 : x->room;
        while (room < x->len + n + 1) {
            room *= 2;
        }
        char *buf = arena_take(x->arena, room);
        if (x->len > 0) {
            memcpy(buf, x->buf, x->len);
        }
        x->buf = buf;
        x->room = room;
    }
    memcpy(x->buf + x->len, bytes, n);
    x->len += n;
    x->buf[x->len] = '\0';
}

/* A backslash stands at the end, and no other one takes its meaning: their number is odd. */
static bool is_continued(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && s[len - 1 - n] == '\\') {
        n++;
    }
    return n % 2 == 1;
}

static char *strip(char *s, char *end)
{
    while (end > s && is_blank(end[-1])) {
        end--;
    }
    *end = '\0';
    while (is_blank(*s)) {
        s++;
    }
    return s;
}

static void split_section(struct statement *out, char *line, size_t len)
{
    if (line[len - 1] != ']') {
        out->kind = STATEMENT_BROKEN;
        out->problem = "a section's name ends with \"]\"";
        return;
    }
    line[len - 1] = '\0';
    out->kind = STATEMENT_SECTION;
    out->key = line + 1;
    for (const char *c = out->key; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '\\' || *c == '"' || *c == '\'') {
            out->kind = STATEMENT_BROKEN;
            out->problem = "a section's name has a character that cannot be in one";
        }
    }
}

/* Takes the stripped statement in x->buf apart. False: there is nothing in it. */
static bool split(struct lexer *x, struct statement *out)
{
    char *line = strip(x->buf, x->buf + x->len);
    size_t len = strlen(line);
    if (len == 0) {
        return false;
    }
    if (!utf8_is_valid(line, len)) {
        out->kind = STATEMENT_BROKEN;
        out->problem = "this line is not UTF-8 text";
        return true;
    }
    if (line[0] == '[') {
        split_section(out, line, len);
        return true;
    }
    char *equals = strchr(line, '=');
    if (equals == NULL || equals == line) {
        out->kind = STATEMENT_WRONG;
        out->problem = equals == NULL ? "this line has no \"=\"" : "this line has no name before its \"=\"";
        return true;
    }
    out->kind = STATEMENT_ASSIGNMENT;
    out->key = strip(line, equals);
    out->value = strip(equals + 1, line + len);
    return true;
}

static bool too_long(struct lexer *x, struct statement *out)
{
    x->at = x->end;
    out->kind = STATEMENT_BROKEN;
    out->line = x->line;
    out->problem = "this line is longer than 1 MiB";
    return true;
}

bool lexer_next(struct lexer *x, struct statement *out)
{
    *out = (struct statement){ 0 };
    x->len = 0;
    const char *line;
    size_t len;
    bool continued = false;
    while (next_line(x, &line, &len)) {
        if (is_comment(line, len)) {
            continue;
        }
        if (!continued) {
            out->line = x->line;
            x->len = 0;
        }
        if (x->len + len > LINE_MAX_BYTES) {
            return too_long(x, out);
        }
        append(x, line, len);
        continued = is_continued(line, len);
        if (continued) {
            x->buf[x->len - 1] = ' ';
            continue;
        }
        if (split(x, out)) {
            return true;
        }
    }
    return continued && split(x, out);
}
