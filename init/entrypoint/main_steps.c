#include "entrypoint/main_steps.h"

#include "base/number.h"
#include "base/signals.h"
#include "base/text.h"
#include "entrypoint/foreground.h"
#include "entrypoint/say.h"
#include "exec/program.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int step_group(void *context)
{
    const struct main_child *child = context;
    if (!child->life->settings.session) {
        return setpgid(0, 0) < 0 ? -errno : 0;
    }
    if (setsid() < 0) {
        int error = -errno;
        setpgid(0, 0); /* so that what it leaves can at least be told together */
        return error;
    }
    say(child->life, PHRASE_SESSION, (struct words){ 0 });
    return 0;
}

static int step_terminal(void *context)
{
    const struct main_child *child = context;
    if (child->life->settings.session) {
        return foreground_take() < 0 ? STEP_NOTHING : 0; /* most often descriptor 0 is no terminal */
    }
    return child->life->foreground ? foreground_give(getpid()) : STEP_NOTHING;
}

static int step_groups(void *context)
{
    const struct main_child *child = context;
    return child->identity == NULL ? STEP_NOTHING : identity_take_groups(child->identity);
}

static int step_user(void *context)
{
    const struct main_child *child = context;
    return child->identity == NULL ? STEP_NOTHING : identity_take(child->identity, child->caps != NULL);
}

static int step_caps(void *context)
{
    const struct main_child *child = context;
    if (child->caps == NULL) {
        return STEP_NOTHING;
    }
    return cap_iab_set_proc(child->caps) < 0 ? -errno : 0;
}

static int step_no_new_privs(void *context)
{
    const struct main_child *child = context;
    if (!child->life->settings.no_new_privs) {
        return STEP_NOTHING;
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static int step_directory(void *context)
{
    struct main_child *child = context;
    const char *directory = child->life->settings.directory;
    if (directory == NULL) {
        return STEP_NOTHING;
    }
    if (chdir(directory) < 0) {
        int error = -errno;
        text_copy(child->notes.detail, sizeof child->notes.detail, directory);
        return error;
    }
    return 0;
}

/* Variables that name the one process they are meant for; main takes primer's place. sd_listen_fds(3). */
static const char *const pid_variables[] = { "LISTEN_PID=", "WATCHDOG_PID=" };
enum { PID_VARIABLES = sizeof pid_variables / sizeof pid_variables[0] };

/*
 * The environment's array is this process's own, also where memory is shared: the parent does not look at it
 * again. So is the new text, which must outlive this function.
 */
static int step_environment(void *context)
{
    static char texts[PID_VARIABLES][32];
    const struct main_child *child = context;
    int result = STEP_NOTHING;
    for (char **at = environ; *at != NULL; at++) {
        for (unsigned i = 0; i < PID_VARIABLES; i++) {
            size_t len = strlen(pid_variables[i]);
            uint64_t pid;
            if (strncmp(*at, pid_variables[i], len) != 0 || number_parse(*at + len, 10, INT_MAX, &pid) < 0 ||
                (pid_t)pid != child->life->self) {
                continue;
            }
            struct text t = TEXT_OVER(texts[i]);
            text_add(&t, pid_variables[i]);
            text_i64(&t, getpid());
            *at = texts[i];
            result = 0;
        }
    }
    return result;
}

static int step_signals(void *context)
{
    const struct main_child *child = context;
    if (child->life->inherited_child_ignored) {
        int result = signals_ignore(SIGCHLD);
        if (result < 0) {
            return result;
        }
    }
    return signals_mask(child->life->inherited_mask, NULL);
}

static int step_exec(void *context)
{
    struct main_child *child = context;
    char **argv = child->life->settings.program;
    const struct vector arguments = { .at = (const char **)argv };
    const struct vector environment = { .at = (const char **)environ };
    const char *search = NULL;
    if (strchr(argv[0], '/') == NULL) {
        search = getenv("PATH");
        search = search == NULL ? PROGRAM_SEARCH_PATH : search;
    }
    return program_execute(argv[0], search, &arguments, &environment, &child->notes);
}

static const struct step rows[] = {
    { "main-group", step_group, "setpgid(2)",
      "a process group of its own, so that a signal to main's group is none to primer", STEP_GOES_ON },
    { "main-terminal", step_terminal, "tcsetpgrp(3)",
      "whoever types at the terminal types to main: the foreground is handed on", STEP_GOES_ON },
    { "main-groups", step_groups, "setgroups(2)",
      "supplementary groups first: later the right to set them is gone", STEP_ENDS },
    { "main-user", step_user, "setresuid(2)", "group, then user: root is given up last", STEP_ENDS },
    { "main-caps", step_caps, "cap_iab(3)", "what is left of root's powers, and what outlives the exec",
      STEP_ENDS },
    { "main-no-new-privs", step_no_new_privs, "prctl(2)",
      "from here on no set-user-ID file gives powers back", STEP_ENDS },
    { "main-directory", step_directory, "chdir(2)", "as the user main runs as, who must be able to be there",
      STEP_ENDS },
    { "main-environment", step_environment, "sd_listen_fds(3)",
      "variables that name primer's pid must name main's", STEP_GOES_ON },
    { "main-signals", step_signals, "sigprocmask(2)",
      "the mask and the ignored signals are those that primer was given: nothing is pending for long from "
      "here on",
      STEP_ENDS },
    { "main-exec", step_exec, "execve(2)", "primer's image gives way to the program", STEP_ENDS },
};

const struct step_table main_steps = {
    .name = "main",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
};
