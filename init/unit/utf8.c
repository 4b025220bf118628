#include "unit/utf8.h"

#include <stdint.h>

bool utf8_is_valid(const char *s, size_t n)
{
    const unsigned char *at = (const unsigned char *)s;
    const unsigned char *end = at + n;
    while (at < end) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        unsigned more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : 1;
        if (*at < 0xc2 || *at > 0xf4 || (size_t)(end - at) <= more) {
            return false;
        }
        uint32_t code = *at & (0x3fU >> more);
        for (unsigned i = 1; i <= more; i++) {
            if ((at[i] & 0xc0) != 0x80) {
                return false;
            }
            code = code << 6 | (at[i] & 0x3f);
        }
        if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
            (more == 3 && (code < 0x10000 || code > 0x10ffff))) {
            return false;
        }
        at += more + 1;
    }
    return true;
}
