#ifndef PRIMER_BOOT_MOUNTS_H
#define PRIMER_BOOT_MOUNTS_H

enum mounts {
    MOUNT_PROC,
    MOUNT_SYS,
    MOUNT_DEV,
    MOUNT_PTS,
    MOUNT_SHM,
    MOUNT_RUN,
    MOUNT_TMP,
    MOUNT_CGROUP,
};

/* Makes the folder and mounts; STEP_NOTHING when something is mounted there already. 0 or -errno. */
int mounts_make(enum mounts which);

#endif
