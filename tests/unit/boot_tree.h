/*
 * boot_tree: a small root of its own for each test, files in it, and the failures that a boot step tells about them.
 */
#ifndef PRIMER_TESTS_BOOT_TREE_H
#define PRIMER_TESTS_BOOT_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "boot/failures.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
    char root[64];
    char told[4096]; /* "WHAT:ERRNO\n" for every failure */
    struct failures failures;
};

static inline void tree_tell(void *who, const char *what, int error, const char *advice)
{
    struct tree *tree = who;
    size_t len = strlen(tree->told);
    (void)advice;
    snprintf(tree->told + len, sizeof tree->told - len, "%s:%d\n", what, -error);
}

static inline char *tree_path(const struct tree *tree, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s%s", tree->root, name);
    return path;
}

/* With the folders above it. */
static inline void tree_file(const struct tree *tree, const char *name, const char *text)
{
    char *path = tree_path(tree, name);
    for (char *slash = path + strlen(tree->root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static inline void tree_link(const struct tree *tree, const char *target, const char *name)
{
    assert_int_equal(symlink(target, tree_path(tree, name)), 0);
}

static inline const char *tree_read(const struct tree *tree, const char *name)
{
    static char text[4096];
    int fd = open(tree_path(tree, name), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t n = read(fd, text, sizeof text - 1);
    assert_true(n >= 0);
    text[n] = '\0';
    close(fd);
    return text;
}

static inline int tree_make(void **state)
{
    struct tree *tree = calloc(1, sizeof *tree);
    strcpy(tree->root, "/tmp/primer-boot.XXXXXX");
    tree->failures = (struct failures){ .tell = tree_tell, .who = tree };
    *state = tree;
    return mkdtemp(tree->root) == NULL;
}

static int tree_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int tree_remove(void **state)
{
    struct tree *tree = *state;
    int result = nftw(tree->root, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(tree);
    return result;
}

/* A test of this file: a fresh tree is its state. */
#define tree_test(f)                        \
    {                                       \
#f, f, tree_make, tree_remove, NULL \
    }

#endif
