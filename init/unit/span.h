/*
 * span: how long and how much: systemd.time(7)'s time spans, and sizes with K, M, G.
 */
#ifndef PRIMER_UNIT_SPAN_H
#define PRIMER_UNIT_SPAN_H

#include <stdint.h>

/*
 * S as nanoseconds: "1min 20s", "infinity" (NEVER_NS). A number without unit counts DEFAULT_NS each. systemd knows
 * microseconds and nothing finer, so do we. 0, -EINVAL or -ERANGE.
 */
int span_time(const char *s, uint64_t default_ns, uint64_t *out_ns);

/* S as bytes: "64K", "1.5G", "1G 500M"; units are powers of 1024. 0, -EINVAL or -ERANGE. */
int span_size(const char *s, uint64_t *out);

#endif
