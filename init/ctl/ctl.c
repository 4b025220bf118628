#include "ctl/ctl.h"

#include "base/clock.h"
#include "base/errname.h"
#include "base/fd.h"
#include "base/number.h"
#include "base/text.h"
#include "ctl/show.h"
#include "ctl/talk.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* --- verbs -------------------------------------------------------------------------------------------- */

/* A request without a record in its answer that matters; of each unit, or of none. */
static int change(struct ctl *c)
{
    struct answer answer;
    char more[64] = "";
    struct text t = TEXT_OVER(more);
    if (strcmp(c->verb->name, "kill") == 0) {
        text_add(&t, c->signal);
        text_char(&t, ' ');
        text_add(&t, c->whom);
    }
    text_add(&t, c->no_block ? " no-block" : "");
    int status = 0;
    unsigned i = 0;
    do {
        const char *unit = c->count == 0 ? NULL : c->args[i];
        int result = talk(c, c->verb->request, unit, more[0] == '\0' ? NULL : more, NULL, NULL, &answer);
        if (result == 0 && !talk_is(answer.end, "end", "done")) {
            show_job(unit, answer.end);
            result = CTL_FAILED;
        }
        status = status == 0 ? result : status;
    } while (++i < c->count);
    return status;
}

static int list(struct ctl *c)
{
    struct answer answer;
    struct told told = { 0 };
    int status = talk(c, c->verb->request, NULL, NULL, show_keep, &told, &answer);
    show_list(c, &told);
    return status;
}

static int status_of(struct ctl *c)
{
    int status = 0;
    unsigned i = 0;
    do {
        struct answer answer;
        struct told told = { 0 };
        int result = talk(c, c->verb->request, c->count == 0 ? NULL : c->args[i], c->json ? "json" : NULL,
                          show_keep, &told, &answer);
        show_status(c, &told);
        status = status == 0 ? result : status;
    } while (++i < c->count);
    return status;
}

/* Says for each unit in one word how it is; WELL, and whether that is what was asked for. */
static int say_active(struct ctl *c, bool (*is_well)(const char *line), int otherwise)
{
    int status = 0;
    for (unsigned i = 0; i < c->count; i++) {
        struct answer answer;
        struct told told = { 0 };
        int result = talk(c, c->verb->request, c->args[i], NULL, show_keep, &told, &answer);
        if (result == 0 && told.at != NULL) {
            struct field word = talk_field(told.at, "active");
            word = word.len == 0 ? talk_field(told.at, "progress") : word;
            char line[32] = "";
            struct text t = TEXT_OVER(line);
            text_add_n(&t, word.at, word.len);
            show_line(NULL, line);
            result = is_well(told.at) ? 0 : otherwise;
        }
        status = status == 0 ? result : status;
    }
    return status;
}

static bool is_active(const char *line)
{
    return talk_is(line, "active", "active");
}

static bool is_failed(const char *line)
{
    return talk_is(line, "active", "failed");
}

/* Active, or its work was done; and of the whole boot: nothing failed. */
static bool is_fine(const char *line)
{
    bool done = talk_is(line, "active", "inactive") && talk_field(line, "since").len > 0;
    bool up = talk_is(line, "progress", "up") && talk_is(line, "failed", "0");
    return is_active(line) || done || up;
}

static int say_is_active(struct ctl *c)
{
    return say_active(c, is_active, CTL_INACTIVE);
}

static int say_is_failed(struct ctl *c)
{
    return say_active(c, is_failed, CTL_FAILED);
}

static int wait_for(struct ctl *c)
{
    return say_active(c, is_fine, CTL_FAILED);
}

static int events(struct ctl *c)
{
    struct answer answer;
    char more[32] = "";
    struct text t = TEXT_OVER(more);
    text_add(&t, c->json ? "json" : "text");
    text_add(&t, c->now ? " now" : "");
    text_add(&t, c->debug ? " debug" : "");
    return talk(c, c->verb->request, c->count == 0 ? NULL : c->args[0], more, show_line, NULL, &answer);
}

enum { MANY = 1000000 };

const struct verb ctl_verbs[] = {
    { "start", "UNIT...", 1, MANY, change, "start", "start it, and what it requires and wants" },
    { "stop", "UNIT...", 1, MANY, change, "stop", "stop it, and what requires it" },
    { "restart", "UNIT...", 1, MANY, change, "restart", "stop it, if it is up, and start it" },
    { "try-restart", "UNIT...", 1, MANY, change, "try-restart", "the same, if it is up; else nothing" },
    { "kill", "UNIT...", 1, MANY, change, "kill", "send its processes a signal" },
    { "reset-failed", "[UNIT...]", 0, MANY, change, "reset-failed",
      "forget a failure, and how often it was started" },
    { "daemon-reload", "", 0, 0, change, "reload", "read all unit files again" },
    { "power-off", "", 0, 0, change, "power-off",
      "stop everything and power off; a manager without a machine ends" },
    { "poweroff", "", 0, 0, change, "power-off", "the same" },
    { "reboot", "", 0, 0, change, "reboot", "stop everything and reboot" },
    { "halt", "", 0, 0, change, "halt", "stop everything and halt" },
    { "list", "", 0, 0, list, "list", "all units, those that failed first" },
    { "status", "[UNIT...]", 0, MANY, status_of, "status",
      "how it is and why, what its file asks for in vain, its last events; without UNIT: the manager, and "
      "what failed" },
    { "is-active", "UNIT...", 1, MANY, say_is_active, "list", "status 0 when all are active, else 3" },
    { "is-failed", "UNIT...", 1, MANY, say_is_failed, "list", "status 0 when all have failed, else 1" },
    { "wait", "UNIT...|boot", 1, MANY, wait_for, "wait",
      "until it is up or has ended, or all that the boot asks for; status 1 when something failed" },
    { "events", "[UNIT]", 0, 1, events, "events", "what happened and happens, until it is interrupted" },
    { "check", "FILE|FOLDER...", 1, MANY, ctl_check, NULL,
      "read unit files as a manager would, without one, and say what is wrong with them" },
    { "notify", "NAME=VALUE...", 1, MANY, ctl_notify, NULL,
      "tell the manager of the service that this runs in, READY=1 for example" },
};
const unsigned ctl_verb_count = sizeof ctl_verbs / sizeof ctl_verbs[0];

const struct long_option ctl_options[] = {
    { "--json", NULL, offsetof(struct ctl, json), "a JSON object a line" },
    { "--no-block", NULL, offsetof(struct ctl, no_block), "do not wait for the end of what was asked for" },
    { "--timeout", "SECONDS", offsetof(struct ctl, timeout), "wait no longer; status 124 then" },
    { "--signal", "SIGNAL", offsetof(struct ctl, signal), "for kill; TERM" },
    { "--whom", "all|main|control", offsetof(struct ctl, whom), "for kill; all" },
    { "--now", NULL, offsetof(struct ctl, now), "for events: those so far, and no more" },
    { "--debug", NULL, offsetof(struct ctl, debug), "for events: all of them" },
    { "--run", "FOLDER", offsetof(struct ctl, folder), "where the manager has its sockets; /run/primer" },
    { "--help", NULL, offsetof(struct ctl, help), "this list" },
    { "--version", NULL, offsetof(struct ctl, version), "the version" },
};
const unsigned ctl_option_count = sizeof ctl_options / sizeof ctl_options[0];

/* --- words -------------------------------------------------------------------------------------------- */

int ctl_say(const char *what, const char *why, int status)
{
    char line[2048] = "";
    struct text t = TEXT_OVER(line);
    text_add(&t, "primerctl: ");
    if (what != NULL) {
        text_add(&t, what);
        text_add(&t, why == NULL ? "" : ": ");
    }
    text_add(&t, why == NULL ? "" : why);
    text_char(&t, '\n');
    fd_write_all(STDERR_FILENO, line, t.len);
    return status;
}

int ctl_say_errno(const char *what, int error, int status)
{
    char why[128] = "";
    struct text t = TEXT_OVER(why);
    text_add(&t, errname(error));
    text_add(&t, " (");
    text_add(&t, errname_words(error));
    text_char(&t, ')');
    return ctl_say(what, why, status);
}

static int help(void)
{
    static const char usage[] = "usage: primerctl [OPTION...] VERB [ARGUMENT...]\n";
    fd_write_all(STDOUT_FILENO, usage, sizeof usage - 1);
    for (unsigned i = 0; i < ctl_verb_count; i++) {
        long_option_row(ctl_verbs[i].name, ctl_verbs[i].args, ctl_verbs[i].help);
    }
    long_option_help(ctl_options, ctl_option_count);
    return 0;
}

static int refuse(const char *word, const char *why, const struct nearest *nearest)
{
    char line[128] = "";
    struct text t = TEXT_OVER(line);
    text_add(&t, why);
    if (nearest->best != NULL) {
        text_add(&t, "; did you mean ");
        text_add(&t, nearest->best);
        text_char(&t, '?');
    }
    return ctl_say(word, line, CTL_USAGE);
}

/* Options stand anywhere before "--"; what is left is the verb and its arguments. */
static int take_words(struct ctl *c, int argc, char **argv)
{
    int left = 0;
    bool options = true;
    for (int i = 0; i < argc;) {
        int taken = options && argv[i][0] == '-' ? long_option_take(ctl_options, ctl_option_count, c, argv + i) : 0;
        if (taken == 0 && options && strcmp(argv[i], "--") == 0) {
            options = false;
            i++;
            continue;
        }
        if (taken == 0 && options && argv[i][0] == '-') {
            struct nearest nearest = long_option_nearest(ctl_options, ctl_option_count, argv[i]);
            return refuse(argv[i], "not an option, or its value is missing", &nearest);
        }
        if (taken == 0) {
            argv[left++] = argv[i];
        }
        i += taken == 0 ? 1 : taken;
    }
    argv[left] = NULL;
    c->args = argv + (left > 0);
    c->count = left > 0 ? (unsigned)left - 1 : 0;
    return 0;
}

static int find_verb(struct ctl *c, const char *word)
{
    struct nearest nearest = { .word = word };
    for (unsigned i = 0; i < ctl_verb_count; i++) {
        nearest_offer(&nearest, ctl_verbs[i].name);
        if (strcmp(ctl_verbs[i].name, word) == 0) {
            c->verb = &ctl_verbs[i];
        }
    }
    if (c->verb == NULL) {
        return refuse(word, "no verb of primerctl", &nearest);
    }
    if (c->count < c->verb->least || c->count > c->verb->most) {
        return ctl_say(word, c->verb->args[0] == '\0' ? "takes no argument" : c->verb->args, CTL_USAGE);
    }
    return 0;
}

static int set_deadline(struct ctl *c)
{
    uint64_t seconds = 0;
    c->deadline_ns = NEVER_NS;
    if (c->timeout != NULL) {
        if (number_parse(c->timeout, 10, 1000000000, &seconds) < 0) {
            return ctl_say(c->timeout, "not a number of seconds", CTL_USAGE);
        }
        c->deadline_ns = clock_after_ns(clock_now_ns(), seconds * NS_PER_SECOND);
    }
    return 0;
}

static void look_at_terminal(struct ctl *c)
{
    struct winsize size = { 0 };
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org: set, and not empty */
    c->terminal = isatty(STDOUT_FILENO);
    c->colour = c->terminal && (no_color == NULL || no_color[0] == '\0');
    if (c->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        c->width = size.ws_col;
    }
}

int ctl_main(int argc, char **argv)
{
    struct ctl c = { .folder = "/run/primer", .signal = "TERM", .whom = "all" };
    int status = take_words(&c, argc - 1, argv + (argc > 0));
    if (status != 0) {
        return status;
    }
    if (c.version) {
        show_line(NULL, "primerctl " PRIMER_VERSION);
        return 0;
    }
    if (c.help || argc < 2 || argv[1] == NULL) {
        return c.help ? help() : ctl_say(NULL, "say what to do: see primerctl --help", CTL_USAGE);
    }
    status = find_verb(&c, argv[1]);
    status = status == 0 ? set_deadline(&c) : status;
    look_at_terminal(&c);
    return status == 0 ? c.verb->run(&c) : status;
}
