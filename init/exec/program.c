#include "exec/program.h"

#include "base/text.h"
#include "exec/diagnose.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static int execute(const char *path, const struct vector *argv, const struct vector *environment)
{
    execve(path, (char *const *)argv->at, (char *const *)environment->at);
    return -errno;
}

/* Takes the first folder off *PATH and puts FOLDER/NAME together. An empty folder is the one we are in. */
static bool next_candidate(const char **path, const char *name, char out[PATH_MAX])
{
    struct text t = { .at = out, .size = PATH_MAX };
    size_t len = strcspn(*path, ":");
    text_add_n(&t, *path, len);
    text_add(&t, len == 0 ? "./" : "/");
    text_add(&t, name);
    *path += len;
    *path += **path == ':' ? 1 : 0;
    return !t.cut;
}

/*
 * As execvp(3): what may not be executed is passed over, and is the error when nothing better comes. FOUND is the file
 * that the error is about.
 */
static int search(const char *name, const char *path, const struct vector *argv,
                  const struct vector *environment, char found[PATH_MAX])
{
    int error = -ENOENT;
    text_copy(found, PATH_MAX, name);
    while (*path != '\0') {
        char candidate[PATH_MAX];
        if (!next_candidate(&path, name, candidate)) {
            return -ENAMETOOLONG;
        }
        int result = execute(candidate, argv, environment);
        if (result == -ENOENT && access(candidate, F_OK) < 0) {
            continue; /* not here; else the file is, and its interpreter is not */
        }
        if (result == -ENOTDIR) {
            continue;
        }
        error = result;
        text_copy(found, PATH_MAX, candidate);
        if (result != -EACCES) {
            break;
        }
    }
    return error;
}

int program_execute(const char *name, const char *search_path, const struct vector *argv,
                    const struct vector *environment, struct child_notes *notes)
{
    char found[PATH_MAX];
    int error;
    if (search_path == NULL) {
        error = execute(name, argv, environment);
    } else {
        error = search(name, search_path, argv, environment, found);
        name = found;
    }
    text_copy(notes->detail, sizeof notes->detail, name);
    diagnose(name, -error, notes);
    return error;
}
