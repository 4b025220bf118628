#include "base/clock.h"
#include "entrypoint/entrypoint.h"
#include "entrypoint/take.h"

#include <signal.h>

static enum option_result take_talkative(struct settings *s, const char *value)
{
    s->name_reaped = true;
    return take_verbose(s, value);
}

static const struct option options[] = {
    { "map", 0, "FROM=TO", take_map,
      "send main the signal TO in place of FROM (TERM=QUIT, RTMIN+3=TERM); TO may be \"ignore\"" },
    { "group", 'g', NULL, take_group, "send signals to main's whole process group" },
    { "exit", 0, "FROM=TO", take_exit, "end with status TO where main's is FROM (143=0)" },
    { "stop-signal", 0, "SIGNAL", take_stop_signal, "what tells the processes left over to stop (TERM)" },
    { "stop-timeout", 0, "SECONDS", take_stop_timeout,
      "how long a stop may take before everything is killed (10; 500ms, 2min, infinity)" },
    { "no-stop", 0, NULL, take_no_stop, "leave alone what main leaves over" },
    { "wait", 0, NULL, take_wait,
      "when main has ended, wait until the processes left over end by themselves" },
    { "pause", 0, NULL, take_pause, "run no program: only reap, and end on TERM or INT" },
    { "user", 0, "USER[:GROUP]", take_user,
      "run main as this user (name or number), with its supplementary groups" },
    { "cap", 0, "IAB", take_caps, "main's capabilities: !cap bounds, ^cap is ambient (cap_iab(3))" },
    { "no-new-privs", 0, NULL, take_no_new_privs, "main cannot gain privileges by executing a file" },
    { "chdir", 0, "FOLDER", take_directory, "main's working directory" },
    { "parent-death", 0, "SIGNAL", take_parent_death, "treat the death of primer's parent as this signal" },
    { "verbose", 'v', NULL, take_talkative, "tell what happens; twice: of every signal and process" },
    { "explain", 0, NULL, take_explain,
      "tell every step before it is taken, why, and where it is documented" },
    { "help", 'h', NULL, take_help, "this text" },
    { "version", 'V', NULL, take_version, "primer's version" },
};

static const struct variable variables[] = {
    { "PRIMER_STOP_SIGNAL", take_stop_signal, "a signal: TERM, QUIT, RTMIN+3", true },
    { "PRIMER_STOP_TIMEOUT", take_stop_timeout, "a time: 10, 500ms, 2min, infinity", true },
};

const struct phrase_row primer_phrases[PHRASES] = {
    [PHRASE_STARTED] = { 1, "%w runs as pid %n" },
    [PHRASE_RECEIVED] = { 2, "got signal %s" },
    [PHRASE_MAPPED] = { 2, "signal %s becomes %t" },
    [PHRASE_FORWARDED] = { 2, "signal %s is forwarded" },
    [PHRASE_DROPPED] = { 2, "signal %s is not forwarded" },
    [PHRASE_NOT_ALLOWED] = { 1, "signal %s could not be forwarded: %x" },
    [PHRASE_EXITED] = { 2, "process %n (%w) ended with status %m" },
    [PHRASE_KILLED] = { 2, "process %n (%w) was ended by signal %t" },
    [PHRASE_ORPHAN] = { 1, "reaped orphan %n (%w)" },
    [PHRASE_MAIN_ENDED] = { 1, "main has ended; the status is %n" },
    [PHRASE_HANDOFF] = { 2, "signal %s comes from giving the terminal away" },
    [PHRASE_SESSION] = { NEVER_SAID, "" },
    [PHRASE_TOLD] = { 1, "what is left is told to stop: %s" },
    [PHRASE_NO_REAPING] = { 1, "neither PID 1 nor a subreaper: zombie reaping won't work" },
    [PHRASE_NOT_FOUND] = { 0, "cannot execute %w: %x%h" },
    [PHRASE_NOT_EXECUTED] = { 0, "cannot execute %w: %x%h" },
    [PHRASE_ZOMBIE] = { 1, "zombie %n (%w) is not reaped by its parent, which lives: %m%h" },
};

const struct persona persona_primer = {
    .name = "primer",
    .usage = "[options] [--] program [arguments]",
    .version = "primer " PRIMER_VERSION,
    .prefix = "primer: ",
    .options_hint = "what -h lists",
    .help_fd = 1,
    .status_refused = 125,
    .waits = true,
    .settings = {
        .stop_signal = SIGTERM,
        .stop_timeout_ns = 10 * NS_PER_SECOND,
        .stop_bounded = true,
        .subreaper = true,
    },
    .options = options,
    .options_count = sizeof options / sizeof options[0],
    .variables = variables,
    .variables_count = sizeof variables / sizeof variables[0],
    .phrases = primer_phrases,
};
