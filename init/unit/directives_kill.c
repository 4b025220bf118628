/* directives_kill: how a service is ended, systemd.kill(5). */
#include "unit/value.h"

#define SERVICE(word, ...)                                    \
    {                                                         \
        .name = word, .section = SECTION_SERVICE, __VA_ARGS__ \
    }
#define AT(field) .at = offsetof(struct draft_service, service.field)

static const struct directive rows[] = {
    SERVICE("KillMode", .parse = value_word, .which = WORDS_KILL_MODE, AT(kill_mode),
            HELP("who is killed: control-group, mixed, process, none")),
    SERVICE("KillSignal", .parse = value_signal, AT(kill_signal), HELP("the signal that asks it to stop")),
    SERVICE("RestartKillSignal", .parse = value_signal, AT(restart_signal), HELP("the same for a restart")),
    SERVICE("FinalKillSignal", .parse = value_signal, AT(final_signal),
            HELP("the signal when it did not stop in time")),
    SERVICE("WatchdogSignal", .status = REFUSED, HELP("the signal when it gave no sign of life"),
            .because = "primer does not watch services for signs of life yet"),
    SERVICE("SendSIGKILL", .parse = value_service_flag, .which = SERVICE_SEND_SIGKILL,
            HELP("no: it is never killed, only asked")),
    SERVICE("SendSIGHUP", .parse = value_service_flag, .which = SERVICE_SEND_SIGHUP,
            HELP("SIGHUP follows KillSignal=")),
};

const struct directive_table directives_kill = { "systemd.kill(5)", rows, sizeof rows / sizeof rows[0] };
