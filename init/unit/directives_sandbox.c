/* directives_sandbox: what a service's processes cannot see and do, the protective part of systemd.exec(5). */
#include "unit/value.h"

static const char no_mounts[] = "primer makes no mount namespaces yet";
static const char no_namespaces[] = "primer makes no namespaces for services yet";
static const char no_filter[] = "primer filters no system calls yet";
static const char no_users[] = "primer makes up no users";
static const char no_lsm[] = "primer talks to no security modules yet";
static const char no_bits[] = "primer sets no securebits yet";
static const char no_cleanup[] = "primer does not clean up after users yet";

#define PROTECT(word, text, why, ...)                                                     \
    {                                                                                     \
        word, SECTION_SERVICE, REFUSED, PROTECTS, HELP(text), .because = why, __VA_ARGS__ \
    }
#define REFUSE(word, text, why)                                    \
    {                                                              \
        word, SECTION_SERVICE, REFUSED, HELP(text), .because = why \
    }

static const struct directive rows[] = {
    PROTECT("DynamicUser", "a user made up for it", no_users),
    PROTECT("RemoveIPC", "its user's IPC objects go with it", no_cleanup),
    PROTECT("SecureBits", "root is nobody special", no_bits),
    PROTECT("ProtectSystem", "the system's folders are read-only", no_mounts),
    PROTECT("ProtectHome", "home folders are not there", no_mounts),
    PROTECT("ProtectProc", "other users' processes are not in /proc", no_mounts, .off = "default"),
    PROTECT("ProcSubset", "/proc has processes only", no_mounts, .off = "all"),
    PROTECT("ReadWritePaths", "all but these are read-only", no_mounts),
    PROTECT("ReadWriteDirectories", "old name of ReadWritePaths=", no_mounts),
    PROTECT("ReadOnlyPaths", "these are read-only", no_mounts),
    PROTECT("ReadOnlyDirectories", "old name of ReadOnlyPaths=", no_mounts),
    PROTECT("InaccessiblePaths", "these are not there", no_mounts),
    PROTECT("InaccessibleDirectories", "old name of InaccessiblePaths=", no_mounts),
    PROTECT("ExecPaths", "programs can be executed from these", no_mounts),
    PROTECT("NoExecPaths", "programs cannot be executed from these", no_mounts),
    PROTECT("TemporaryFileSystem", "these are empty, and forgotten", no_mounts),
    REFUSE("BindPaths", "these stand in other places too", no_mounts),
    PROTECT("BindReadOnlyPaths", "these stand in other places too, read-only", no_mounts),
    REFUSE("MountImages", "disk images are mounted", no_mounts),
    REFUSE("ExtensionImages", "disk images extend /usr", no_mounts),
    REFUSE("ExtensionDirectories", "folders extend /usr", no_mounts),
    REFUSE("MountAPIVFS", "/proc, /sys and /dev are mounted in its root", no_mounts),
    PROTECT("MountFlags", "mounts do not spread to or from it", no_mounts, .off = "shared"),
    PROTECT("PrivateTmp", "a /tmp of its own", no_mounts),
    PROTECT("PrivateDevices", "no devices but harmless ones", no_mounts),
    PROTECT("PrivateMounts", "mounts of its own", no_mounts),
    PROTECT("PrivateNetwork", "no network", no_namespaces),
    PROTECT("NetworkNamespacePath", "the network of another namespace", no_namespaces),
    PROTECT("PrivateIPC", "IPC objects of its own", no_namespaces),
    PROTECT("IPCNamespacePath", "the IPC objects of another namespace", no_namespaces),
    PROTECT("PrivateUsers", "users of its own", no_namespaces),
    PROTECT("ProtectHostname", "cannot change the host's name", no_namespaces),
    PROTECT("ProtectClock", "cannot set the clock", no_filter),
    PROTECT("ProtectKernelTunables", "cannot write to /proc/sys and /sys", no_mounts),
    PROTECT("ProtectKernelModules", "cannot load kernel modules", no_filter),
    PROTECT("ProtectKernelLogs", "cannot read the kernel's log", no_filter),
    PROTECT("ProtectControlGroups", "cannot write to control groups", no_mounts),
    PROTECT("RestrictAddressFamilies", "no sockets but of these families", no_filter),
    PROTECT("RestrictFileSystems", "no filesystems but these", no_filter),
    PROTECT("RestrictNamespaces", "cannot make namespaces", no_filter),
    PROTECT("LockPersonality", "cannot change its personality", no_filter),
    PROTECT("MemoryDenyWriteExecute", "no memory that is writable and executable", no_filter),
    PROTECT("RestrictRealtime", "no real-time scheduling", no_filter),
    PROTECT("RestrictSUIDSGID", "cannot make set-user-ID files", no_filter),
    PROTECT("SystemCallFilter", "no system calls but these", no_filter),
    PROTECT("SystemCallArchitectures", "no system calls of other architectures", no_filter),
    REFUSE("SystemCallErrorNumber", "what a forbidden system call returns", no_filter),
    REFUSE("SystemCallLog", "these system calls are logged", no_filter),
    PROTECT("SELinuxContext", "its SELinux context", no_lsm),
    PROTECT("AppArmorProfile", "its AppArmor profile", no_lsm),
    PROTECT("SmackProcessLabel", "its SMACK label", no_lsm),
};

const struct directive_table directives_sandbox = { "systemd.exec(5)", rows, sizeof rows / sizeof rows[0] };
