/*
 * hostname: the machine's name out of /etc/hostname.
 *
 * As systemd reads it: empty lines and comments are skipped, and so is space around the name. A name that no machine
 * can have is refused whole, not repaired: half of somebody's name would surprise more than "(none)".
 */
#include "boot/hostname.h"

#include "base/fd.h"
#include "base/step.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

static const char space[] = " \t\r";

char *hostname_find(char *text)
{
    for (char *line = text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = '\0';
        }
        line += strspn(line, space);
        if (*line != '\0' && *line != '#') {
            size_t len = strlen(line);
            while (strchr(space, line[len - 1]) != NULL) {
                line[--len] = '\0';
            }
            return line;
        }
        line = end;
    }
    return NULL;
}

static bool is_name_char(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

int hostname_check(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > HOSTNAME_LONGEST) {
        return -EINVAL;
    }
    for (size_t i = 0; i < len; i++) {
        bool inner_dot = name[i] == '.' && i > 0 && i + 1 < len && name[i - 1] != '.';
        if (!is_name_char(name[i]) && !inner_dot) {
            return -EINVAL;
        }
    }
    return 0;
}

int hostname_read(const char *root, char *name, size_t size)
{
    char path[PATH_MAX];
    char text[4096];
    struct text t = TEXT_OVER(path);
    text_add(&t, root);
    text_add(&t, "/etc/hostname");
    ssize_t n = fd_read_file(AT_FDCWD, path, text, sizeof text);
    if (n == -ENOENT) {
        return STEP_NOTHING;
    }
    if (n < 0) {
        return (int)n;
    }
    const char *found = hostname_find(text);
    if (found == NULL) {
        return STEP_NOTHING;
    }
    text_copy(name, size, found);
    return hostname_check(found);
}
