/*
 * modules: the modules that modules-load.d(5) asks for, loaded with all that they need.
 */
#ifndef PRIMER_BOOT_MODULES_H
#define PRIMER_BOOT_MODULES_H

#include "boot/failures.h"

/* The kernel that modules are loaded into. */
struct modules_kernel {
    const char *release; /* uname(2) */
    /* The file PATH with PARAMETERS: 0 or -errno; -EEXIST: it has that module already. */
    int (*insert)(void *who, const char *path, const char *parameters);
    void *who;
};

/*
 * Loads what modules-load.d, /etc/modules and the kernel's command line ask for below ROOT, which is "" but in tests.
 * How many modules were asked for.
 */
unsigned modules_load(const char *root, const struct modules_kernel *kernel, struct failures *failures);

/* The real insert: finit_module(2); the kernel unpacks .gz, .xz and .zst by itself, if it can. */
int modules_insert(void *who, const char *path, const char *parameters);

#endif
