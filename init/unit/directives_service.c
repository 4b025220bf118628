/* directives_service: what a service is and how it lives, systemd.service(5). */
#include "unit/value.h"

static const char no_watchdog[] = "primer does not watch services for signs of life yet";
static const char no_sockets[] = "primer does not listen for services yet";
static const char no_store[] = "primer keeps no descriptors for services yet";
static const char no_modes[] = "a service that is late is ended by KillSignal= and then by FinalKillSignal=";
static const char no_actions[] = "what a unit's end does to the machine is primer.main='s matter so far";

#define SERVICE(word, ...)                                    \
    {                                                         \
        .name = word, .section = SECTION_SERVICE, __VA_ARGS__ \
    }
#define AT(field) .at = offsetof(struct draft_service, service.field)

static const struct directive rows[] = {
    SERVICE("Type", .parse = value_type,
            HELP("when it counts as started: simple, exec, forking, oneshot, notify, idle")),
    SERVICE("ExitType", .status = REFUSED, HELP("whose end ends it: the main process's or the last one's"),
            .because = "the main process's end ends the service", .off = "main"),
    SERVICE("RemainAfterExit", .parse = value_service_flag, .which = SERVICE_REMAIN_AFTER_EXIT,
            HELP("stays up when its processes are gone")),
    SERVICE("GuessMainPID", .parse = value_service_flag, .which = SERVICE_GUESS_MAIN,
            HELP("guess the main process of a forking service")),
    SERVICE("PIDFile", .parse = value_pid_file,
            HELP("where a forking service writes its main process's pid")),
    SERVICE("BusName", .status = IGNORED, HELP("the D-Bus name it takes"),
            .because = "only Type=dbus waits for it"),
    SERVICE("ExecStart", .parse = value_command, .which = PHASE_START, HELP("the program")),
    SERVICE("ExecStartPre", .parse = value_command, .which = PHASE_START_PRE, HELP("runs before it")),
    SERVICE("ExecStartPost", .parse = value_command, .which = PHASE_START_POST,
            HELP("runs when it is started")),
    SERVICE("ExecCondition", .status = REFUSED, HELP("decides whether it starts"),
            .because = "conditions are not there yet: the service starts in any case"),
    SERVICE("ExecReload", .parse = value_command, .which = PHASE_RELOAD,
            HELP("tells it to read its configuration again")),
    SERVICE("ExecStop", .parse = value_command, .which = PHASE_STOP, HELP("asks it to stop")),
    SERVICE("ExecStopPost", .parse = value_command, .which = PHASE_STOP_POST, HELP("runs when it is down")),
    SERVICE("RestartSec", .parse = value_span, AT(restart_delay_ns),
            HELP("how long to wait before a restart")),
    SERVICE("TimeoutStartSec", .parse = value_timeout, HELP("how long a start may take")),
    SERVICE("TimeoutStopSec", .parse = value_timeout, HELP("how long a stop may take before it is killed")),
    SERVICE("TimeoutSec", .parse = value_timeout, HELP("both of them")),
    SERVICE("TimeoutAbortSec", .status = REFUSED, HELP("how long a core dump may take"),
            .because = no_watchdog),
    SERVICE("TimeoutStartFailureMode", .status = REFUSED, HELP("how a late start is ended"),
            .because = no_modes, .off = "terminate"),
    SERVICE("TimeoutStopFailureMode", .status = REFUSED, HELP("how a late stop is ended"),
            .because = no_modes, .off = "terminate"),
    SERVICE("RuntimeMaxSec", .parse = value_span, .which = 1, AT(runtime_max_ns),
            HELP("how long it may run")),
    SERVICE("RuntimeRandomizedExtraSec", .status = REFUSED, HELP("chance added to RuntimeMaxSec="),
            .because = "RuntimeMaxSec= is taken as it is"),
    SERVICE("WatchdogSec", .status = REFUSED, HELP("how often it must give a sign of life"),
            .because = no_watchdog, .off = "infinity"),
    SERVICE("Restart", .parse = value_word, .which = WORDS_RESTART, AT(restart),
            HELP("when it is started again after its end")),
    SERVICE("SuccessExitStatus", .parse = value_exits, .which = EXIT_LIST_SUCCESS,
            HELP("further statuses and signals that are no failure")),
    SERVICE("RestartPreventExitStatus", .parse = value_exits, .which = EXIT_LIST_PREVENT,
            HELP("ends after which it is not restarted")),
    SERVICE("RestartForceExitStatus", .parse = value_exits, .which = EXIT_LIST_FORCE,
            HELP("ends after which it is restarted in any case")),
    SERVICE("RootDirectoryStartOnly", .status = REFUSED, HELP("RootDirectory= for ExecStart= alone"),
            .because = "there is no RootDirectory= yet"),
    SERVICE("PermissionsStartOnly", .status = REFUSED, HELP("old: User= and the like for ExecStart= alone"),
            .because = "say \"+\" before the other commands instead"),
    SERVICE("NonBlocking", .status = REFUSED, HELP("passed sockets do not block"), .because = no_sockets),
    SERVICE("NotifyAccess", .parse = value_word, .which = WORDS_NOTIFY_ACCESS, AT(notify_access),
            HELP("whose notify messages count: none, main, exec, all")),
    SERVICE("Sockets", .status = REFUSED, HELP("the sockets that are passed to it"), .because = no_sockets),
    SERVICE("FileDescriptorStoreMax", .status = REFUSED, HELP("how many descriptors are kept for it"),
            .because = no_store),
    SERVICE("USBFunctionDescriptors", .status = REFUSED, HELP("descriptors of a USB gadget"),
            .because = no_sockets),
    SERVICE("USBFunctionStrings", .status = REFUSED, HELP("strings of a USB gadget"), .because = no_sockets),
    SERVICE("OOMPolicy", .status = REFUSED,
            HELP("what happens when the kernel kills a process for want of memory"),
            .because = "the kernel's kill is an end like others", .off = "continue"),
    SERVICE("StartLimitInterval", .parse = value_span, AT(start_limit_interval_ns),
            HELP("old place of [Unit] StartLimitIntervalSec=")),
    SERVICE("StartLimitBurst", .parse = value_count, AT(start_limit_burst),
            HELP("old place of [Unit] StartLimitBurst=")),
    SERVICE("StartLimitAction", .status = REFUSED, HELP("old place of [Unit] StartLimitAction="),
            .because = no_actions, .off = "none"),
    SERVICE("FailureAction", .status = REFUSED, HELP("old place of [Unit] FailureAction="),
            .because = no_actions, .off = "none"),
    SERVICE("RebootArgument", .status = REFUSED, HELP("old place of [Unit] RebootArgument="),
            .because = no_actions),
};

const struct directive_table directives_service = { "systemd.service(5)", rows,
                                                    sizeof rows / sizeof rows[0] };
