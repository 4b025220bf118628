#include "exec/pattern.h"

#include "base/glob.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool pattern_matches(const char *pattern, const char *name)
{
    bool says_dot = pattern[0] == '.' || (pattern[0] == '\\' && pattern[1] == '.');
    return (*name != '.' || says_dot) && glob_matches(pattern, name, '\0');
}

static int add_sorted(struct vector *out, const char *path)
{
    char *own = strdup(path);
    if (own == NULL) {
        return -ENOMEM;
    }
    int result = vector_add(out, own);
    if (result < 0) {
        free(own);
        return result;
    }
    for (size_t i = out->count - 1; i > 0 && strcmp(out->at[i - 1], own) > 0; i--) {
        out->at[i] = out->at[i - 1];
        out->at[i - 1] = own;
    }
    return 0; // NOLINT(clang-analyzer-unix.Malloc): the vector has it now
}

static int expand(struct text *path, const char *rest, struct vector *out);

/* PATH is a folder, with "/" at its end: goes on with all in it that COMPONENT matches. */
static int expand_folder(struct text *path, const char *component, const char *rest, struct vector *out)
{
    size_t len = path->len;
    int result = 0;
    DIR *folder = opendir(path->at);
    struct dirent *entry;
    while (folder != NULL && result == 0 && (entry = readdir(folder)) != NULL) {
        if (pattern_matches(component, entry->d_name)) {
            text_add(path, entry->d_name);
            result = expand(path, rest, out);
            path->len = len;
            path->at[len] = '\0';
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return result;
}

/* Goes on from PATH with REST, which is empty or begins with "/". */
static int expand(struct text *path, const char *rest, struct vector *out)
{
    char component[NAME_MAX + 1];
    if (*rest == '\0') {
        return path->cut || access(path->at, F_OK) < 0 ? 0 : add_sorted(out, path->at);
    }
    rest += strspn(rest, "/");
    size_t len = strcspn(rest, "/");
    if (len > NAME_MAX) {
        return 0;
    }
    memcpy(component, rest, len);
    component[len] = '\0';
    text_char(path, '/');
    if (glob_is_one(component)) {
        return expand_folder(path, component, rest + len, out);
    }
    text_add(path, component);
    return expand(path, rest + len, out);
}

int pattern_expand(const char *pattern, struct vector *out)
{
    char room[PATH_MAX];
    struct text path = TEXT_OVER(room);
    room[0] = '\0';
    return expand(&path, pattern, out);
}
