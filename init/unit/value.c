#include "unit/value.h"

#include "unit/finding.h"
#include "unit/span.h"
#include "unit/word.h"

#include "base/clock.h"
#include "base/number.h"
#include "base/signals.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

void *value_place(const struct assignment *a)
{
    return (char *)a->service + a->row->at;
}

int value_bool(const char *s)
{
    static const char *const yes[] = { "1", "yes", "y", "true", "t", "on" };
    static const char *const no[] = { "0", "no", "n", "false", "f", "off" };
    for (unsigned i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (strcasecmp(s, yes[i]) == 0) {
            return 1;
        }
        if (strcasecmp(s, no[i]) == 0) {
            return 0;
        }
    }
    return -EINVAL;
}

/* value_bool, with a finding. */
static int boolean(struct assignment *a, const char *value)
{
    int r = value_bool(value);
    if (r < 0) {
        finding_value(a, "\"", value, "\" is neither yes nor no", NULL);
    }
    return r;
}

void value_service_flag(struct assignment *a, char *value)
{
    int on = boolean(a, value);
    uint8_t *flags = &a->service->service.flags;
    if (on >= 0) {
        *flags = (uint8_t)(on ? *flags | a->row->which : *flags & ~a->row->which);
    }
}

void value_exec_flag(struct assignment *a, char *value)
{
    int on = boolean(a, value);
    uint32_t *flags = &a->service->exec.flags;
    if (on >= 0) {
        *flags = on ? *flags | a->row->which : *flags & ~(uint32_t)a->row->which;
    }
}

void value_preserve(struct assignment *a, char *value)
{
    const uint32_t both = EXEC_RUNTIME_PRESERVE | EXEC_RUNTIME_PRESERVE_RESTART;
    uint32_t *flags = &a->service->exec.flags;
    int on = value_bool(value);
    if (on < 0 && strcmp(value, "restart") != 0) {
        finding_value(a, "\"", value, "\" is neither yes, no nor restart", NULL);
        return;
    }
    *flags = (*flags & ~both) | (on < 0 ? (uint32_t)EXEC_RUNTIME_PRESERVE_RESTART
                                 : on   ? (uint32_t)EXEC_RUNTIME_PRESERVE
                                        : 0);
}

/* A time span; a number without unit is in seconds. */
static bool span(struct assignment *a, const char *value, uint64_t *out_ns)
{
    int r = span_time(value, NS_PER_SECOND, out_ns);
    if (r < 0) {
        finding_value(a, "\"", value,
                      r == -ERANGE ? "\" is out of range for a time span"
                                   : "\" is not a time span: say 10, 10s or \"1min 30s\"",
                      NULL);
    }
    return r == 0;
}

void value_span(struct assignment *a, char *value)
{
    uint64_t ns;
    if (span(a, value, &ns)) {
        ns = ns == 0 && a->row->which ? NEVER_NS : ns;
        memcpy(value_place(a), &ns, sizeof ns);
    }
}

void value_timeout(struct assignment *a, char *value)
{
    struct unit_service *s = &a->service->service;
    const char *name = a->row->name;
    uint64_t ns;
    if (!span(a, value, &ns)) {
        return;
    }
    if (ns == 0) {
        ns = NEVER_NS; /* systemd.service(5): takes 0 for infinity */
    }
    if (strcmp(name, "TimeoutStopSec") != 0) {
        s->timeout_start_ns = ns;
        a->service->has_timeout_start = true;
    }
    if (strcmp(name, "TimeoutStartSec") != 0) {
        s->timeout_stop_ns = ns;
    }
}

/* An unsigned number as strtoul's base 0 has it. */
static int number(const char *s, uint64_t max, uint64_t *out)
{
    s += *s == '+';
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
        return number_parse(s + 2, 16, max, out);
    }
    return number_parse(s, s[0] == '0' && s[1] != '\0' ? 8 : 10, max, out);
}

void value_count(struct assignment *a, char *value)
{
    uint64_t n;
    if (number(value, UINT32_MAX, &n) < 0) {
        finding_value(a, "\"", value, "\" is not a number", NULL);
        return;
    }
    *(uint32_t *)value_place(a) = (uint32_t)n;
}

void value_mode(struct assignment *a, char *value)
{
    uint64_t mode;
    if (number_parse(value, 8, 07777, &mode) < 0) {
        finding_value(a, "\"", value, "\" is not a mode: four octal digits at most", NULL);
        return;
    }
    *(uint16_t *)value_place(a) = (uint16_t)mode;
}

void value_signal(struct assignment *a, char *value)
{
    int signo = signals_parse(value);
    if (signo < 0) {
        finding_value(a, "\"", value, "\" is not a signal", NULL);
        return;
    }
    *(uint8_t *)value_place(a) = (uint8_t)signo;
}

static const char *const restart_words[] = {
    [RESTART_NO] = "no",
    [RESTART_ON_SUCCESS] = "on-success",
    [RESTART_ON_FAILURE] = "on-failure",
    [RESTART_ON_ABNORMAL] = "on-abnormal",
    [RESTART_ON_WATCHDOG] = "on-watchdog",
    [RESTART_ON_ABORT] = "on-abort",
    [RESTART_ALWAYS] = "always",
};

static const char *const kill_mode_words[] = {
    [KILL_CONTROL_GROUP] = "control-group",
    [KILL_MIXED] = "mixed",
    [KILL_PROCESS] = "process",
    [KILL_NONE] = "none",
};

static const char *const notify_access_words[] = {
    [NOTIFY_NONE] = "none",
    [NOTIFY_MAIN] = "main",
    [NOTIFY_EXEC] = "exec",
    [NOTIFY_ALL] = "all",
};

static const struct {
    const char *const *words;
    unsigned count;
} word_lists[] = {
    [WORDS_RESTART] = { restart_words, RESTARTS },
    [WORDS_KILL_MODE] = { kill_mode_words, KILL_MODES },
    [WORDS_NOTIFY_ACCESS] = { notify_access_words, NOTIFY_ACCESSES },
};

void value_word(struct assignment *a, char *value)
{
    const char *const *words = word_lists[a->row->which].words;
    for (unsigned i = 0; i < word_lists[a->row->which].count; i++) {
        if (strcmp(value, words[i]) == 0) {
            *(uint8_t *)value_place(a) = (uint8_t)i;
            return;
        }
    }
    finding_value(a, "\"", value, "\" is not a value of ", a->row->name, "=", NULL);
}

static const char *const type_words[] = {
    [SERVICE_SIMPLE] = "simple", [SERVICE_EXEC] = "exec",       [SERVICE_ONESHOT] = "oneshot",
    [SERVICE_NOTIFY] = "notify", [SERVICE_FORKING] = "forking", [SERVICE_TYPES] = "idle",
};

void value_type(struct assignment *a, char *value)
{
    struct unit_service *s = &a->service->service;
    for (unsigned i = 0; i <= SERVICE_TYPES; i++) {
        if (strcmp(value, type_words[i]) == 0) {
            bool idle = i == SERVICE_TYPES;
            s->type = (uint8_t)(idle ? SERVICE_SIMPLE : i);
            s->flags = (uint8_t)(idle ? s->flags | SERVICE_IDLE : s->flags & ~SERVICE_IDLE);
            a->service->has_type = true;
            return;
        }
    }
    if (strcmp(value, "dbus") == 0) {
        finding_add(
            a, FINDING_ERROR,
            "there is no D-Bus that primer could watch for the service's name: use Type=notify or simple",
            NULL);
        return;
    }
    finding_value(a, "\"", value, "\" is not a type of service", NULL);
}

/* A number with a sign, from LEAST to MOST. */
static bool small_number(struct assignment *a, const char *value, int least, int most, int16_t *out)
{
    uint64_t n;
    bool minus = *value == '-';
    int r = number(minus ? value + 1 : value, INT16_MAX, &n);
    int result = r < 0 ? 0 : minus ? -(int)n : (int)n;
    if (r < 0 || result < least || result > most) {
        finding_value(a, "\"", value, "\" is not a number in its range", NULL);
        return false;
    }
    *out = (int16_t)result;
    return true;
}

void value_nice(struct assignment *a, char *value)
{
    struct unit_exec *e = &a->service->exec;
    if (*value == '\0') {
        e->flags &= ~(uint32_t)EXEC_HAS_NICE;
        e->nice = 0;
    } else if (small_number(a, value, -20, 19, &e->nice)) {
        e->flags |= EXEC_HAS_NICE;
    }
}

void value_oom_adjust(struct assignment *a, char *value)
{
    struct unit_exec *e = &a->service->exec;
    if (*value == '\0') {
        e->flags &= ~(uint32_t)EXEC_HAS_OOM_ADJUST;
        e->oom_adjust = 0;
    } else if (small_number(a, value, -1000, 1000, &e->oom_adjust)) {
        e->flags |= EXEC_HAS_OOM_ADJUST;
    }
}

/* One side of a limit, in the unit that its resource has. 0 or -errno. */
static int limit_side(unsigned resource, const char *s, uint64_t *out)
{
    uint64_t ns;
    int r;
    if (strcmp(s, "infinity") == 0) {
        *out = UINT64_MAX;
        return 0;
    }
    switch (resource) {
    case RLIMIT_CPU: /* whole seconds, rounded up */
        r = span_time(s, NS_PER_SECOND, &ns);
        *out = r < 0 || ns == NEVER_NS ? UINT64_MAX : ns / NS_PER_SECOND + (ns % NS_PER_SECOND != 0);
        return r;
    case RLIMIT_RTTIME: /* microseconds, the unit of a plain number too */
        r = span_time(s, NS_PER_SECOND / 1000000, &ns);
        *out = r < 0 || ns == NEVER_NS ? UINT64_MAX : ns / (NS_PER_SECOND / 1000000);
        return r;
    case RLIMIT_NICE: /* "+5" and "-5" are nice levels, plain numbers 20 minus such a level */
        if (*s == '+' || *s == '-') {
            r = number_parse(s + 1, 10, *s == '+' ? 19 : 20, &ns);
            *out = *s == '+' ? 20 - ns : 20 + ns;
            return r;
        }
        return number(s, 40, out);
    case RLIMIT_FSIZE:
    case RLIMIT_DATA:
    case RLIMIT_STACK:
    case RLIMIT_CORE:
    case RLIMIT_RSS:
    case RLIMIT_AS:
    case RLIMIT_MEMLOCK:
    case RLIMIT_MSGQUEUE: return span_size(s, out);
    default: return number(s, UINT64_MAX - 1, out);
    }
}

void value_limit(struct assignment *a, char *value)
{
    struct limit limit = { .resource = a->row->which };
    char *colon = strchr(value, ':');
    if (colon != NULL) {
        *colon = '\0';
    }
    int r = limit_side(limit.resource, value, &limit.soft);
    limit.hard = limit.soft;
    if (r == 0 && colon != NULL) {
        r = limit_side(limit.resource, colon + 1, &limit.hard);
    }
    if (colon != NULL) {
        *colon = ':';
    }
    if (r < 0 || limit.soft > limit.hard) {
        finding_value(a, "\"", value, r < 0 ? "\" is not a limit" : "\" has a soft limit above its hard one",
                      NULL);
        return;
    }
    struct vec *limits = &a->service->lists[LIST_LIMITS];
    struct limit *all = limits->at;
    for (uint32_t i = 0; i < limits->count; i++) {
        if (all[i].resource == limit.resource) {
            all[i] = limit;
            return;
        }
    }
    *(struct limit *)vec_add(&a->loader->arena, limits, sizeof limit) = limit;
}
