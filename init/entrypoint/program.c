#include "entrypoint/program.h"

#include "base/text.h"
#include "exec/diagnose.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Whether a folder of PATH that answers like this is simply not the one. */
static bool search_on(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP ||
           error == ENAMETOOLONG || error == ESTALE || error == ENODEV || error == ETIMEDOUT;
}

/* The next folder of *PATH with NAME behind it, as FILE; false: there is none left. */
static bool next_file(const char **path, const char *name, struct text *file)
{
    if (*path == NULL) {
        return false;
    }
    size_t len = strcspn(*path, ":");
    file->len = 0;
    file->at[0] = '\0';
    file->cut = false;
    text_add_n(file, *path, len);
    text_add(file, len == 0 ? "" : "/"); /* an empty folder is the current one */
    text_add(file, name);
    *path = (*path)[len] == '\0' ? NULL : *path + len + 1;
    return true;
}

/*
 * Tries every folder. What is there and cannot be executed is a better answer than "not there": its error and its
 * file are remembered. In a function of its own: its memory is used only where a search is needed.
 */
__attribute__((noinline)) static int search(char **argv, struct child_notes *notes)
{
    char buffer[PATH_MAX];
    struct text file = TEXT_OVER(buffer);
    const char *path = getenv("PATH");
    if (path == NULL) {
        path = DEFAULT_PATH;
    }
    int error = ENOENT;
    while (next_file(&path, argv[0], &file)) {
        if (file.cut) {
            continue;
        }
        execve(file.at, argv, environ);
        int now = errno;
        if (now == ENOENT && access(file.at, F_OK) == 0) {
            diagnose(file.at, ENOENT, notes);
            return -ENOENT;
        }
        if (now != ENOENT && now != ENOTDIR && error == ENOENT) {
            error = now;
            diagnose(file.at, now, notes);
        }
        if (!search_on(now)) {
            return -now;
        }
    }
    if (error == ENOENT) {
        notes->hint = HINT_NO_FILE;
    }
    return -error;
}

int program_execute(char **argv, struct child_notes *notes)
{
    if (strchr(argv[0], '/') == NULL && argv[0][0] != '\0') {
        return search(argv, notes);
    }
    execve(argv[0], argv, environ);
    int error = errno;
    diagnose(argv[0], error, notes);
    return -error;
}
