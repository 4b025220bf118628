#include "ctl/show.h"

#include "base/clock.h"
#include "base/errname.h"
#include "base/fd.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TOLD_MAX = 256 << 20, COLUMNS = 8, SHOW_LINE = 64 << 10, ERRNO_LAST = 133 };

void show_keep(void *context, const char *line)
{
    struct told *told = context;
    size_t len = strlen(line) + 1;
    if (told->at == NULL) {
        told->at = mmap(NULL, TOLD_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                        -1, 0);
        told->at = told->at == MAP_FAILED ? NULL : told->at;
    }
    if (told->at != NULL && told->len + len <= TOLD_MAX) {
        memcpy(told->at + told->len, line, len);
        told->len += len;
    }
}

const char *told_next(const struct told *told, const char *line)
{
    const char *next = line == NULL ? told->at : line + strlen(line) + 1;
    return next == NULL || next >= told->at + told->len ? NULL : next;
}

const char *told_unit(const struct told *told, const char *name)
{
    const char *line = told_next(told, NULL);
    while (line != NULL && !talk_is(line, "unit", name)) {
        line = told_next(told, line);
    }
    return line == NULL ? "" : line;
}

static void print(const char *s, size_t len)
{
    fd_write_all(STDOUT_FILENO, s, len);
}

void show_text(const char *s)
{
    print(s, strlen(s));
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static void put_json(struct text *t, const char *line)
{
    const char *between = "";
    while (*line != '\0') {
        size_t whole = strcspn(line, "\t");
        size_t key = strcspn(line, "=:");
        static char value[SHOW_LINE]; /* zero pages, until it is called */
        text_add(t, between);
        text_char(t, '"');
        text_add_n(t, line, key);
        text_add(t, "\":");
        struct text v = TEXT_OVER(value);
        v.at[0] = '\0';
        text_add_n(&v, line + key + 1, whole - key - 1);
        if (line[key] == ':') {
            text_add(t, value);
        } else {
            text_json(t, value);
        }
        between = ",";
        line += whole + (line[whole] == '\t');
    }
}

static void show_json_record(const char *line, const char *end)
{
    static char json[2 * SHOW_LINE];
    struct text t = TEXT_OVER(json);
    put_json(&t, line);
    text_add(&t, end);
    print(json, t.len);
}

void show_object(const char *line)
{
    show_text("{");
    show_json_record(line, "}\n");
}

static bool is_event(const char *line)
{
    return line[0] == '[' || line[0] == '{';
}

/* As LIST, the lines from FROM on that IS_ONE. */
static void print_json_list(const struct told *told, const char *name, bool events)
{
    const char *between = "";
    show_text(",\"");
    show_text(name);
    show_text("\":[");
    for (const char *line = told_next(told, told_next(told, NULL)); line != NULL;
         line = told_next(told, line)) {
        bool finding = talk_field(line, "finding").len > 0 || talk_field(line, "unit").len > 0;
        if (events ? !is_event(line) : !finding || is_event(line)) {
            continue;
        }
        show_text(between);
        if (events) {
            show_text(line);
        } else {
            show_text("{");
            show_json_record(line, "}");
        }
        between = ",";
    }
    show_text("]");
}

void show_mark(const struct ctl *c, struct text *t, const char *line)
{
    bool failed = talk_is(line, "active", "failed");
    bool active = talk_is(line, "active", "active");
    const char *colour = failed ? "\033[31m" : active ? "\033[32m" : NULL;
    text_add(t, c->colour && colour != NULL ? colour : "");
    text_add(t, failed ? "×" : active ? "●" : "○");
    text_add(t, c->colour && colour != NULL ? "\033[0m " : " ");
}

/* --- tables ------------------------------------------------------------------------------------------- */

static void put_padded(struct text *t, const char *s, size_t len, size_t width)
{
    text_add_n(t, s, len);
    for (size_t i = len; i < width; i++) {
        text_char(t, ' ');
    }
}

/* A row on a terminal is cut to its width, though not within a character of UTF-8. */
static void print_row(const struct ctl *c, const char *line, const char *const *columns,
                      const size_t widths[COLUMNS], bool failed)
{
    char row[2 * TALK_LINE] = "";
    struct text t = TEXT_OVER(row);
    for (unsigned i = 0; columns[i] != NULL; i++) {
        struct field f = line == NULL ? (struct field){ columns[i], strlen(columns[i]) }
                                      : talk_field(line, columns[i]);
        bool last = columns[i + 1] == NULL;
        put_padded(&t, f.at, f.len, last || !c->terminal ? 0 : widths[i] + 2);
        if (!last && !c->terminal) {
            text_char(&t, '\t');
        }
    }
    while (c->width > 0 && t.len > c->width) {
        t.len--;
        while (t.len > 0 && (row[t.len] & 0xc0) == 0x80) {
            t.len--;
        }
    }
    show_text(failed && c->colour ? "\033[31m" : "");
    print(row, t.len);
    show_text(failed && c->colour ? "\033[0m\n" : "\n");
}

void show_table(const struct ctl *c, const struct told *told, const char *const *columns)
{
    size_t widths[COLUMNS] = { 0 };
    for (const char *line = told_next(told, NULL); line != NULL; line = told_next(told, line)) {
        for (unsigned i = 0; columns[i] != NULL; i++) {
            size_t len = talk_field(line, columns[i]).len;
            len = len < strlen(columns[i]) ? strlen(columns[i]) : len;
            widths[i] = len > widths[i] ? len : widths[i];
        }
    }
    if (c->terminal && !c->json && told->at != NULL) {
        print_row(c, NULL, columns, widths, false);
    }
    for (int failed = 1; failed >= 0; failed--) {
        for (const char *line = told_next(told, NULL); line != NULL; line = told_next(told, line)) {
            if (talk_is(line, "active", "failed") != failed) {
                continue;
            }
            if (c->json) {
                show_object(line);
            } else {
                print_row(c, line, columns, widths, failed);
            }
        }
    }
}

/* --- one unit ----------------------------------------------------------------------------------------- */

/* What a value means, where it does not say so itself. */
static void put_meaning(struct text *t, const char *line, const char *key, size_t len)
{
    if (strncmp(key, "since", len) == 0 || strncmp(key, "up", len) == 0) {
        text_add(t, " s after the boot");
    }
    for (int error = 1; error <= ERRNO_LAST && strncmp(key, "errno", len) == 0; error++) {
        if (talk_is(line, "errno", errname(error))) {
            text_add(t, " (");
            text_add(t, errname_words(error));
            text_char(t, ')');
            break;
        }
    }
}

static void print_fields(const struct ctl *c, const char *line)
{
    bool failed = talk_is(line, "active", "failed");
    for (const char *at = line; *at != '\0';) {
        char row[2 * TALK_LINE] = "";
        struct text t = TEXT_OVER(row);
        size_t whole = strcspn(at, "\t");
        size_t key = strcspn(at, "=:");
        bool red = c->colour && failed && (strncmp(at, "active", key) == 0);
        for (size_t i = key; i < 14; i++) {
            text_char(&t, ' ');
        }
        text_add_n(&t, at, key);
        text_add(&t, red ? ": \033[31m" : ": ");
        text_add_n(&t, at + key + 1, whole - key - 1);
        put_meaning(&t, line, at, key);
        text_add(&t, red ? "\033[0m\n" : "\n");
        print(row, t.len);
        at += whole + (at[whole] == '\t');
    }
}

/* PATH:LINE: SEVERITY: SENTENCE, as compilers say it. */
static void print_finding(const char *line)
{
    static const char *const parts[] = { "path", "line", "finding", "sentence" };
    char row[2 * TALK_LINE] = "";
    struct text t = TEXT_OVER(row);
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct field f = talk_field(line, parts[i]);
        text_add(&t, i == 0 ? "" : i == 1 ? ":" : ": ");
        text_add_n(&t, f.at, f.len);
    }
    text_char(&t, '\n');
    print(row, t.len);
}

void show_line(void *context, const char *line)
{
    (void)context;
    show_text(line);
    show_text("\n");
}

void show_status(const struct ctl *c, const struct told *told)
{
    const char *first = told_next(told, NULL);
    if (first == NULL) {
        return;
    }
    if (c->json) {
        const char *second = told_next(told, first);
        bool unit = talk_field(first, "unit").len > 0;
        show_text("{");
        show_json_record(first, "");
        if (unit && second != NULL && strncmp(second, "path=", 5) == 0) {
            show_text(",");
            show_json_record(second, "");
        }
        print_json_list(told, unit ? "findings" : "failed-units", false);
        if (unit) {
            print_json_list(told, "events", true);
        }
        show_text("}\n");
        return;
    }
    for (const char *line = first; line != NULL; line = told_next(told, line)) {
        if (is_event(line)) {
            show_line(NULL, line);
        } else if (talk_field(line, "finding").len > 0) {
            print_finding(line);
        } else {
            show_text(line != first && talk_field(line, "unit").len > 0 ? "\n" : "");
            print_fields(c, line);
        }
    }
}

void show_job(const char *unit, const char *end)
{
    static const char *const parts[][2] = {
        { "end", "" },         { "result", ", " }, { "status", ", status " }, { "signal", ", SIG" },
        { "step", ", step " }, { "errno", ": " },  { "hint", "; " }
    };
    char why[TALK_LINE] = "";
    struct text t = TEXT_OVER(why);
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct field f = talk_field(end, parts[i][0]);
        if (f.len > 0) {
            text_add(&t, parts[i][1]);
            text_add_n(&t, f.at, f.len);
        }
    }
    ctl_say(unit, why, 0);
}
