#include "base/clock.h"
#include "entrypoint/entrypoint.h"
#include "entrypoint/take.h"

#include <signal.h>

static enum option_result take_debug_variable(struct settings *s, const char *value)
{
    s->verbose = 2;
    return OPTION_TAKEN;
}

/* catatonit reserves this variable and refuses to run with it. */
static enum option_result take_log_variable(struct settings *s, const char *value)
{
    return OPTION_REFUSED;
}

static const struct option options[] = {
    { NULL, 'g', NULL, take_group, "send signals to the program's whole process group" },
    { NULL, 'P', NULL, take_pause, "run no program: only reap, and end on TERM or INT" },
    { NULL, 'L', NULL, take_licence, "primer's licence" },
    { NULL, 'h', NULL, take_help, "this text" },
    { "version", 'V', NULL, take_version, "the version" },
};

static const struct variable variables[] = {
    { "PRIMER_STOP_SIGNAL", take_stop_signal, "a signal: TERM, QUIT, RTMIN+3", true },
    { "PRIMER_STOP_TIMEOUT", take_stop_timeout, "a time: 10, 500ms, 2min, infinity", true },
    { "CATATONIT_DEBUG", take_debug_variable, "anything: tell what happens", false },
    { "CATATONIT_LOG", take_log_variable, "nothing: it is reserved, unset it", false },
};

const struct persona persona_catatonit = {
    .name = "catatonit",
    .usage = "[options] [--] program [arguments]",
    .version = "tini version " PRIMER_VERSION "_primer", /* Docker looks for these two words */
    .prefix = "catatonit: ",
    .options_hint = "what -h lists",
    .help_fd = 1,
    .status_refused = 1,
    .waits = true,
    .settings = {
        .stop_signal = SIGTERM,
        .stop_timeout_ns = 10 * NS_PER_SECOND,
        .leave = true,
        .subreaper = true,
    },
    .options = options,
    .options_count = sizeof options / sizeof options[0],
    .variables = variables,
    .variables_count = sizeof variables / sizeof variables[0],
    .phrases = primer_phrases,
};
