#include "unit/span.h"

#include "base/clock.h"
#include "unit/word.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NS_PER_US  UINT64_C(1000)
#define SECONDS(n) (UINT64_C(n) * NS_PER_SECOND)

/* In the order of systemd's table: the first that fits counts, so longer words stand before their beginnings. */
static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    { "seconds", SECONDS(1) },     { "second", SECONDS(1) },       { "sec", SECONDS(1) },
    { "s", SECONDS(1) },           { "minutes", SECONDS(60) },     { "minute", SECONDS(60) },
    { "min", SECONDS(60) },        { "months", SECONDS(2629800) }, { "month", SECONDS(2629800) },
    { "M", SECONDS(2629800) },     { "msec", NS_PER_MS },          { "ms", NS_PER_MS },
    { "m", SECONDS(60) },          { "hours", SECONDS(3600) },     { "hour", SECONDS(3600) },
    { "hr", SECONDS(3600) },       { "h", SECONDS(3600) },         { "days", SECONDS(86400) },
    { "day", SECONDS(86400) },     { "d", SECONDS(86400) },        { "weeks", SECONDS(604800) },
    { "week", SECONDS(604800) },   { "w", SECONDS(604800) },       { "years", SECONDS(31557600) },
    { "year", SECONDS(31557600) }, { "y", SECONDS(31557600) },     { "usec", NS_PER_US },
    { "us", NS_PER_US },           { "\xce\xbcs", NS_PER_US }, /* Greek mu */
    { "\xc2\xb5s", NS_PER_US },                                /* micro sign */
};

static const char *skip_blanks(const char *s)
{
    while (word_is_blank(*s)) {
        s++;
    }
    return s;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decimal digits at *S, at most INT64_MAX. */
static int take_number(const char **s, uint64_t *out)
{
    uint64_t value = 0;
    for (; is_digit(**s); (*s)++) {
        if (value > (INT64_MAX - 9) / 10) {
            return -ERANGE;
        }
        value = value * 10 + (uint64_t)(**s - '0');
    }
    *out = value;
    return 0;
}

static const char *take_unit(const char *s, uint64_t *ns)
{
    s = skip_blanks(s);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i].name);
        if (strncmp(s, units[i].name, n) == 0) {
            *ns = units[i].ns;
            return s + n;
        }
    }
    return s;
}

static bool add_to(uint64_t *sum, uint64_t more)
{
    if (more >= NEVER_NS - *sum) {
        return false;
    }
    *sum += more;
    return true;
}

/* One number with its unit at *S, added to *SUM. */
static int take_span(const char **s, uint64_t default_ns, uint64_t *sum)
{
    const char *at = *s;
    uint64_t whole;
    uint64_t unit = default_ns;
    if (*at == '-') {
        return -ERANGE;
    }
    if (*at == '+') {
        at++;
    }
    const char *digits = at;
    int r = take_number(&at, &whole);
    if (r < 0) {
        return r;
    }
    const char *fraction = NULL;
    if (*at == '.') {
        fraction = ++at;
        while (is_digit(*at)) {
            at++;
        }
        if (at == fraction) {
            return -EINVAL;
        }
    } else if (at == digits) {
        return -EINVAL;
    }
    const char *end = take_unit(at, &unit);
    if (end == at && *end != '\0') {
        return -EINVAL;
    }
    if (whole > NEVER_NS / unit || !add_to(sum, whole * unit)) {
        return -ERANGE;
    }
    for (uint64_t part = unit / 10; fraction != NULL && is_digit(*fraction); fraction++, part /= 10) {
        /* Microseconds are the grain: what is finer is dropped. */
        if (!add_to(sum, (uint64_t)(*fraction - '0') * (part / NS_PER_US * NS_PER_US))) {
            return -ERANGE;
        }
    }
    *s = end;
    return 0;
}

int span_time(const char *s, uint64_t default_ns, uint64_t *out_ns)
{
    static const char infinity[] = "infinity";
    uint64_t sum = 0;
    s = skip_blanks(s);
    if (strncmp(s, infinity, sizeof infinity - 1) == 0) {
        if (*skip_blanks(s + sizeof infinity - 1) != '\0') {
            return -EINVAL;
        }
        *out_ns = NEVER_NS;
        return 0;
    }
    if (*s == '\0') {
        return -EINVAL;
    }
    for (; *s != '\0'; s = skip_blanks(s)) {
        int r = take_span(&s, default_ns, &sum);
        if (r < 0) {
            return r;
        }
    }
    *out_ns = sum;
    return 0;
}

/* From large to small; each may come once, and none before a larger one. */
static const struct {
    char suffix;
    unsigned shift;
} sizes[] = { { 'E', 60 }, { 'P', 50 }, { 'T', 40 }, { 'G', 30 },
              { 'M', 20 }, { 'K', 10 }, { 'B', 0 },  { '\0', 0 } };

enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* What the N digits behind a point are of 2^SHIFT bytes, rounded down: from the last digit to the first. */
static uint64_t fraction_of(const char *digits, size_t n, unsigned shift)
{
    uint64_t bytes = 0;
    while (n > 0) {
        n--;
        bytes = (((uint64_t)(digits[n] - '0') << shift) + bytes) / 10;
    }
    return bytes;
}

int span_size(const char *s, uint64_t *out)
{
    uint64_t sum = 0;
    unsigned from = 0;
    do {
        s = skip_blanks(s);
        if (*s == '-') {
            return -ERANGE;
        }
        s += *s == '+';
        if (!is_digit(*s)) {
            return -EINVAL;
        }
        uint64_t whole;
        int r = take_number(&s, &whole);
        if (r < 0) {
            return r;
        }
        s += *s == '.';
        const char *fraction = s;
        while (is_digit(*s)) {
            s++;
        }
        size_t fraction_n = (size_t)(s - fraction);
        s = skip_blanks(s);
        while (from < SIZES && sizes[from].suffix != *s && sizes[from].suffix != '\0') {
            from++;
        }
        if (from >= SIZES) {
            return -EINVAL;
        }
        unsigned shift = sizes[from].shift;
        uint64_t more = fraction_of(fraction, fraction_n, shift);
        if (whole > UINT64_MAX >> shift || more > UINT64_MAX - (whole << shift) ||
            (whole << shift) + more > UINT64_MAX - sum) {
            return -ERANGE;
        }
        sum += (whole << shift) + more;
        s += sizes[from].suffix != '\0';
        from++;
    } while (*s != '\0');
    *out = sum;
    return 0;
}
