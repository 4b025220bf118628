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
#include "boot/modules.h"
#include "boot/sysctl.h"
#include "boot/watch.h"
#include "manage/manager.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The step that stumbles, and the manager that is to hear of it. */
struct listener {
    struct manager *manager;
    const char *who;
};

static void tell(void *who, const char *what, int error, const char *advice)
{
    const struct listener *listener = who;
    struct event e = { .kind = EVENT_REPORT, .code = -error, .count = 1, .advice = advice };
    text_copy(e.word, sizeof e.word, listener->who);
    text_copy(e.text, sizeof e.text, what);
    watch_tell(listener->manager, &e);
}

static int hostname(void *context)
{
    char name[HOSTNAME_LONGEST + 1];
    struct listener listener = { .manager = context, .who = "hostname" };
    struct failures failures = { .tell = tell, .who = &listener };
    if (hostname_read("", name, &failures) == 0) {
        return failures.first < 0 ? failures.first : STEP_NOTHING;
    }
    return sethostname(name, strlen(name)) < 0 ? -errno : 0;
}

static int modules(void *context)
{
    struct utsname names;
    struct listener listener = { .manager = context, .who = "modules" };
    struct failures failures = { .tell = tell, .who = &listener };
    uname(&names); /* cannot fail with a good address */
    struct modules_kernel kernel = { .release = names.release, .insert = modules_insert };
    unsigned asked = modules_load("", &kernel, &failures);
    return asked == 0 && failures.first == 0 ? STEP_NOTHING : failures.first;
}

static int sysctl(void *context)
{
    struct listener listener = { .manager = context, .who = "sysctl" };
    struct failures failures = { .tell = tell, .who = &listener };
    unsigned count = sysctl_apply("", &failures);
    return count == 0 && failures.first == 0 ? STEP_NOTHING : failures.first;
}

static const struct step rows[] = {
    { "hostname", hostname, "hostname(5)",
      "The kernel calls the machine \"(none)\" until somebody tells it the name.", STEP_GOES_ON },
    { "modules", modules, "modules-load.d(5)",
      "Drivers that no device announces, and what is wanted early, are loaded because a file says so.",
      STEP_GOES_ON },
    { "sysctl", sysctl, "sysctl.d(5)",
      "Settings of the kernel are files below /proc/sys; many appear only with their module.", STEP_GOES_ON },
};

const struct step_table setup_steps = { .name = "setup",
                                        .rows = rows,
                                        .count = sizeof rows / sizeof rows[0] };
