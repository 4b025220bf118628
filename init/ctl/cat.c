/*
 * cat: unit files with their drop-ins, as the loader reads them, each below a line that says where it is.
 */
#include "ctl/units.h"

#include "base/fd.h"
#include "unit/draft.h"

#include <string.h>
#include <unistd.h>

struct reader {
    const struct ctl *c;
    const char *unit;
    bool hides; /* values of variables are for root alone, even where everybody may read the file */
    unsigned files;
};

static const char *behind_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

static bool sets_variables(const char *line)
{
    static const char key[] = "Environment";
    line = behind_blanks(line);
    return strncmp(line, key, sizeof key - 1) == 0 && *behind_blanks(line + sizeof key - 1) == '=';
}

/* What of the terminated text AT may be shown. */
static void print_visible(const struct reader *r, const char *at)
{
    bool hidden = false;
    for (bool goes_on = false; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        bool comment = *at == '#' || *at == ';'; /* systemd.syntax(7): within a value it does not end it */
        if (!goes_on) {
            hidden = r->hides && sets_variables(at);
            show_text(hidden ? "Environment=(for root alone)\n" : "");
        }
        goes_on = comment ? goes_on : len > 0 && at[len - 1] == '\\';
        len += at[len] == '\n';
        fd_write_all(STDOUT_FILENO, at, hidden ? 0 : len);
        at += len;
    }
}

static void print_file(void *context, const char *unit, const struct entry *file)
{
    struct reader *r = context;
    char record[TALK_LINE] = "";
    struct text t = TEXT_OVER(record);
    char path[TALK_LINE] = "";
    struct text p = TEXT_OVER(path);
    if (strcmp(unit, r->unit) != 0) {
        return;
    }
    text_add(&p, file->parent);
    text_char(&p, '/');
    text_add(&p, file->name);
    if (r->c->json) {
        record_put(&t, "unit", unit);
        record_put(&t, "path", path);
        show_object(record);
    } else {
        show_text(r->files > 0 ? "\n# " : "# ");
        show_line(NULL, path);
        print_visible(r, file->text);
    }
    r->files++;
}

/* The files are read anew for each, so that they stand in the order in which they were named. */
int ctl_cat(struct ctl *c)
{
    struct reader reader = { .c = c, .hides = geteuid() != 0 };
    struct load_request plain = { 0 };
    const struct snapshot *s;
    int status = units_read(c, &plain, &s);
    bool read = status == 0;
    for (unsigned i = 0; i < c->count && read; i++) {
        struct load_request request = { .on_file = print_file, .context = &reader };
        int64_t unit = units_find(s, c->args[i]);
        unsigned before = reader.files;
        int result = CTL_NO_UNIT;
        if (unit >= 0) {
            reader.unit = unit_name(s, (uint32_t)unit);
            result = units_read(c, &request, &s);
        }
        if (unit >= 0 && result == 0 && reader.files == before) {
            result = ctl_say(c->args[i], "it has no file", CTL_NO_UNIT);
        }
        status = status == 0 ? result : status;
    }
    return status;
}
