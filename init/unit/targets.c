#include "unit/targets.h"

#include "unit/edges.h"

#include "base/text.h"

#include <string.h>

struct builtin {
    const char *name; /* without ".target", as all names here */
    const char *description;
    const char *requires;
    const char *wants;
    const char *after;
    bool no_default_dependencies;
    bool conflicts_shutdown; /* where that is not by default */
    bool boot_work;          /* primer's own steps do what it stands for */
};

/* As the files of systemd 252 have them, less what is of types or services that primer does not have. */
static const struct builtin builtins[] = {
    { "sysinit", "System Initialization", NULL, "local-fs swap", "local-fs swap", .boot_work = true },
    { "basic", "Basic System", "sysinit", "sockets timers paths slices", "sysinit sockets paths slices",
      .boot_work = true },
    { "multi-user", "Multi-User System", "basic", NULL, "basic" },
    { "graphical", "Graphical Interface", "multi-user", NULL, "multi-user" },
    { "rescue", "Rescue Mode", "sysinit", NULL, "sysinit", .boot_work = true },
    { "emergency", "Emergency Mode", .boot_work = true },
    { "network-pre", "Preparation for Network" },
    { "network", "Network", NULL, NULL, "network-pre" },
    { "network-online", "Network is Online", NULL, NULL, "network" },
    { "nss-lookup", "Host and Network Name Lookups" },
    { "nss-user-lookup", "User and Group Name Lookups" },
    { "time-set", "System Time Set" },
    { "time-sync", "System Time Synchronized", NULL, "time-set", "time-set" },
    { "rpcbind", "RPC Port Mapper" },
    { "sockets", "Socket Units", .boot_work = true },
    { "timers", "Timer Units", NULL, NULL, NULL, true, true, .boot_work = true },
    { "paths", "Path Units", .boot_work = true },
    { "slices", "Slice Units", .boot_work = true },
    { "local-fs-pre", "Preparation for Local File Systems", .boot_work = true },
    { "local-fs", "Local File Systems", NULL, NULL, "local-fs-pre", true, true, .boot_work = true },
    { "remote-fs-pre", "Preparation for Remote File Systems" },
    { "remote-fs", "Remote File Systems", NULL, NULL, "remote-fs-pre", true, true },
    { "swap", "Swaps", .boot_work = true },
    { "cryptsetup-pre", "Local Encrypted Volumes (Pre)", .boot_work = true },
    { "cryptsetup", "Local Encrypted Volumes", NULL, NULL, "cryptsetup-pre", .boot_work = true },
    { "getty-pre", "Preparation for Logins" },
    { "getty", "Login Prompts" },
    { "boot-complete", "Boot Completion Check", "sysinit", NULL, "sysinit" },
    { "bluetooth", "Bluetooth Support" },
    { "printer", "Printer Support" },
    { "smartcard", "Smart Card" },
    { "sound", "Sound Card" },
    { "shutdown", "System Shutdown", NULL, NULL, NULL, true, .boot_work = true },
    { "umount", "Unmount All Filesystems", NULL, NULL, NULL, true, .boot_work = true },
    { "final", "Late Shutdown Services", NULL, NULL, "shutdown umount", true, .boot_work = true },
    { "poweroff", "System Power Off", NULL, NULL, NULL, true, .boot_work = true },
    { "reboot", "System Reboot", NULL, NULL, NULL, true, .boot_work = true },
    { "halt", "System Halt", NULL, NULL, NULL, true, .boot_work = true },
    { "exit", "Exit the Container", NULL, NULL, NULL, true, .boot_work = true },
};

static const struct builtin *find(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        size_t n = strlen(builtins[i].name);
        if (strncmp(name, builtins[i].name, n) == 0 && strcmp(name + n, ".target") == 0) {
            return &builtins[i];
        }
    }
    return NULL;
}

bool targets_has(const char *name)
{
    return find(name) != NULL;
}

bool targets_hides(const char *name, const char *folder)
{
    static const char other_init[] = "/systemd/system";
    size_t n = strlen(folder);
    if (n < sizeof other_init - 1 || strcmp(folder + n - (sizeof other_init - 1), other_init) != 0) {
        return false;
    }
    const struct builtin *row = find(name);
    return row != NULL && row->boot_work;
}

static void add_edges(struct loader *l, struct draft *d, enum edge_kind kind, const char *names)
{
    char name[UNIT_NAME_SIZE];
    for (; names != NULL && *names != '\0'; names += *names == ' ') {
        size_t n = strcspn(names, " ");
        struct text t = TEXT_OVER(name);
        name[0] = '\0';
        text_add_n(&t, names, n);
        text_add(&t, ".target");
        names += n;
        struct assignment a = { .loader = l, .draft = d };
        edges_add_name(&a, kind, name);
    }
}

void targets_make(struct loader *l, struct draft *d)
{
    const struct builtin *row = find(d->node->name);
    d->flags |= UNIT_BUILT_IN;
    d->description = pool_string(&l->pool, row->description);
    d->no_default_dependencies = row->no_default_dependencies;
    add_edges(l, d, EDGE_REQUIRES, row->requires);
    add_edges(l, d, EDGE_WANTS, row->wants);
    add_edges(l, d, EDGE_AFTER, row->after);
    add_edges(l, d, EDGE_CONFLICTS, row->conflicts_shutdown ? "shutdown" : NULL);
}
