/*
 * boot_guest: what scripts/bench boot puts into the machine beside an init, one program for three names:
 *
 *   begin    the kernel's rdinit=: reads the clock, puts it into the environment and becomes /init
 *   service  the trivial service: reads the clock once and sleeps until a signal ends it
 *   probe    the last service of all: lets the machine come to rest, looks at everybody, asks for the power-off
 *
 * A service costs an init nothing but its start: it says nothing, and the probe reads its clock out of its memory. It is
 * one program so that the variable has one address in all of them; it must therefore be linked at a fixed address.
 *
 * The probe's one line goes to the kernel's log at the moment of the request, so that its time and the time of the kernel's
 * own "reboot: Power down" are of one clock, and the host subtracts them.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static volatile uint64_t begun_ns; /* of this process; its address is the same in every other */

static uint64_t now_ns(void)
{
    struct timespec t;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t); /* musl's own would look for the vDSO first */
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static int begin(void)
{
    static char text[40];
    char *argv[] = { (char *)"/init", NULL };
    snprintf(text, sizeof text, "begun=%llu", (unsigned long long)now_ns());
    putenv(text);
    execv(argv[0], argv);
    return 1;
}

static _Noreturn int service(void)
{
    begun_ns = now_ns();
    for (;;) {
        pause();
    }
}

/* The text of a file of /proc, or "". */
static const char *proc_text(const char *pid, const char *file)
{
    static char text[65536];
    char path[300];
    snprintf(path, sizeof path, "/proc/%s/%s", pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t size = 0;
    ssize_t n;
    while (fd >= 0 && size < sizeof text - 1 && (n = read(fd, text + size, sizeof text - 1 - size)) > 0) {
        size += (size_t)n;
    }
    close(fd);
    text[size] = '\0';
    return text;
}

/* When the last of the services began, and how many there are. */
static uint64_t last_begun_ns(unsigned *count)
{
    uint64_t last = 0;
    DIR *proc = opendir("/proc");
    *count = 0;
    for (struct dirent *d; proc != NULL && (d = readdir(proc)) != NULL;) {
        if (d->d_name[0] < '0' || d->d_name[0] > '9' ||
            strcmp(proc_text(d->d_name, "comm"), "service\n") != 0) {
            continue;
        }
        uint64_t its_ns = 0;
        struct iovec here = { &its_ns, sizeof its_ns };
        struct iovec there = { (void *)(uintptr_t)&begun_ns, sizeof its_ns };
        if (process_vm_readv(atoi(d->d_name), &here, 1, &there, 1, 0) == sizeof its_ns && its_ns != 0) {
            *count += 1;
            last = its_ns > last ? its_ns : last;
        }
    }
    closedir(proc);
    return last;
}

static bool is_seen(const uint64_t *inodes, unsigned count, uint64_t inode)
{
    for (unsigned i = 0; i < count; i++) {
        if (inodes[i] == inode) {
            return true;
        }
    }
    return false;
}

/* Process 1's memory in KiB: anonymous pages, and memfds whether they are mapped or open. */
static void memory_of_init(unsigned long *anonymous, unsigned long *memfds)
{
    uint64_t inodes[16];
    unsigned seen = 0;
    *anonymous = *memfds = 0;
    char *smaps = strdup(proc_text("1", "smaps"));
    for (char *line = strtok(smaps, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned long from;
        unsigned long to;
        unsigned long long inode;
        unsigned long size;
        if (sscanf(line, "%lx-%lx %*s %*s %*s %llu /memfd:", &from, &to, &inode) == 3 &&
            strstr(line, "/memfd:") != NULL && seen < 16 && !is_seen(inodes, seen, inode)) {
            inodes[seen++] = inode;
            *memfds += (to - from) / 1024;
        } else if (sscanf(line, "Anonymous: %lu", &size) == 1) {
            *anonymous += size;
        }
    }
    free(smaps);
    DIR *fds = opendir("/proc/1/fd");
    for (struct dirent *d; fds != NULL && (d = readdir(fds)) != NULL;) {
        char link[64] = "";
        struct stat status;
        if (readlinkat(dirfd(fds), d->d_name, link, sizeof link - 1) > 0 &&
            strncmp(link, "/memfd:", 7) == 0 && fstatat(dirfd(fds), d->d_name, &status, 0) == 0 &&
            seen < 16 && !is_seen(inodes, seen, status.st_ino)) {
            inodes[seen++] = status.st_ino;
            *memfds += (unsigned long)status.st_blocks / 2;
        }
    }
    closedir(fds);
}

/* What process 1's environment says, which begin left there. */
static uint64_t init_begun_ns(void)
{
    const char *text = proc_text("1", "environ");
    for (size_t i = 0; i < 4096; i += strlen(text + i) + 1) {
        if (strncmp(text + i, "begun=", 6) == 0) {
            return strtoull(text + i + 6, NULL, 10);
        }
    }
    return 0;
}

static int probe(void)
{
    unsigned count = 0;
    unsigned long anonymous;
    unsigned long memfds;
    char line[300];
    struct timespec rest = { .tv_sec = 5 };
    nanosleep(&rest, NULL);
    /* The floors mount nothing. */
    if (access("/proc/1/smaps", R_OK) < 0) {
        mount("proc", "/proc", "proc", 0, NULL);
    }
    if (access("/dev/kmsg", W_OK) < 0) {
        mount("dev", "/dev", "devtmpfs", 0, NULL);
    }
    uint64_t up_ns = last_begun_ns(&count) - init_begun_ns();
    memory_of_init(&anonymous, &memfds);
    int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    int length = snprintf(line, sizeof line,
                          "<0>bench: services=%u up_ns=%llu anonymous_kib=%lu memfd_kib=%lu\n", count,
                          (unsigned long long)up_ns, anonymous, memfds);
    if (write(log, line, (size_t)length) != length) {
        return 1;
    }
    close(log);
    /* All of that has been printed. The time of this next, short line is that of the request. */
    log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    if (write(log, "<0>bench: power-off\n", 20) < 0) {
        return 1;
    }
    close(log);
    kill(1, SIGUSR2);
    for (;;) {
        pause();
    }
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    name = name == NULL ? argv[0] : name + 1;
    (void)argc;
    return strcmp(name, "begin") == 0 ? begin() : strcmp(name, "probe") == 0 ? probe() : service();
}
