#include "ctl/ctl.h"

#include "base/clock.h"
#include "base/errname.h"
#include "base/fd.h"
#include "base/number.h"
#include "base/text.h"
#include "ctl/units.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { VERB_NAME = 20 };

/* --- verbs -------------------------------------------------------------------------------------------- */

/* A request without a record in its answer that matters; of each unit, or of none. */
static int request(struct ctl *c, const char *name)
{
    struct answer answer;
    char more[64] = "";
    struct text t = TEXT_OVER(more);
    if (strcmp(name, "kill") == 0) {
        text_add(&t, c->signal);
        text_char(&t, ' ');
        text_add(&t, c->whom);
    }
    text_add(&t, c->no_block ? " no-block" : "");
    int status = 0;
    unsigned i = 0;
    do {
        const char *unit = c->count == 0 ? NULL : c->args[i];
        int result = talk(c, name, unit, more[0] == '\0' ? NULL : more, NULL, NULL, &answer);
        if (result == 0 && !talk_is(answer.end, "end", "done")) {
            show_job(unit, answer.end);
            result = CTL_FAILED;
        }
        if (c->json && unit != NULL && answer.end[0] != '\0') {
            char record[2 * TALK_LINE] = "";
            struct text r = TEXT_OVER(record);
            record_put(&r, talk_field(answer.end, "unit").len == 0 ? "unit" : "asked", unit);
            text_char(&r, '\t');
            text_add(&r, answer.end);
            show_object(record);
        }
        status = status == 0 ? result : status;
    } while (++i < c->count);
    return status;
}

static int change(struct ctl *c)
{
    return request(c, c->name);
}

static int reload(struct ctl *c)
{
    return request(c, "reload");
}

static int power_off(struct ctl *c)
{
    return request(c, "power-off");
}

static int list(struct ctl *c)
{
    static const char *const columns[] = { "unit", "active", "state", "main-pid", "description", NULL };
    struct answer answer;
    struct told told = { 0 };
    int status = talk(c, "list", NULL, NULL, show_keep, &told, &answer);
    show_table(c, &told, columns);
    return status;
}

static int status_of(struct ctl *c)
{
    int status = 0;
    unsigned i = 0;
    do {
        struct answer answer;
        struct told told = { 0 };
        int result = talk(c, "status", c->count == 0 ? NULL : c->args[i], c->json ? "json" : NULL, show_keep,
                          &told, &answer);
        show_status(c, &told);
        status = status == 0 ? result : status;
    } while (++i < c->count);
    return status;
}

/* Says for each unit in one word how it is; WELL, and whether that is what was asked for. */
static int say_active(struct ctl *c, const char *request, bool (*is_well)(const char *line), int otherwise)
{
    int status = 0;
    for (unsigned i = 0; i < c->count; i++) {
        struct answer answer;
        struct told told = { 0 };
        int result = talk(c, request, c->args[i], NULL, show_keep, &told, &answer);
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
    return talk_is(line, "active", "active") || talk_is(line, "active", "reloading");
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
    return say_active(c, "list", is_active, CTL_INACTIVE);
}

static int say_is_failed(struct ctl *c)
{
    return say_active(c, "list", is_failed, CTL_FAILED);
}

static int wait_for(struct ctl *c)
{
    return say_active(c, "wait", is_fine, CTL_FAILED);
}

static int events(struct ctl *c)
{
    struct answer answer;
    char more[32] = "";
    struct text t = TEXT_OVER(more);
    text_add(&t, c->json ? "json" : "text");
    text_add(&t, c->now ? " now" : "");
    text_add(&t, c->debug ? " debug" : "");
    return talk(c, "events", c->count == 0 ? NULL : c->args[0], more, show_line, NULL, &answer);
}

const struct verb ctl_verbs[] = {
    { "start UNIT...", change, "start it, and what it requires and wants" },
    { "stop UNIT...", change, "stop it, and what requires it" },
    { "restart UNIT...", change, "stop it, if it is up, and start it" },
    { "try-restart UNIT...", change, "the same, if it is up; else nothing" },
    { "reload UNIT...", change, "tell it to read its configuration again: ExecReload=" },
    { "reload-or-restart UNIT...", change, "the same, if it can; else start it again" },
    { "kill UNIT...", change, "send its processes a signal" },
    { "reset-failed [UNIT...]", change, "forget a failure, and how often it was started" },
    { "daemon-reload", reload, "read all unit files again" },
    { "power-off", power_off, "stop everything and power off; a manager without a machine ends" },
    { "poweroff", power_off, "the same" },
    { "reboot", change, "stop everything and reboot" },
    { "halt", change, "stop everything and halt" },
    { "list", list, "all units, those that failed first" },
    { "status [UNIT...]", status_of,
      "how it is and why, what its file asks for in vain, its last events; without UNIT: the manager, and "
      "what failed" },
    { "is-active UNIT...", say_is_active, "status 0 when all are active, else 3" },
    { "is-failed UNIT...", say_is_failed, "status 0 when all have failed, else 1" },
    { "wait UNIT...|boot", wait_for,
      "until it is up or has ended, or all that the boot asks for; status 1 when something failed" },
    { "events [UNIT]", events, "what happened and happens, until it is interrupted" },
    { "cat UNIT...", ctl_cat, "its file and its drop-ins, as they are read" },
    { "deps UNIT...", ctl_deps, "what it requires and wants, and what that does: a tree" },
    { "show UNIT...", ctl_show, "all that is known of it, KEY=VALUE" },
    { "blame", ctl_blame, "how long each unit took to start, the longest first" },
    { "critical-chain [UNIT]", ctl_critical_chain,
      "what it waited for, what that waited for, and so on; without UNIT: what the boot waited for" },
    { "explain UNIT...", ctl_explain,
      "what its start does, in order: each step between fork and exec, its manual page, and why" },
    { "zombies", ctl_zombies, "processes that have ended, with the parent that has not waited for them" },
    { "check FILE|FOLDER...", ctl_check,
      "read unit files as a manager would, without one, and say what is wrong with them" },
    { "notify NAME=VALUE...", ctl_notify,
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
    { "--reverse", NULL, offsetof(struct ctl, reverse), "for deps: who requires and wants it" },
    { "--property", "KEY,...", offsetof(struct ctl, property), "for show: these alone" },
    { "--units", "FOLDER", offsetof(struct ctl, units),
      "for cat, deps and explain: without a manager, with this folder in place of /etc/primer" },
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
        long_option_row(ctl_verbs[i].usage, NULL, ctl_verbs[i].help);
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
        int taken = options && argv[i][0] == '-'
                        ? long_option_take(ctl_options, ctl_option_count, c, argv + i)
                        : 0;
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

static char names[sizeof ctl_verbs / sizeof ctl_verbs[0]][VERB_NAME]; /* for whoever mistypes one */

static int find_verb(struct ctl *c, const char *word)
{
    struct nearest nearest = { .word = word };
    const char *args = NULL;
    for (unsigned i = 0; i < ctl_verb_count; i++) {
        size_t len = strcspn(ctl_verbs[i].usage, " ");
        char *name = memcpy(names[i], ctl_verbs[i].usage, len);
        nearest_offer(&nearest, name);
        if (strcmp(name, word) == 0) {
            c->run = ctl_verbs[i].run;
            args = ctl_verbs[i].usage + len;
        }
    }
    if (args == NULL) {
        return refuse(word, "no verb of primerctl", &nearest);
    }
    bool needs = args[0] != '\0' && args[1] != '[';
    unsigned most = text_find(args, "...") != NULL ? UINT_MAX : args[0] != '\0';
    if (c->count < needs || c->count > most) {
        return ctl_say(word, args[0] == '\0' ? "takes no argument" : args + 1, CTL_USAGE);
    }
    c->name = word;
    return text_find(args, "UNIT") == NULL ? 0 : units_expand(c);
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
    look_at_terminal(&c);
    status = set_deadline(&c);
    status = status == 0 ? find_verb(&c, argv[1]) : status;
    return status == 0 ? c.run(&c) : status;
}
