/*
 * unit_tree: folders of unit files for a test, made and loaded in a place of their own.
 *
 * A test writes "first/NAME" and "second/NAME": the first folder, where what is wrong is an error, and another one.
 */
#ifndef PRIMER_TESTS_UNIT_TREE_H
#define PRIMER_TESTS_UNIT_TREE_H

#include "unit/load.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A service that loads; lines of [Service] may follow. */
#define SERVICE "[Service]\nExecStart=/bin/true\n"

struct tree {
    char path[PATH_MAX];
    char first[PATH_MAX + 8];
    char second[PATH_MAX + 8];
    const struct snapshot *snapshot;
};

static int tree_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void tree_begin(struct tree *t)
{
    const char *parent = getenv("TMPDIR");
    snprintf(t->path, sizeof t->path, "%s/unit-tree-XXXXXX", parent != NULL ? parent : "/tmp");
    assert_non_null(mkdtemp(t->path));
    snprintf(t->first, sizeof t->first, "%s/first", t->path);
    snprintf(t->second, sizeof t->second, "%s/second", t->path);
    assert_int_equal(mkdir(t->first, 0755), 0);
    assert_int_equal(mkdir(t->second, 0755), 0);
    t->snapshot = NULL;
}

static void tree_end(struct tree *t)
{
    snapshot_close(t->snapshot);
    t->snapshot = NULL;
    assert_int_equal(nftw(t->path, tree_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* The place of NAME in the tree, with the folders above it; until the next call. */
static const char *tree_at(const struct tree *t, const char *name)
{
    static char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", t->path, name);
    for (char *slash = path + strlen(t->path) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    return path;
}

static void tree_bytes(const struct tree *t, const char *name, const void *bytes, size_t size)
{
    int fd = open(tree_at(t, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    close(fd);
}

static inline void tree_file(const struct tree *t, const char *name, const char *text)
{
    tree_bytes(t, name, text, strlen(text));
}

static inline void tree_link(const struct tree *t, const char *name, const char *target)
{
    assert_int_equal(symlink(target, tree_at(t, name)), 0);
}

/* Loads REQUEST's units from the tree; the snapshot lives until tree_end or the next load. */
static const struct snapshot *tree_load_request(struct tree *t, struct load_request request)
{
    const char *folders[] = { t->first, t->second, NULL };
    request.folders = folders;
    int fd = memfd_create("snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(fd >= 0);
    assert_int_equal(load_units(&request, fd), 0);
    const struct snapshot *s = NULL;
    assert_int_equal(snapshot_open(fd, &s), 0);
    close(fd);
    if (t->snapshot != request.old) {
        snapshot_close(t->snapshot);
    }
    t->snapshot = s;
    return s;
}

/* What starts by itself, and NAME (or NULL) besides. */
static inline const struct snapshot *tree_load(struct tree *t, const char *name)
{
    const char *const names[] = { name, NULL };
    return tree_load_request(t, (struct load_request){ .names = names });
}

/* The unit NAME, which must be there. */
static inline const struct unit *tree_unit(const struct snapshot *s, const char *name)
{
    int64_t number = snapshot_find(s, name);
    if (number < 0) {
        fail_msg("there is no %s", name);
    }
    return snapshot_unit(s, (uint32_t)number);
}

static inline const struct unit_service *tree_service(const struct snapshot *s, const char *name)
{
    return snapshot_at(s, tree_unit(s, name)->service);
}

static inline const struct unit_exec *tree_exec(const struct snapshot *s, const char *name)
{
    return snapshot_at(s, tree_unit(s, name)->exec);
}

/* Whether A says KIND about B; both must be there. */
static inline bool tree_has_edge(const struct snapshot *s, const char *a, enum edge_kind kind, const char *b)
{
    const struct unit *u = tree_unit(s, a);
    edge wanted = EDGE(kind, (uint32_t)snapshot_find(s, b));
    const edge *edges = snapshot_at(s, u->edges.at);
    assert_true(snapshot_find(s, b) >= 0);
    for (uint32_t i = 0; i < u->edges.count; i++) {
        if (edges[i] == wanted) {
            return true;
        }
    }
    return false;
}

/* The finding of SEVERITY whose sentence has WORDS in it; of the unit NAME, or of none (NULL). NULL: there is none. */
static inline const struct finding *tree_finding(const struct snapshot *s, const char *name,
                                                 enum severity severity, const char *words)
{
    uint32_t unit = name == NULL ? UINT32_MAX : (uint32_t)snapshot_find(s, name);
    const struct finding *f = snapshot_at(s, s->findings.at);
    for (uint32_t i = 0; i < s->findings.count; i++) {
        if (f[i].unit == unit && f[i].severity == severity &&
            strstr(snapshot_string(s, f[i].sentence), words) != NULL) {
            return &f[i];
        }
    }
    return NULL;
}

/* The arguments of command NUMBER of the unit NAME, joined by "|". */
static inline const char *tree_argv(const struct snapshot *s, const char *name, uint32_t number)
{
    static char joined[4096];
    const struct unit *u = tree_unit(s, name);
    joined[0] = '\0';
    if (number >= u->commands.count) {
        return "none";
    }
    const struct unit_command *c = (const struct unit_command *)snapshot_at(s, u->commands.at) + number;
    const char *argv = snapshot_string(s, c->argv);
    for (uint32_t i = 0; i < c->argc; i++) {
        size_t len = strlen(joined);
        snprintf(joined + len, sizeof joined - len, "%s%s", i > 0 ? "|" : "", argv);
        argv += strlen(argv) + 1;
    }
    return joined;
}

/* The strings of a list of refs, joined by "|". */
static inline const char *tree_strings(const struct snapshot *s, const struct list *list)
{
    static char joined[4096];
    const ref *refs = snapshot_at(s, list->at);
    joined[0] = '\0';
    for (uint32_t i = 0; i < list->count; i++) {
        size_t len = strlen(joined);
        snprintf(joined + len, sizeof joined - len, "%s%s", i > 0 ? "|" : "", snapshot_string(s, refs[i]));
    }
    return joined;
}

#endif
