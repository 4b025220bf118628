/*
 * main: which name, which life.
 *
 * One binary has many names (argv[0]), and as "primer" it finds out by itself what it is for: PID 1 that the kernel
 * started boots the machine; with a program to run it is a container's entrypoint; PID 1 of a container without one
 * manages the services of its unit files.
 */
#include "base/fd.h"
#include "base/text.h"
#include "boot/boot.h"
#include "boot/setup.h"
#include "boot/tables.h"
#include "ctl/ctl.h"
#include "ctl/power.h"
#include "entrypoint/entrypoint.h"
#include "exec/command.h"
#include "manage/life.h"
#include "stop/stop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

const struct step_table *const tables[] = {
    &boot_steps, &setup_steps, &manager_steps, &command_steps, &stop_steps, &manager_stop_steps,
};
const unsigned tables_count = sizeof tables / sizeof tables[0];

static int primer_main(int argc, char **argv);

/* Names whose life is decided by the name alone. */
static const struct name {
    const char *name;
    int (*life)(int argc, char **argv); /* or */
    const struct persona *persona;
} names[] = {
    { "primer", primer_main, NULL },
    { "init", primer_main, NULL },
    { "primerctl", ctl_main, NULL },
    { "poweroff", power_main, NULL },
    { "reboot", power_main, NULL },
    { "halt", power_main, NULL },
    { "tini", NULL, &persona_tini },
    { "docker-init", NULL, &persona_tini },
    { "dumb-init", NULL, &persona_dumb_init },
    { "catatonit", NULL, &persona_catatonit },
    { "podman-init", NULL, &persona_catatonit },
};

/*
 * Whether the kernel itself started this process. Only in the first pid namespace is the process with number 2 one of group
 * 0: the kernel's thread daemon. That needs no /proc, which is not mounted yet, and no argument, which the kernel mixes
 * with words of its own.
 */
static bool is_boot(void)
{
    return getpid() == 1 && getpgid(2) == 0;
}

static int primer_main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (is_boot() || strcmp(first, "--boot") == 0) {
        boot_main();
    }
    if (strcmp(first, "--manager") == 0) {
        return manager_main(argc - 2, argv + 2);
    }
    if (argc <= 1 && getpid() == 1) {
        return manager_main(0, argv + argc);
    }
    return entrypoint_main(&persona_primer, argc, argv);
}

int main(int argc, char **argv)
{
    const char *path = argc > 0 ? argv[0] : "primer";
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) == 0) {
            return names[i].life != NULL ? names[i].life(argc, argv)
                                         : entrypoint_main(names[i].persona, argc, argv);
        }
    }
    return primer_main(argc, argv); /* any other name for the file */
}
