/*
 * A unit test that runs itself as PID 1 of namespaces of its own (tests/lib/enter), in the variant that PRIMER_AS and
 * PRIMER_TRACKER name. /run and /tmp are new there, all else of the machine is read-only, and the accounts are those of
 * this file.
 */
#ifndef TESTS_EXEC_INSIDE_H
#define TESTS_EXEC_INSIDE_H

#include "base/fd.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

static const char inside_passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
                                    "redis:x:107:115::/run/home:/usr/sbin/nologin\n"
                                    "person:x:1000:1000::/run/home:/bin/sh\n";
static const char inside_group[] = "root:x:0:\n"
                                   "redis:x:115:\n"
                                   "ssl-cert:x:120:postgres,redis\n"
                                   "video:x:44:person\n"
                                   "log:x:4:\n";

static bool is_root;      /* of the machine, not of a user namespace */
static bool has_resource; /* CAP_SYS_RESOURCE where it counts: not every container's root has it */

/* The leak checker wants ptrace(2), which namespaces take from it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

/* A set of this process, "CapEff:" for example. */
static inline uint64_t inside_capabilities(const char *name)
{
    char line[256];
    uint64_t set = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            set = strtoull(line + strlen(name) + 1, NULL, 16);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return set;
}

static inline bool inside_write(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0;
    close(fd);
    return written;
}

/* mount_setattr(2), which glibc 2.36 and musl have no call for: AT_RECURSIVE or not, makes PATH read-only or writable. */
static inline bool inside_protect(const char *path, bool read_only)
{
    struct {
        uint64_t set, clear, propagation, userns_fd;
    } attributes = { 0 };
    const uint64_t rdonly = 1;
    const unsigned recursive = 0x8000;
    attributes.set = read_only ? rdonly : 0;
    attributes.clear = read_only ? 0 : rdonly;
    return syscall(SYS_mount_setattr, AT_FDCWD, path, read_only ? recursive : 0, &attributes,
                   sizeof attributes) == 0;
}

/*
 * A test that deletes trusts the code that it tests, which may be broken, or broken on purpose. Nothing of the machine
 * can be written from here on: what can, is new.
 */
static inline bool inside_close_the_machine(void)
{
    static const char *const kernel[] = { "/proc", "/dev/pts", "/sys/fs/cgroup" };
    if (!inside_protect("/", true) || mount("none", "/tmp", "tmpfs", 0, "mode=1777") < 0 ||
        mount("none", "/run", "tmpfs", 0, "mode=755") < 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof kernel / sizeof kernel[0]; i++) {
        inside_protect(kernel[i],
                       false); /* files of the kernel's; where one is no mount of its own, it stays closed */
    }
    return mkdir("/primer-test-guard", 0700) < 0 && errno == EROFS &&
           mkdir("/etc/primer-test-guard", 0700) < 0 && errno == EROFS;
}

static inline bool inside_begin(void)
{
    signals_mask(signals_blockable, NULL);
    umask(0022);
    if (!inside_close_the_machine()) {
        perror("cannot make the machine read-only, and so nothing is tested");
        return false;
    }
    is_root = strcmp(getenv("PRIMER_AS"), "root") == 0;
    has_resource = is_root && (inside_capabilities("CapEff:") & BIT(CAP_SYS_RESOURCE)) != 0;
    bool ready = inside_write("/run/passwd", inside_passwd, 0644) &&
                 inside_write("/run/group", inside_group, 0644) && mkdir("/run/home", 0755) == 0 &&
                 mount("/run/passwd", "/etc/passwd", NULL, MS_BIND, NULL) == 0 &&
                 mount("/run/group", "/etc/group", NULL, MS_BIND, NULL) == 0 && chdir("/") == 0;
    if (!ready) {
        perror("cannot set up");
    }
    return ready;
}

/* What main returns: RUN's result in the namespaces; 77, after the reason, where they cannot be had. */
static inline int inside(int argc, char **argv, int (*run)(void))
{
    static char enter[] = PRIMER_SOURCE_DIR "/tests/lib/enter";
    static char only_check[] = "--check";
    static char again[] = "inside";
    char self[4096];
    int status = 1;
    if (argc > 1 && strcmp(argv[1], again) == 0) {
        fd_keep_inherited(); /* as the manager does: ctest leaves descriptors of its own open */
        return inside_begin() ? run() : 1;
    }
    setenv("PRIMER_AS", geteuid() == 0 ? "root" : "user", 0);
    setenv("PRIMER_TRACKER", "group", 0);
    pid_t pid = fork();
    if (pid == 0) {
        execv(enter, (char *[]){ enter, only_check, NULL });
        _exit(1);
    }
    waitpid(pid, &status, 0);
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (status != 0 || len < 0) {
        return 77;
    }
    self[len] = '\0';
    execv(enter, (char *[]){ enter, self, again, NULL });
    perror(enter);
    return 1;
}

#endif
