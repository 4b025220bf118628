#include "exec/limits.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C libraries do not agree on the type of a resource's number. */
static int change(uint32_t resource, const struct rlimit *wanted, struct rlimit *now)
{
    return syscall(SYS_prlimit64, 0, resource, wanted, now) < 0 ? -errno : 0;
}

int limits_set(const struct limit *limit)
{
    struct rlimit wanted = { .rlim_cur = limit->soft, .rlim_max = limit->hard };
    struct rlimit now;
    int result = change(limit->resource, &wanted, NULL);
    if (result != -EPERM || change(limit->resource, NULL, &now) < 0 || wanted.rlim_max <= now.rlim_max) {
        return result;
    }
    wanted.rlim_max = now.rlim_max;
    if (wanted.rlim_cur > now.rlim_max) {
        wanted.rlim_cur = now.rlim_max;
    }
    return change(limit->resource, &wanted, NULL);
}

const char *limits_name(uint32_t resource)
{
    static const char *const names[] = {
        [RLIMIT_CPU] = "LimitCPU=",           [RLIMIT_FSIZE] = "LimitFSIZE=",
        [RLIMIT_DATA] = "LimitDATA=",         [RLIMIT_STACK] = "LimitSTACK=",
        [RLIMIT_CORE] = "LimitCORE=",         [RLIMIT_RSS] = "LimitRSS=",
        [RLIMIT_NOFILE] = "LimitNOFILE=",     [RLIMIT_AS] = "LimitAS=",
        [RLIMIT_NPROC] = "LimitNPROC=",       [RLIMIT_MEMLOCK] = "LimitMEMLOCK=",
        [RLIMIT_LOCKS] = "LimitLOCKS=",       [RLIMIT_SIGPENDING] = "LimitSIGPENDING=",
        [RLIMIT_MSGQUEUE] = "LimitMSGQUEUE=", [RLIMIT_NICE] = "LimitNICE=",
        [RLIMIT_RTPRIO] = "LimitRTPRIO=",     [RLIMIT_RTTIME] = "LimitRTTIME=",
    };
    return resource < sizeof names / sizeof names[0] ? names[resource] : "";
}
