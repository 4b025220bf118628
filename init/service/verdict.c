#include "service/verdict.h"

#include "base/clock.h"

#include <signal.h>

static bool is_on(const struct snapshot *snapshot, const struct unit_service *settings, enum exit_list list,
                  bool is_signal, uint8_t status)
{
    const struct exit_value *values = snapshot_at(snapshot, settings->exits.at);
    for (uint32_t i = 0; i < settings->exits.count; i++) {
        if (values[i].list == list && values[i].is_signal == is_signal && values[i].value == status) {
            return true;
        }
    }
    return false;
}

/*
 * The command that the process ran: the one under way, but a main process may live on while `command` has moved on
 * to a control command. NULL: a reload has taken it away, and it is judged by its status alone.
 */
static const struct unit_command *command_of(const struct snapshot *snapshot, const struct unit *unit,
                                             const struct service *s, enum role role)
{
    const struct unit_command *commands = snapshot_at(snapshot, unit->commands.at);
    const struct unit_command *found = NULL;
    if (role == ROLE_CONTROL) {
        return s->command < unit->commands.count ? &commands[s->command] : NULL;
    }
    for (uint32_t i = 0; i < unit->commands.count; i++) {
        if (commands[i].phase == PHASE_START) {
            found = &commands[i];
            if (i == s->command) {
                break;
            }
        }
    }
    return found;
}

/*
 * Status 0 is success, for a daemon also the signals that ask it to end, and what SuccessExitStatus= adds. A
 * command with "-" cannot fail. A core dump is never asked for.
 */
enum service_result verdict_on_exit(const struct snapshot *snapshot, const struct unit *unit,
                                    const struct service *s, const struct input *in)
{
    const struct unit_service *settings = snapshot_at(snapshot, unit->service);
    bool daemon = in->role == ROLE_MAIN && settings->type != SERVICE_ONESHOT;
    bool polite = in->is_signal && (in->status == SIGHUP || in->status == SIGINT || in->status == SIGTERM ||
                                    in->status == SIGPIPE);
    bool clean = (!in->is_signal && in->status == 0) || (daemon && polite) ||
                 is_on(snapshot, settings, EXIT_LIST_SUCCESS, in->is_signal, in->status);
    if (clean && !in->dumped_core) {
        return RESULT_SUCCESS;
    }
    const struct unit_command *command = command_of(snapshot, unit, s, in->role);
    if (command != NULL && command->flags & COMMAND_MAY_FAIL) {
        return RESULT_SUCCESS;
    }
    if (in->dumped_core) {
        return RESULT_CORE_DUMP;
    }
    return in->is_signal ? RESULT_SIGNAL : RESULT_EXIT_CODE;
}

/* The table of systemd.service(5). A stop that is asked for, though its turn has not come, is not undone. */
bool verdict_restarts(const struct snapshot *snapshot, const struct unit_service *settings,
                      const struct service *s)
{
    if (s->flags & FLAG_STOPPED || s->job == JOB_STOP || s->result == RESULT_START_LIMIT) {
        return false;
    }
    bool ended = s->flags & FLAG_MAIN_ENDED;
    bool is_signal = s->flags & FLAG_MAIN_SIGNAL;
    if (ended && is_on(snapshot, settings, EXIT_LIST_PREVENT, is_signal, s->main_status)) {
        return false;
    }
    if (ended && is_on(snapshot, settings, EXIT_LIST_FORCE, is_signal, s->main_status)) {
        return true;
    }
    bool success = s->result == RESULT_SUCCESS;
    switch (settings->restart) {
    case RESTART_ALWAYS: return true;
    case RESTART_ON_SUCCESS: return success;
    case RESTART_ON_FAILURE: return !success;
    case RESTART_ON_ABNORMAL: return !success && s->result != RESULT_EXIT_CODE;
    case RESTART_ON_ABORT: return s->result == RESULT_SIGNAL || s->result == RESULT_CORE_DUMP;
    default: /* "no"; "on-watchdog" has no watchdog to be woken by */ return false;
    }
}

/* StartLimitIntervalSec= and StartLimitBurst=: that many starts in a window which the first one opens. */
bool verdict_may_start(const struct unit_service *settings, struct service *s, uint64_t now_ns)
{
    uint64_t interval_ns = settings->start_limit_interval_ns;
    uint32_t burst = settings->start_limit_burst;
    if (interval_ns == 0 || burst == 0) {
        return true;
    }
    if (s->limit_count == 0 || now_ns > clock_after_ns(s->limit_from_ns, interval_ns)) {
        s->limit_from_ns = now_ns;
        s->limit_count = 0;
    }
    if (s->limit_count >= burst) {
        return false;
    }
    s->limit_count++;
    return true;
}
