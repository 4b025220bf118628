/*
 * swap: what the kernel has laid on disks comes back, so that the files and devices that it lies on can be left.
 *
 * Read off /proc/swaps, proc(5): a line of headings, then a line for each area that begins with its path.
 */
#include "stop/swap.h"

#include "base/fd.h"
#include "stop/unmount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/swap.h>

/* The kernel has at most 32 areas; a line of them is a path and 40 bytes. */
enum { AREAS = 32, LIST = 16 << 10 };

/* Sets AREAS to the lines behind the headings; how many. LIST has their text. */
static unsigned read_areas(char *list, char *areas[AREAS])
{
    unsigned count = 0;
    ssize_t n = fd_read_file(AT_FDCWD, "/proc/swaps", list, LIST);
    if (n < 0 && n != -EFBIG) {
        return 0; /* a kernel without swap has no such file */
    }
    strsep(&list, "\n");
    for (char *line; count < AREAS && (line = strsep(&list, "\n")) != NULL;) {
        if (line[0] == '/') {
            line[strcspn(line, " \t")] = '\0';
            unmount_unescape(line);
            areas[count++] = line;
        }
    }
    return count;
}

bool swap_is_used(void)
{
    char list[LIST];
    char *areas[AREAS];
    return read_areas(list, areas) > 0;
}

int swap_off_all(void (*left)(void *who, const char *area, int error), void *who)
{
    char list[LIST];
    char *areas[AREAS];
    int result = 0;
    for (unsigned i = read_areas(list, areas); i-- > 0;) {
        if (swapoff(areas[i]) < 0) {
            result = -errno;
            left(who, areas[i], result);
        }
    }
    return result;
}
