/*
 * runtime: RuntimeDirectory= of systemd.exec(5), a service's folders below /run.
 *
 * Their names come from unit files, but what is on the way may be another service's: no link is followed, and only
 * the innermost folder of a name is the service's own. Blocks on the filesystem.
 */
#ifndef PRIMER_EXEC_RUNTIME_H
#define PRIMER_EXEC_RUNTIME_H

#include <sys/types.h>

#define RUNTIME_FOLDER "/run"

/*
 * Makes NAME ("redis", "foo/bar") below the folder TOP with MODE and the owner UID and GID; folders in between are
 * made with mode 0755. One that is there already gets the mode, and the owner with all that is in it. 0 or
 * -errno; -EINVAL for a name that leads out of TOP.
 */
int runtime_make(const char *top, const char *name, mode_t mode, uid_t uid, gid_t gid);

/* Removes the innermost folder of NAME with all that is in it. 0 (also when it is not there) or -errno. */
int runtime_remove(const char *top, const char *name);

#endif
