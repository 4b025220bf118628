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
};

/* As the files of systemd 252 have them, less what is of types or services that primer does not have. */
static const struct builtin builtins[] = {
    { "sysinit", "System Initialization", NULL, "local-fs swap", "local-fs swap" },
    { "basic", "Basic System", "sysinit", "sockets timers paths slices", "sysinit sockets paths slices" },
    { "multi-user", "Multi-User System", "basic", NULL, "basic" },
    { "graphical", "Graphical Interface", "multi-user", NULL, "multi-user" },
    { "rescue", "Rescue Mode", "sysinit", NULL, "sysinit" },
    { "emergency", "Emergency Mode" },
    { "network-pre", "Preparation for Network" },
    { "network", "Network", NULL, NULL, "network-pre" },
    { "network-online", "Network is Online", NULL, NULL, "network" },
    { "nss-lookup", "Host and Network Name Lookups" },
    { "nss-user-lookup", "User and Group Name Lookups" },
    { "time-set", "System Time Set" },
    { "time-sync", "System Time Synchronized", NULL, "time-set", "time-set" },
    { "rpcbind", "RPC Port Mapper" },
    { "sockets", "Socket Units" },
    { "timers", "Timer Units", NULL, NULL, NULL, true, true },
    { "paths", "Path Units" },
    { "slices", "Slice Units" },
    { "local-fs-pre", "Preparation for Local File Systems" },
    { "local-fs", "Local File Systems", NULL, NULL, "local-fs-pre", true, true },
    { "remote-fs-pre", "Preparation for Remote File Systems" },
    { "remote-fs", "Remote File Systems", NULL, NULL, "remote-fs-pre", true, true },
    { "swap", "Swaps" },
    { "cryptsetup-pre", "Local Encrypted Volumes (Pre)" },
    { "cryptsetup", "Local Encrypted Volumes", NULL, NULL, "cryptsetup-pre" },
    { "getty-pre", "Preparation for Logins" },
    { "getty", "Login Prompts" },
    { "boot-complete", "Boot Completion Check", "sysinit", NULL, "sysinit" },
    { "bluetooth", "Bluetooth Support" },
    { "printer", "Printer Support" },
    { "smartcard", "Smart Card" },
    { "sound", "Sound Card" },
    { "shutdown", "System Shutdown", NULL, NULL, NULL, true },
    { "umount", "Unmount All Filesystems", NULL, NULL, NULL, true },
    { "final", "Late Shutdown Services", NULL, NULL, "shutdown umount", true },
    { "poweroff", "System Power Off", NULL, NULL, NULL, true },
    { "reboot", "System Reboot", NULL, NULL, NULL, true },
    { "halt", "System Halt", NULL, NULL, NULL, true },
    { "exit", "Exit the Container", NULL, NULL, NULL, true },
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
