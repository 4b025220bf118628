#include "base/clock.h"
#include "base/number.h"
#include "entrypoint/entrypoint.h"
#include "entrypoint/take.h"

#include <signal.h>
#include <string.h>

enum { LAST_SIGNAL = 31 }; /* dumb-init's -r knows no real-time signals */

/* Signals by which a terminal stops a job: with a session of its own main would not be stopped by them. */
static const uint8_t stopping[] = { SIGTSTP, SIGTTIN, SIGTTOU };

static enum option_result take_single_child(struct settings *s, const char *value)
{
    s->session = false;
    s->group = false;
    s->no_stop = true;
    for (unsigned i = 0; i < sizeof stopping; i++) {
        if (s->signal_map[stopping[i]] == SIGSTOP) {
            s->signal_map[stopping[i]] = 0;
        }
    }
    return OPTION_TAKEN;
}

/* "15:3", by number; to 0: not forwarded. */
static enum option_result take_rewrite(struct settings *s, const char *value)
{
    char from_digits[3];
    const char *colon = strchr(value, ':');
    uint64_t from;
    uint64_t to;
    if (colon == NULL || (size_t)(colon - value) >= sizeof from_digits) {
        return OPTION_REFUSED;
    }
    memcpy(from_digits, value, (size_t)(colon - value));
    from_digits[colon - value] = '\0';
    if (number_parse(from_digits, 10, LAST_SIGNAL, &from) < 0 || from == 0 ||
        number_parse(colon + 1, 10, LAST_SIGNAL, &to) < 0) {
        return OPTION_REFUSED;
    }
    s->signal_map[from] = to == 0 ? (int8_t)MAP_DROPPED : (int8_t)to;
    return OPTION_TAKEN;
}

static enum option_result take_debug_variable(struct settings *s, const char *value)
{
    return strcmp(value, "1") == 0 ? take_verbose(s, value) : OPTION_TAKEN;
}

static enum option_result take_session_variable(struct settings *s, const char *value)
{
    return strcmp(value, "0") == 0 ? take_single_child(s, value) : OPTION_TAKEN;
}

static const struct option options[] = {
    { "single-child", 'c', NULL, take_single_child,
      "send signals to the program only, and leave alone what it leaves over" },
    { "rewrite", 'r', "FROM:TO, two signals as numbers from 1 to 31, TO 0 for none", take_rewrite,
      "send the signal TO in place of FROM" },
    { "verbose", 'v', NULL, take_verbose, "tell what happens" },
    { "help", 'h', NULL, take_help, "this text" },
    { "version", 'V', NULL, take_version, "the version" },
};

static const struct variable variables[] = {
    { "PRIMER_STOP_SIGNAL", take_stop_signal, "a signal: TERM, QUIT, RTMIN+3", true },
    { "PRIMER_STOP_TIMEOUT", take_stop_timeout, "a time: 10, 500ms, 2min, infinity", true },
    { "DUMB_INIT_DEBUG", take_debug_variable, "1: as -v", false },
    { "DUMB_INIT_SETSID", take_session_variable, "0: as -c", false },
};

/* What scripts around dumb-init look for in its debugging output is said in the words that they know. */
static const struct phrase_row phrases[PHRASES] = {
    [PHRASE_STARTED] = { 1, "Child spawned with PID %n." },
    [PHRASE_RECEIVED] = { 1, "Received signal %n." },
    [PHRASE_MAPPED] = { 1, "Translating signal %n to %m." },
    [PHRASE_FORWARDED] = { 1, "Forwarded signal %n to children." },
    [PHRASE_DROPPED] = { 1, "Not forwarding signal %n to children (ignored)." },
    [PHRASE_EXITED] = { 1, "A child with PID %n exited with exit status %m." },
    [PHRASE_KILLED] = { 1, "A child with PID %n was terminated by signal %m." },
    [PHRASE_ORPHAN] = { NEVER_SAID, "" },
    [PHRASE_MAIN_ENDED] = { 1, "Child exited with status %n. Goodbye." },
    [PHRASE_HANDOFF] = { 1, "Ignoring tty hand-off signal %n." },
    [PHRASE_SESSION] = { 1, "setsid complete." },
    [PHRASE_TOLD] = { NEVER_SAID, "" },
    [PHRASE_NOT_FOUND] = { 0, "%w: %X" },
    [PHRASE_NOT_EXECUTED] = { 0, "%w: %X%h" },
    [PHRASE_ZOMBIE] = { NEVER_SAID, "" },
};

const struct persona persona_dumb_init = {
    .name = "dumb-init",
    .usage = "[options] [--] program [arguments]",
    .version = "dumb-init v1.2.5", /* whose options these are: scripts compare it */
    .stands_for = "primer " PRIMER_VERSION " in the place of dumb-init",
    .prefix = "[dumb-init] ",
    .help_fd = 2,
    .status_refused = 1,
    .waits = false,
    .settings = {
        .stop_signal = SIGTERM,
        .stop_timeout_ns = 10 * NS_PER_SECOND,
        .subreaper = true,
        .leave = true,
        .session = true,
        .suspend = true,
        .group = true,
        .signal_map = { [SIGTSTP] = SIGSTOP, [SIGTTIN] = SIGSTOP, [SIGTTOU] = SIGSTOP },
    },
    .options = options,
    .options_count = sizeof options / sizeof options[0],
    .variables = variables,
    .variables_count = sizeof variables / sizeof variables[0],
    .phrases = phrases,
};
