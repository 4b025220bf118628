/* directives_resource: what a service may use, systemd.resource-control(5). */
#include "unit/value.h"

static const char no_limits[] = "primer sets no limits on control groups yet";
static const char no_accounting[] = "the kernel counts what primer does not ask for";
static const char no_slices[] = "all services of primer are in one slice";
static const char no_delegation[] = "primer hands no control groups over yet";
static const char no_bpf[] = "primer loads no BPF programs";
static const char no_oomd[] = "primer has no systemd-oomd";

#define IGNORE(word, text, why)                                    \
    {                                                              \
        word, SECTION_SERVICE, IGNORED, HELP(text), .because = why \
    }
#define REFUSE(word, text, ...)                                 \
    {                                                           \
        word, SECTION_SERVICE, REFUSED, HELP(text), __VA_ARGS__ \
    }
#define LIMITS(word, text) REFUSE(word, text, .because = no_limits, .off = "infinity")
#define PROTECT(word, text, ...)                                          \
    {                                                                     \
        word, SECTION_SERVICE, REFUSED, PROTECTS, HELP(text), __VA_ARGS__ \
    }

static const struct directive rows[] = {
    IGNORE("CPUAccounting", "counts processor time", no_accounting),
    LIMITS("CPUWeight", "its share of the processors"),
    LIMITS("StartupCPUWeight", "the same during boot"),
    LIMITS("CPUQuota", "how much processor time it gets at most"),
    LIMITS("CPUQuotaPeriodSec", "over which CPUQuota= counts"),
    LIMITS("AllowedCPUs", "processors it runs on"),
    LIMITS("StartupAllowedCPUs", "the same during boot"),
    LIMITS("AllowedMemoryNodes", "memory nodes it uses"),
    LIMITS("StartupAllowedMemoryNodes", "the same during boot"),
    IGNORE("MemoryAccounting", "counts memory", no_accounting),
    LIMITS("MemoryMin", "memory that is never taken from it"),
    LIMITS("MemoryLow", "memory that is rather not taken from it"),
    LIMITS("DefaultMemoryMin", "MemoryMin= of what is below it"),
    LIMITS("DefaultMemoryLow", "MemoryLow= of what is below it"),
    LIMITS("MemoryHigh", "memory above which it is slowed down"),
    LIMITS("MemoryMax", "memory above which it is killed"),
    LIMITS("MemorySwapMax", "swap it uses at most"),
    IGNORE("TasksAccounting", "counts processes and threads", no_accounting),
    LIMITS("TasksMax", "processes and threads it has at most"),
    IGNORE("IOAccounting", "counts input and output", no_accounting),
    LIMITS("IOWeight", "its share of the devices"),
    LIMITS("StartupIOWeight", "the same during boot"),
    LIMITS("IODeviceWeight", "its share of one device"),
    LIMITS("IOReadBandwidthMax", "bytes a second it reads at most"),
    LIMITS("IOWriteBandwidthMax", "bytes a second it writes at most"),
    LIMITS("IOReadIOPSMax", "reads a second it makes at most"),
    LIMITS("IOWriteIOPSMax", "writes a second it makes at most"),
    LIMITS("IODeviceLatencyTargetSec", "how soon a device answers it"),
    IGNORE("IPAccounting", "counts network traffic", no_accounting),
    PROTECT("IPAddressAllow", "addresses it may talk to", .because = no_bpf, .off = "any"),
    PROTECT("IPAddressDeny", "addresses it may not talk to", .because = no_bpf),
    PROTECT("IPIngressFilterPath", "a filter for what comes in", .because = no_bpf),
    PROTECT("IPEgressFilterPath", "a filter for what goes out", .because = no_bpf),
    PROTECT("BPFProgram", "a BPF program for its control group", .because = no_bpf),
    PROTECT("SocketBindAllow", "ports it may bind to", .because = no_bpf, .off = "any"),
    PROTECT("SocketBindDeny", "ports it may not bind to", .because = no_bpf),
    PROTECT("RestrictNetworkInterfaces", "network interfaces it may use", .because = no_bpf),
    PROTECT("DeviceAllow", "devices it may use", .because = no_bpf),
    PROTECT("DevicePolicy", "devices that are forbidden unless allowed", .because = no_bpf, .off = "auto"),
    IGNORE("Slice", "the slice it is in", no_slices),
    REFUSE("Delegate", "it manages its own control groups", .because = no_delegation),
    REFUSE("DisableControllers", "controllers that are not for it", .because = no_delegation),
    REFUSE("ManagedOOMSwap", "may be killed for want of swap", .because = no_oomd, .off = "auto"),
    REFUSE("ManagedOOMMemoryPressure", "may be killed under memory pressure", .because = no_oomd,
           .off = "auto"),
    REFUSE("ManagedOOMMemoryPressureLimit", "how much pressure that is", .because = no_oomd),
    REFUSE("ManagedOOMPreference", "is killed sooner or later than others", .because = no_oomd,
           .off = "none"),
    LIMITS("CPUShares", "old form of CPUWeight="),
    LIMITS("StartupCPUShares", "old form of StartupCPUWeight="),
    LIMITS("MemoryLimit", "old form of MemoryMax="),
    IGNORE("BlockIOAccounting", "old form of IOAccounting=", no_accounting),
    LIMITS("BlockIOWeight", "old form of IOWeight="),
    LIMITS("StartupBlockIOWeight", "old form of StartupIOWeight="),
    LIMITS("BlockIODeviceWeight", "old form of IODeviceWeight="),
    LIMITS("BlockIOReadBandwidth", "old form of IOReadBandwidthMax="),
    LIMITS("BlockIOWriteBandwidth", "old form of IOWriteBandwidthMax="),
};

const struct directive_table directives_resource = { "systemd.resource-control(5)", rows,
                                                     sizeof rows / sizeof rows[0] };
