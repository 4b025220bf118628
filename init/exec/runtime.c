#include "exec/runtime.h"

#include "base/fd.h"
#include "exec/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What openat(2) opens: a real folder, for looking things up in it. */
enum { FOLDER = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Copies the next component of *AT and moves on; false at the end. -EINVAL, through *ERROR, for "..". */
static bool next_component(const char **at, char component[NAME_MAX + 1], int *error)
{
    *at += strspn(*at, "/");
    size_t len = strcspn(*at, "/");
    if (len == 0) {
        return false;
    }
    if (len > NAME_MAX || (len == 2 && memcmp(*at, "..", 2) == 0) || (len == 1 && **at == '.')) {
        *error = -EINVAL;
        return false;
    }
    memcpy(component, *at, len);
    component[len] = '\0';
    *at += len;
    *at += strspn(*at, "/");
    return true;
}

/* Opens COMPONENT below *DIR in its place. */
static int enter(int *dir, const char *component)
{
    int next = openat(*dir, component, FOLDER);
    int error = next < 0 ? -errno : 0;
    if (next >= 0) {
        close(*dir);
        *dir = next;
    }
    return error;
}

/*
 * Opens the folder that NAME's last component is in; that component is then in LAST. MAKE: with all that is missing on
 * the way. The descriptor, or -errno.
 */
static int open_parent(const char *top, const char *name, bool make, char last[NAME_MAX + 1])
{
    int error = 0;
    int dir = open(top, FOLDER & ~O_NOFOLLOW); /* /run itself may be a link */
    if (dir < 0) {
        return -errno;
    }
    if (!next_component(&name, last, &error)) {
        error = -EINVAL;
    }
    while (error == 0 && *name != '\0') {
        if (make && mkdirat(dir, last, 0755) == 0 && fchmodat(dir, last, 0755, 0) < 0) {
            error = -errno; /* the second call, because umask(2) has had a say in the first */
            break;
        }
        error = enter(&dir, last);
        if (error == 0) {
            next_component(&name, last, &error);
        }
    }
    if (error < 0) {
        fd_close(&dir);
    }
    return error < 0 ? error : dir;
}

static int set_owner(int dir, const char *name, uid_t uid, gid_t gid)
{
    struct stat status;
    if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        return -errno;
    }
    if (!S_ISDIR(status.st_mode)) {
        return -ENOTDIR;
    }
    return status.st_uid == uid && status.st_gid == gid ? 0 : tree_chown(dir, name, uid, gid);
}

/* fchmodat(2) follows links; a folder that is open as itself cannot become one. */
static int set_mode(int dir, const char *name, mode_t mode)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    int result = fchmod(fd, mode) < 0 ? -errno : 0;
    close(fd);
    return result;
}

int runtime_make(const char *top, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
    char last[NAME_MAX + 1];
    int dir = open_parent(top, name, true, last);
    if (dir < 0) {
        return dir;
    }
    int result = 0;
    if (mkdirat(dir, last, 0700) < 0 && errno != EEXIST) {
        result = -errno;
    }
    if (result == 0) {
        result = set_owner(dir, last, uid, gid);
    }
    if (result == 0) {
        result = set_mode(dir, last, mode); /* after chown(2), which takes setuid and setgid bits away */
    }
    close(dir);
    return result;
}

int runtime_remove(const char *top, const char *name)
{
    char last[NAME_MAX + 1];
    int dir = open_parent(top, name, false, last);
    if (dir < 0) {
        return dir == -ENOENT ? 0 : dir;
    }
    int result = tree_remove(dir, last);
    close(dir);
    return result;
}
