#include "base/number.h"

#include <errno.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 99;
}

int number_parse(const char *s, unsigned base, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (*s == '\0') {
        return -EINVAL;
    }
    for (; *s != '\0'; s++) {
        unsigned digit = (unsigned)digit_of(*s);
        if (digit >= base) {
            return -EINVAL;
        }
        if (value > (max - digit) / base) {
            return -ERANGE;
        }
        value = value * base + digit;
    }
    *out = value;
    return 0;
}
