/*
 * hostname: the machine's name out of /etc/hostname.
 *
 * A name that no machine can have is refused whole, not repaired: half of somebody's name would surprise more than
 * the kernel's "(none)".
 */
#include "boot/hostname.h"

#include "base/text.h"
#include "boot/conf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { MEMORY = 4 << 20 };

static bool is_name_char(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        bool inner_dot = name[i] == '.' && i > 0 && i + 1 < len && name[i - 1] != '.';
        if (!is_name_char(name[i]) && !inner_dot) {
            return false;
        }
    }
    return len <= HOSTNAME_LONGEST;
}

int hostname_read(const char *root, char name[HOSTNAME_LONGEST + 1], struct failures *failures)
{
    static const char *const no_folders[] = { NULL };
    static const struct conf_place place = { .folders = no_folders, .last = "/etc/hostname" };
    struct arena arena;
    struct conf conf;
    int result = arena_open(&arena, MEMORY);
    if (result < 0) {
        failures_add(failures, place.last, result, NULL);
        return 0;
    }
    conf_open(&conf, &arena, root, &place, failures);
    const char *line = conf_next(&conf);
    if (line != NULL && is_name(line)) {
        text_copy(name, HOSTNAME_LONGEST + 1, line);
        result = 1;
    } else if (line != NULL) {
        failures_add(failures, line, -EINVAL,
                     "a machine's name has letters, digits, \"-\", \"_\" and inner dots, 64 at most");
    }
    arena_close(&arena);
    return result;
}
