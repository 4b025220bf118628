#include "ctl/power.h"

#include "base/errname.h"
#include "base/fd.h"
#include "base/signals.h"
#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

static const struct {
    const char *name;
    int signo;   /* to PID 1, which goes down in order */
    int command; /* of reboot(2): at once, with --force */
} rows[] = {
    { "halt", SIGNAL_RTMIN + 3, (int)RB_HALT_SYSTEM },
    { "poweroff", SIGNAL_RTMIN + 4, RB_POWER_OFF },
    { "reboot", SIGNAL_RTMIN + 5, RB_AUTOBOOT },
};

static int say(const char *name, const char *what, int error)
{
    char line[256];
    struct text t = TEXT_OVER(line);
    text_add(&t, name);
    text_add(&t, ": ");
    text_add(&t, what);
    if (error != 0) {
        text_add(&t, ": ");
        text_add(&t, errname(error));
        text_add(&t, " (");
        text_add(&t, errname_words(error));
        text_char(&t, ')');
    }
    text_char(&t, '\n');
    fd_write_all(STDERR_FILENO, line, t.len);
    return error == 0 ? 2 : 1;
}

int power_main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash == NULL ? argv[0] : slash + 1;
    bool force = argc == 2 && (strcmp(argv[1], "-f") == 0 || strcmp(argv[1], "--force") == 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) != 0) {
            continue;
        }
        if (argc > 1 && !force) {
            return say(name, "takes no argument but --force: at once, without stopping anything", 0);
        }
        if (force) {
            sync();
        }
        int result = force ? reboot(rows[i].command) : kill(1, rows[i].signo);
        return result < 0 ? say(name, force ? "the kernel refuses" : "cannot signal PID 1", errno) : 0;
    }
    return say(name, "not a name of primer", 0);
}
