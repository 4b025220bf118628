/*
 * mounts: the filesystems that the kernel gives, as data; mount(2).
 */
#include "boot/mounts.h"

#include "base/step.h"
#include "base/text.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct mount {
    const char *target;
    const char *type;
    unsigned long flags;
    const char *options;
} mounts[] = {
    [MOUNT_PROC] = { "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
    [MOUNT_SYS] = { "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
    [MOUNT_DEV] = { "/dev", "devtmpfs", MS_NOSUID, "mode=755" },
    [MOUNT_PTS] = { "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=620,gid=5,ptmxmode=666" },
    [MOUNT_SHM] = { "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" },
    [MOUNT_RUN] = { "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755" },
    [MOUNT_TMP] = { "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" },
    [MOUNT_CGROUP] = { "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, "nsdelegate" },
};

/* Something is mounted on PATH when its device is not its parent's. */
static bool is_mount_point(const char *path)
{
    char parent[64];
    struct stat here;
    struct stat above;
    struct text t = TEXT_OVER(parent);
    text_add(&t, path);
    text_add(&t, "/..");
    return stat(path, &here) == 0 && stat(parent, &above) == 0 && here.st_dev != above.st_dev;
}

int mounts_make(enum mounts which)
{
    const struct mount *row = &mounts[which];
    if (mkdir(row->target, 0755) < 0 && errno != EEXIST && errno != EROFS) {
        return -errno;
    }
    if (is_mount_point(row->target)) {
        return STEP_NOTHING; /* an initramfs or a container has done it */
    }
    if (mount(row->type, row->target, row->type, row->flags, row->options) == 0) {
        return 0;
    }
    return errno == EBUSY ? STEP_NOTHING : -errno;
}
