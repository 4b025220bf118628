#include "exec/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
    dev_t device;
    /* Called for everything, for folders after what is in them. 0 or -errno. */
    int (*visit)(const struct walk *walk, int dir, const char *name, bool is_folder);
    uid_t uid;
    gid_t gid;
};

static int walk_entry(const struct walk *walk, int dir, const char *name, unsigned depth);

static int keep_first(int result, int next)
{
    return result < 0 ? result : next;
}

/* Takes FD over. */
static int walk_folder(const struct walk *walk, int fd, unsigned depth)
{
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        int error = -errno;
        close(fd);
        return error;
    }
    int result = 0;
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            result = keep_first(result, walk_entry(walk, fd, entry->d_name, depth));
        }
    }
    closedir(folder);
    return result;
}

static int walk_entry(const struct walk *walk, int dir, const char *name, unsigned depth)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        /* Not a folder, or a link, which O_NOFOLLOW refuses. */
        return errno == ENOTDIR || errno == ELOOP ? walk->visit(walk, dir, name, false) : -errno;
    }
    struct stat status;
    int error = 0;
    if (fstat(fd, &status) < 0) {
        error = -errno;
    } else if (status.st_dev != walk->device) {
        error = -EXDEV;
    } else if (depth == TREE_DEPTH) {
        error = -ELOOP;
    }
    if (error < 0) {
        close(fd);
        return error;
    }
    int result = walk_folder(walk, fd, depth + 1);
    return keep_first(result, walk->visit(walk, dir, name, true));
}

/* Begins at NAME, on whatever filesystem DIR is. */
static int start(struct walk *walk, int dir, const char *name)
{
    struct stat status;
    if (fstat(dir, &status) < 0) {
        return -errno;
    }
    walk->device = status.st_dev;
    int result = walk_entry(walk, dir, name, 0);
    return result == -ENOENT ? 0 : result;
}

static int visit_remove(const struct walk *walk, int dir, const char *name, bool is_folder)
{
    (void)walk;
    return unlinkat(dir, name, is_folder ? AT_REMOVEDIR : 0) < 0 ? -errno : 0;
}

int tree_remove(int dir, const char *name)
{
    struct walk walk = { .visit = visit_remove };
    return start(&walk, dir, name);
}

static int visit_chown(const struct walk *walk, int dir, const char *name, bool is_folder)
{
    (void)is_folder;
    return fchownat(dir, name, walk->uid, walk->gid, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int tree_chown(int dir, const char *name, uid_t uid, gid_t gid)
{
    struct walk walk = { .visit = visit_chown, .uid = uid, .gid = gid };
    return start(&walk, dir, name);
}
