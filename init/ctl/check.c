/*
 * check: the loader without PID 1: reads unit files as a manager would and says what it finds.
 */
#include "base/fd.h"
#include "ctl/show.h"
#include "unit/load.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* With the keys that a manager's `status` has. */
static void print_json(const struct snapshot *s, const struct finding *f)
{
    char line[8192] = "";
    struct text t = TEXT_OVER(line);
    record_put(&t, "finding", load_severity_name(f->severity));
    record_put(&t, "path", snapshot_string(s, f->path));
    record_number(&t, "line", f->line);
    record_put(&t, "directive", snapshot_string(s, f->directive));
    record_put(&t, "sentence", snapshot_string(s, f->sentence));
    show_object(line);
}

/* All findings of the folder, or of the one unit NAME in it. */
static int say_findings(const struct ctl *c, const struct snapshot *s, const char *name)
{
    const struct finding *f = snapshot_at(s, s->findings.at);
    int64_t unit = name == NULL ? -1 : snapshot_find(s, name);
    int status = 0;
    for (uint32_t i = 0; i < s->findings.count; i++) {
        bool wanted = f[i].severity < FINDING_NOTE && (name == NULL || f[i].unit == unit);
        if (!wanted) {
            continue;
        }
        if (c->json) {
            print_json(s, &f[i]);
        } else {
            load_print_finding(s, &f[i], STDOUT_FILENO);
        }
        status = f[i].severity == FINDING_ERROR ? CTL_FAILED : status;
    }
    return status;
}

/* PATH's folder is read first, as /etc/primer is: what is unknown there is an error. */
static int check(const struct ctl *c, char *path)
{
    struct stat what;
    const char *folder = path;
    const char *name = NULL;
    if (stat(path, &what) < 0) {
        return ctl_say_errno(path, errno, CTL_FAILED);
    }
    if (!S_ISDIR(what.st_mode)) {
        char *slash = strrchr(path, '/');
        name = slash == NULL ? path : slash + 1;
        folder = slash == NULL ? "." : slash == path ? "/" : path;
        if (slash != NULL) {
            *slash = '\0';
        }
    }
    const char *folders[LOAD_FOLDERS];
    load_folders_behind(folder, folders);
    const struct load_request request = { .folders = folders, .root = name };
    const struct snapshot *s = NULL;
    int fd = memfd_create("primer-check", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int error = fd < 0 ? -errno : load_units(&request, fd);
    error = error < 0 ? error : snapshot_open(fd, &s);
    if (error < 0) {
        return ctl_say_errno(path, -error, CTL_FAILED);
    }
    int status = say_findings(c, s, name);
    snapshot_close(s);
    close(fd);
    return status;
}

int ctl_check(struct ctl *c)
{
    int status = 0;
    for (unsigned i = 0; i < c->count; i++) {
        int result = check(c, c->args[i]);
        status = result != 0 ? result : status;
    }
    return status;
}
