#include "unit/manual.h"

#include "unit/directive.h"

#include "base/fd.h"
#include "base/text.h"

enum { ITEM_SIZE = 512 };

static const char *const verdicts[] = {
    [HONOURED] = "",
    [REFUSED] = "without effect, and told",
    [IGNORED] = "without effect",
};

/* S as running text: a backslash, and a dot or apostrophe at the start of a line, would be commands to mdoc(7). */
static void add_text(struct text *t, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '\\') {
            text_add(t, "\\e");
        } else {
            text_char(t, *s);
        }
    }
}

static int print_row(const struct directive *row, int fd)
{
    char item[ITEM_SIZE] = "";
    struct text t = TEXT_OVER(item);
    text_add(&t, ".It Ic ");
    text_add(&t, row->name);
    text_add(&t, " Ns =\n\\&");
    add_text(&t, row->help);
    if (row->status != HONOURED) {
        text_add(&t, " (");
        text_add(&t, (row->flags & PROTECTS) != 0 ? "the service runs less confined" : verdicts[row->status]);
        text_add(&t, ": ");
        add_text(&t, row->because);
        text_add(&t, ")");
    }
    text_add(&t, "\n");
    return fd_write_all(fd, item, t.len);
}

static int print_table(const struct directive_table *table, enum directive_section section,
                       enum directive_status status, int fd)
{
    int r = 0;
    for (unsigned i = 0; r == 0 && i < table->count; i++) {
        if (table->rows[i].section == section && table->rows[i].status == status) {
            r = print_row(&table->rows[i], fd);
        }
    }
    return r;
}

int manual_print_directives(int fd)
{
    int r = 0;
    for (unsigned section = 0; section < SECTIONS && r == 0; section++) {
        char title[ITEM_SIZE] = "";
        struct text t = TEXT_OVER(title);
        text_add(&t, ".Ss The section ");
        text_add(&t, directive_sections[section]);
        text_add(&t, "\n.Bl -tag -width Ds -compact\n");
        r = fd_write_all(fd, title, t.len);
        for (unsigned status = HONOURED; status <= IGNORED; status++) {
            for (unsigned i = 0; r == 0 && directive_tables[i] != NULL; i++) {
                r = print_table(directive_tables[i], section, status, fd);
            }
        }
        r = r < 0 ? r : fd_write_all(fd, ".El\n", 4);
    }
    return r;
}
