/*
 * setup: the boot steps that read files.
 *
 * They run in a child that PID 1 forks and does not wait for, so they may block and allocate; what goes wrong reaches
 * PID 1 as one event for each failure. Never: read anything in PID 1 itself.
 */
#include "boot/setup.h"

#include "base/event.h"
#include "base/text.h"
#include "boot/hostname.h"
#include "boot/watch.h"
#include "manage/manager.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* One failure: WHO stumbled over WHAT, with ERROR (-errno). */
static void tell(struct manager *m, const char *who, const char *what, int error, const char *advice)
{
    struct event e = { .kind = EVENT_REPORT, .code = -error, .count = 1, .advice = advice };
    text_copy(e.word, sizeof e.word, who);
    text_copy(e.text, sizeof e.text, what);
    watch_tell(m, &e);
}

static int hostname(void *context)
{
    char name[256] = "";
    int result = hostname_read("", name, sizeof name);
    if (result == 0 && sethostname(name, strlen(name)) < 0) {
        result = -errno;
    }
    if (result < 0) {
        tell(context, "/etc/hostname", name, result,
             result == -EINVAL ? "a name has letters, digits, \"-\", \"_\", inner dots: 64 at most" : NULL);
    }
    return result;
}

static const struct step rows[] = {
    { "hostname", hostname, "hostname(5)",
      "The kernel calls the machine \"(none)\" until somebody tells it the name.", STEP_GOES_ON },
};

const struct step_table setup_steps = { .name = "setup", .rows = rows, .count = sizeof rows / sizeof rows[0] };
