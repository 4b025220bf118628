#include "base/clock.h"
#include "base/number.h"
#include "entrypoint/entrypoint.h"
#include "entrypoint/take.h"

#include <signal.h>

static enum option_result take_subreaper(struct settings *s, const char *value)
{
    s->subreaper = true;
    return OPTION_TAKEN;
}

static enum option_result take_name_reaped(struct settings *s, const char *value)
{
    s->name_reaped = true;
    return OPTION_TAKEN;
}

/* "-e 143": that status becomes 0. */
static enum option_result take_expected(struct settings *s, const char *value)
{
    uint64_t status;
    if (number_parse(value, 10, 255, &status) < 0) {
        return OPTION_REFUSED;
    }
    s->exit_map[status] = 0 + 1;
    return OPTION_TAKEN;
}

/* As atoi(3) reads it: what is no number is 0. */
static enum option_result take_verbosity(struct settings *s, const char *value)
{
    uint64_t level = 0;
    number_parse(value, 10, 9, &level);
    s->verbose = (uint8_t)level;
    return OPTION_TAKEN;
}

static const struct option options[] = {
    { NULL, 's', NULL, take_subreaper,
      "adopt and reap the orphans of the program's descendants, also when not PID 1" },
    { NULL, 'p', "SIGNAL", take_parent_death, "treat the death of the parent as this signal" },
    { NULL, 'g', NULL, take_group, "send signals to the program's whole process group" },
    { NULL, 'e', "STATUS", take_expected, "end with 0 where the program's status is this (may be repeated)" },
    { NULL, 'w', NULL, take_name_reaped, "tell of every orphan that is reaped" },
    { NULL, 'v', NULL, take_verbose, "tell more; up to three times" },
    { NULL, 'h', NULL, take_help, "this text" },
    { NULL, 'l', NULL, take_licence, "primer's licence" },
    { "version", 0, NULL, take_version, "the version" },
};

static const struct variable variables[] = {
    { "PRIMER_STOP_SIGNAL", take_stop_signal, "a signal: TERM, QUIT, RTMIN+3", true },
    { "PRIMER_STOP_TIMEOUT", take_stop_timeout, "a time: 10, 500ms, 2min, infinity", true },
    { "TINI_SUBREAPER", take_subreaper, "anything: as -s", false },
    { "TINI_KILL_PROCESS_GROUP", take_group, "anything: as -g", false },
    { "TINI_VERBOSITY", take_verbosity, "a number: 0 is silent, 1 as if nothing is said", false },
};

/* Tini's levels: warnings are 1, where it starts; news 2, details 3. */
static const struct phrase_row phrases[PHRASES] = {
    [PHRASE_STARTED] = { 2, "%w runs as pid %n" },
    [PHRASE_RECEIVED] = { 3, "got signal %s" },
    [PHRASE_MAPPED] = { 3, "signal %s becomes %t" },
    [PHRASE_FORWARDED] = { 3, "signal %s is forwarded" },
    [PHRASE_DROPPED] = { 3, "signal %s is not forwarded" },
    [PHRASE_EXITED] = { 3, "process %n ended with status %m" },
    [PHRASE_KILLED] = { 3, "process %n was ended by signal %t" },
    [PHRASE_ORPHAN] = { 1, "Reaped zombie process with pid=%n" },
    [PHRASE_MAIN_ENDED] = { 2, "main has ended; the status is %n" },
    [PHRASE_TOLD] = { 2, "what is left is told to stop: %s" },
    [PHRASE_ZOMBIE] = { 2, "zombie %n (%w) is not reaped by its parent, which lives: %m%h" },
    [PHRASE_NO_REAPING] = { 1, "neither PID 1 nor a subreaper, so zombie reaping won't work: "
                               "use -s, set TINI_SUBREAPER, or run as PID 1" },
};

const struct persona persona_tini = {
    .name = "tini",
    .usage = "[options] [--] program [arguments]",
    .version = "tini version " PRIMER_VERSION " (primer)", /* Docker looks for these two words */
    .prefix = "tini: ",
    .options_hint = "what -h lists",
    .help_fd = 1,
    .status_refused = 1,
    .waits = true,
    .settings = {
        .stop_signal = SIGTERM,
        .stop_timeout_ns = 10 * NS_PER_SECOND,
        .verbose = 1,
    },
    .options = options,
    .options_count = sizeof options / sizeof options[0],
    .variables = variables,
    .variables_count = sizeof variables / sizeof variables[0],
    .phrases = phrases,
};
