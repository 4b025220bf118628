/*
 * Unit files of arbitrary text: the input, cut at "\n===\n", becomes a service, a drop-in, a target and a template's
 * instance. Whatever they say, there is a snapshot, and it passes its own check.
 */
#include "unit/load.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATH_SIZE = 128 };

static char folder[PATH_SIZE];

static void make_folder(void)
{
    char path[2 * PATH_SIZE];
    snprintf(folder, sizeof folder, "%s/fuzz-units-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder) == NULL) {
        abort();
    }
    snprintf(path, sizeof path, "%s/a.service.d", folder);
    if (mkdir(path, 0755) < 0) {
        abort();
    }
}

static void write_file(const char *name, const uint8_t *data, size_t size)
{
    char path[2 * PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        abort();
    }
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "a.service", "a.service.d/x.conf", "b.target", "c-d@e.service" };
    static const char cut[] = "\n===\n";
    if (folder[0] == '\0') {
        make_folder();
    }
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const uint8_t *end = i < 3 ? memmem(data, size, cut, sizeof cut - 1) : NULL;
        size_t n = end != NULL ? (size_t)(end - data) : size;
        write_file(names[i], data, n);
        n += end != NULL ? sizeof cut - 1 : 0;
        data += n;
        size -= n;
    }
    const char *folders[] = { "/nonexistent", folder, NULL };
    const char *wanted[] = { "a.service", "b.target", "c-d@e.service", NULL };
    const struct load_request request = { .folders = folders, .names = wanted };
    const struct snapshot *s = NULL;
    int fd = memfd_create("snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (load_units(&request, fd) != 0 || snapshot_open(fd, &s) != 0) {
        abort();
    }
    snapshot_close(s);
    close(fd);
    return 0;
}
