/*
 * pages: fills the manual's pages from primer's own tables, so that nothing is described twice.
 *
 *   pages fill PAGE     prints PAGE; in place of each frame, a line .\" @NAME@, stands the list that NAME names
 *   pages directives    prints the directives, a line each: section, name and what primer does with it
 *
 * It is built with the rooms and runs on the host that builds them; it is no part of primer. Lists are mdoc(7).
 */
#include "base/event_kinds.h"
#include "ctl/ctl.h"
#include "unit/directive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* S as running text: a backslash, and a dot or apostrophe at the start of a line, would be commands to mdoc(7). */
static void put_text(const char *s)
{
    for (; *s != '\0'; s++) {
        fputs(*s == '\\' ? "\\e" : (char[]){ *s, '\0' }, stdout);
    }
}

/* --- directives ---------------------------------------------------------------------------------------- */

static const char *const verdicts[] = {
    [HONOURED] = "honoured",
    [REFUSED] = "without effect, and told",
    [IGNORED] = "without effect",
};

static void put_directive(const struct directive *row)
{
    printf(".It Ic %s Ns =\n\\&", row->name);
    put_text(row->help);
    if (row->status != HONOURED) {
        printf(" (%s: ",
               (row->flags & PROTECTS) != 0 ? "the service runs less confined" : verdicts[row->status]);
        put_text(row->because);
        putchar(')');
    }
    putchar('\n');
}

/* Calls PUT for the rows of SECTION, those that are honoured first. */
static void each_directive(unsigned section, void (*put)(const struct directive *row))
{
    for (unsigned status = HONOURED; status <= IGNORED; status++) {
        for (unsigned t = 0; directive_tables[t] != NULL; t++) {
            for (unsigned i = 0; i < directive_tables[t]->count; i++) {
                const struct directive *row = &directive_tables[t]->rows[i];
                if (row->section == section && row->status == status) {
                    put(row);
                }
            }
        }
    }
}

static void put_directives(void)
{
    for (unsigned section = 0; section < SECTIONS; section++) {
        printf(".Ss The section %s\n.Bl -tag -width Ds -compact\n", directive_sections[section]);
        each_directive(section, put_directive);
        printf(".El\n");
    }
}

static void put_name(const struct directive *row)
{
    if (row->help == NULL) {
        fprintf(stderr, "pages: nothing says what %s= does\n", row->name);
        exit(1);
    }
    printf("[%s] %s: %s\n", directive_sections[row->section], row->name, verdicts[row->status]);
}

/* --- events -------------------------------------------------------------------------------------------- */

static const char *const levels[] = {
    [LEVEL_ERROR] = "error", [LEVEL_NOTICE] = "notice", [LEVEL_INFO] = "info", [LEVEL_DEBUG] = "debug"
};

/* The key under which a program finds what a sentence shows as %FIELD. */
static const char *key_of(const struct event_kind_row *kind, char field)
{
    switch (field) {
    case 'u': return "unit";
    case 'p': return "pid";
    case 'P': return "parent";
    case 'S': return "step";
    case 'n': return "count";
    case 'c':
    case 's':
    case 'e': return kind->code;
    case 'w': return kind->word;
    case 't': return kind->text;
    default: return NULL;
    }
}

/* The sentence with keys for its fields. What stands in brackets is not always there. */
static void put_sentence(const struct event_kind_row *kind)
{
    for (const char *s = kind->sentence; *s != '\0'; s++) {
        if (*s != '%') {
            put_text((char[]){ *s, '\0' });
            continue;
        }
        printf("\\fI%s\\fP", key_of(kind, *++s));
    }
}

static void put_keys(const struct event_kind_row *kind)
{
    const char *const keys[] = {
        (kind->fields & HAS_UNIT) != 0 ? "unit" : NULL,
        (kind->fields & HAS_PID) != 0 ? "pid" : NULL,
        (kind->fields & HAS_PARENT) != 0 ? "parent" : NULL,
        (kind->fields & HAS_STEP) != 0 ? "step" : NULL,
        kind->word,
        kind->text,
        kind->code,
        (kind->fields & HAS_COUNT) != 0 ? "count" : NULL,
        (kind->fields & HAS_ENDED_BY) != 0 ? "signal" : NULL,
    };
    const char *between = "\n.br\n.Va ";
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i] != NULL) {
            printf("%s%s", between, keys[i]);
            between = " , ";
        }
    }
}

static void put_events(void)
{
    printf(".Bl -tag -width Ds\n");
    for (unsigned k = EVENT_NONE + 1; k < EVENT_KINDS; k++) {
        const struct event_kind_row *kind = &event_kinds[k];
        printf(".It Cm %s Pq %s\n", kind->name, levels[kind->level]);
        printf(".Dq ");
        put_sentence(kind);
        put_keys(kind);
        putchar('\n');
    }
    printf(".El\n");
}

/* --- primerctl ----------------------------------------------------------------------------------------- */

static void put_verbs(void)
{
    printf(".Bl -tag -width Ds\n");
    for (unsigned i = 0; i < ctl_verb_count; i++) {
        int name = (int)strcspn(ctl_verbs[i].usage, " ");
        printf(".It Cm %.*s", name, ctl_verbs[i].usage);
        if (ctl_verbs[i].usage[name] != '\0') {
            printf(" Ar ");
            put_text(ctl_verbs[i].usage + name + 1);
        }
        printf("\n\\&");
        put_text(ctl_verbs[i].help);
        putchar('\n');
    }
    printf(".El\n");
}

static void put_options(void)
{
    printf(".Bl -tag -width Ds\n");
    for (unsigned i = 0; i < ctl_option_count; i++) {
        printf(".It Fl %s", ctl_options[i].name + 1);
        if (ctl_options[i].value != NULL) {
            printf(" Ar ");
            put_text(ctl_options[i].value);
        }
        printf("\n\\&");
        put_text(ctl_options[i].help);
        putchar('\n');
    }
    printf(".El\n");
}

/* --- the program --------------------------------------------------------------------------------------- */

static const struct frame {
    const char *line;
    void (*put)(void);
} frames[] = {
    { ".\\\" @DIRECTIVES@\n", put_directives },
    { ".\\\" @EVENTS@\n", put_events },
    { ".\\\" @VERBS@\n", put_verbs },
    { ".\\\" @OPTIONS@\n", put_options },
};

static void put_line(const char *line)
{
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        if (strcmp(frames[i].line, line) == 0) {
            frames[i].put();
            return;
        }
    }
    fputs(line, stdout);
}

static int fill(const char *page)
{
    char line[4096];
    FILE *f = fopen(page, "re");
    if (f == NULL) {
        fprintf(stderr, "pages: %s: %s\n", page, strerror(errno));
        return 1;
    }
    while (fgets(line, sizeof line, f) != NULL) {
        put_line(line);
    }
    return fclose(f) != 0 || fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "fill") == 0) {
        return fill(argv[2]);
    }
    if (argc == 2 && strcmp(argv[1], "directives") == 0) {
        for (unsigned section = 0; section < SECTIONS; section++) {
            each_directive(section, put_name);
        }
        return fflush(stdout) != 0;
    }
    fprintf(stderr, "usage: pages fill PAGE | pages directives\n");
    return 2;
}
