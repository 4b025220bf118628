#include "exec/capability.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/capability.h>

enum { CAPABILITIES = 64 }; /* bits in a mask; the kernel knows about 41 */

static bool is_in(uint64_t set, cap_value_t capability)
{
    return (set >> capability & 1) != 0;
}

int capability_bound(uint64_t keep)
{
    for (cap_value_t c = 0; c < CAPABILITIES; c++) {
        if (is_in(keep, c) || cap_drop_bound(c) == 0) {
            continue;
        }
        int error = -errno;
        int bound = cap_get_bound(c);
        if (bound < 0) {
            break; /* the kernel knows no more than these */
        }
        if (bound > 0) {
            return error;
        }
    }
    return 0;
}

/* The kernel makes ambient only what is inheritable too. */
static int make_inheritable(uint64_t set)
{
    int result = -ENOMEM;
    cap_t now = cap_get_proc();
    if (now == NULL) {
        return -errno;
    }
    for (cap_value_t c = 0; c < CAPABILITIES; c++) {
        if (is_in(set, c) && cap_set_flag(now, CAP_INHERITABLE, 1, &c, CAP_SET) < 0) {
            result = -errno;
            goto out;
        }
    }
    result = cap_set_proc(now) < 0 ? -errno : 0;
out:
    cap_free(now);
    return result;
}

int capability_make_ambient(uint64_t set)
{
    int result = make_inheritable(set);
    for (cap_value_t c = 0; c < CAPABILITIES && result == 0; c++) {
        if (is_in(set, c) && cap_set_ambient(c, CAP_SET) < 0) {
            result = -errno;
        }
    }
    return result;
}
