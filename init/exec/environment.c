#include "exec/environment.h"

#include "base/text.h"
#include "exec/envfile.h"
#include "exec/runtime.h"
#include "exec/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Assigns NAME=VALUE, as one new string. */
static int set(struct vector *environment, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *assignment = malloc(size);
    if (assignment == NULL) {
        return -ENOMEM;
    }
    struct text t = { .at = assignment, .size = size };
    text_add(&t, name);
    text_char(&t, '=');
    text_add(&t, value);
    return vector_assign(environment, assignment);
}

/* Not a shell but a word for "none", which a service has no use for. */
static bool is_no_shell(const char *shell)
{
    const char *name = strrchr(shell, '/');
    if (shell[0] != '/') {
        return true;
    }
    name++;
    return strcmp(name, "nologin") == 0 || strcmp(name, "false") == 0 || strcmp(name, "true") == 0;
}

static int add_user(const struct identity *identity, struct vector *environment)
{
    if (!identity->has_user) {
        return 0;
    }
    const struct passwd_user *user = &identity->user;
    int result = 0;
    if (user->home[0] == '/') {
        result = set(environment, "HOME", user->home);
    }
    if (result == 0 && user->name[0] != '\0') {
        result = set(environment, "LOGNAME", user->name);
        result = result < 0 ? result : set(environment, "USER", user->name);
    }
    if (result == 0 && !is_no_shell(user->shell)) {
        result = set(environment, "SHELL", user->shell);
    }
    return result;
}

/* RUNTIME_DIRECTORY: all of them, with ":" between. */
static int add_runtime(const struct environment_sources *sources, struct vector *environment)
{
    const struct list *list = &sources->exec->runtime;
    const ref *names = snapshot_at(sources->snapshot, list->at);
    size_t size = 1;
    if (list->count == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        size += sizeof RUNTIME_FOLDER "/:" + strlen(snapshot_string(sources->snapshot, names[i]));
    }
    char *paths = malloc(size);
    if (paths == NULL) {
        return -ENOMEM;
    }
    struct text t = { .at = paths, .size = size };
    for (uint32_t i = 0; i < list->count; i++) {
        text_add(&t, i == 0 ? RUNTIME_FOLDER "/" : ":" RUNTIME_FOLDER "/");
        text_add(&t, snapshot_string(sources->snapshot, names[i]));
    }
    int result = set(environment, "RUNTIME_DIRECTORY", paths);
    free(paths);
    return result;
}

/* What primer knows about its own terminal it passes on to the console's program. */
static int add_terminal(const struct environment_sources *sources, struct vector *environment)
{
    if (sources->tty == NULL) {
        return 0;
    }
    const char *own = sources->exec->tty_path == 0 ? getenv("TERM") : NULL;
    return set(environment, "TERM", own == NULL ? terminal_type(sources->tty) : own);
}

static int add_own(const char *const *own, struct vector *environment)
{
    int result = 0;
    for (; own != NULL && *own != NULL && result == 0; own++) {
        result = vector_assign(environment, *own);
    }
    return result;
}

/* PassEnvironment=: the string "NAME=value" in which getenv(3) has found the value is in primer's own environment. */
static int add_passed(const struct environment_sources *sources, struct vector *environment)
{
    const ref *names = snapshot_at(sources->snapshot, sources->exec->pass_environment.at);
    int result = 0;
    for (uint32_t i = 0; i < sources->exec->pass_environment.count && result == 0; i++) {
        const char *name = snapshot_string(sources->snapshot, names[i]);
        const char *value = getenv(name);
        if (value != NULL) {
            result = vector_assign(environment, value - strlen(name) - 1);
        }
    }
    return result;
}

static int add_unit(const struct environment_sources *sources, struct vector *environment)
{
    const ref *assignments = snapshot_at(sources->snapshot, sources->exec->environment.at);
    int result = 0;
    for (uint32_t i = 0; i < sources->exec->environment.count && result == 0; i++) {
        result = vector_assign(environment, snapshot_string(sources->snapshot, assignments[i]));
    }
    return result;
}

static int add_files(const struct environment_sources *sources, struct vector *environment,
                     struct child_notes *notes)
{
    const struct env_file *files = snapshot_at(sources->snapshot, sources->exec->environment_files.at);
    for (uint32_t i = 0; i < sources->exec->environment_files.count; i++) {
        const char *path = snapshot_string(sources->snapshot, files[i].path);
        int result = envfile_read(path, environment);
        if (result < 0 && !files[i].optional) {
            text_copy(notes->detail, sizeof notes->detail, path);
            return result;
        }
    }
    return 0;
}

int environment_build(const struct environment_sources *sources, struct vector *environment,
                      struct child_notes *notes)
{
    const ref *unset = snapshot_at(sources->snapshot, sources->exec->unset_environment.at);
    int result = vector_assign(environment, sources->path);
    result = result < 0 ? result : add_user(sources->identity, environment);
    result = result < 0 ? result : add_runtime(sources, environment);
    result = result < 0 ? result : add_terminal(sources, environment);
    result = result < 0 ? result : add_own(sources->own, environment);
    result = result < 0 ? result : add_passed(sources, environment);
    result = result < 0 ? result : add_unit(sources, environment);
    result = result < 0 ? result : add_files(sources, environment, notes);
    for (uint32_t i = 0; i < sources->exec->unset_environment.count; i++) {
        vector_unset(environment, snapshot_string(sources->snapshot, unset[i]));
    }
    return result;
}
