#include "unit/load.h"

#include "base/fd.h"
#include "base/text.h"

enum { LINE_SIZE = 5120 };

static const char *const severities[] = {
    [FINDING_ERROR] = "error",
    [FINDING_WARNING] = "warning",
    [FINDING_UNCONFINED] = "unconfined",
    [FINDING_NOTE] = "note",
};

const char *load_severity_name(enum severity severity)
{
    return severities[severity];
}

void load_print_finding(const struct snapshot *s, const struct finding *f, int fd)
{
    char line[LINE_SIZE] = "";
    struct text t = TEXT_OVER(line);
    if (f->path != 0) {
        text_add(&t, snapshot_string(s, f->path));
        text_add(&t, ":");
        if (f->line != 0) {
            text_u64(&t, f->line);
            text_add(&t, ":");
        }
        text_add(&t, " ");
    } else if (f->unit != UINT32_MAX) {
        text_add(&t, unit_name(s, f->unit));
        text_add(&t, ": ");
    }
    text_add(&t, severities[f->severity]);
    text_add(&t, ": ");
    text_add(&t, snapshot_string(s, f->sentence));
    text_add(&t, "\n");
    (void)fd_write_all(fd, line, t.len);
}

void load_print_findings(const struct snapshot *s, enum severity severity, int fd)
{
    const struct finding *f = snapshot_at(s, s->findings.at);
    for (uint32_t i = 0; i < s->findings.count; i++) {
        if (f[i].severity <= severity) {
            load_print_finding(s, &f[i], fd);
        }
    }
}
