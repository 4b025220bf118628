/*
 * clock: time is uint64_t nanoseconds of CLOCK_BOOTTIME (clock_gettime(2)), named …_ns.
 *
 * CLOCK_BOOTTIME goes on while the machine is suspended and is never set by anybody.
 */
#ifndef PRIMER_BASE_CLOCK_H
#define PRIMER_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS     UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)
#define NEVER_NS      UINT64_MAX /* a deadline that does not come; also systemd's "infinity" */

static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail with these arguments */
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* AT plus DELAY; "never" stays never, and an overflow is never too. */
static inline uint64_t clock_after_ns(uint64_t at_ns, uint64_t delay_ns)
{
    return delay_ns > NEVER_NS - at_ns ? NEVER_NS : at_ns + delay_ns;
}

#endif
