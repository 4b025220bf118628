/*
 * act: does what the state machine wants done: signals, starts, and what is to be cleared away at the end.
 */
#include "base/clock.h"
#include "base/fd.h"
#include "exec/command.h"
#include "exec/diagnose.h"
#include "manage/clean.h"
#include "manage/mainpid.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define AGED_NS NS_PER_SECOND /* a start that has told nothing for so long gives its slot to another */

/* Somebody wants to see the steps of children. */
static bool is_watched(const struct manager *m)
{
    return m->wishes.explain || m->wishes.breaks != NULL;
}

static const struct unit_service *settings_of(const struct manager *m, uint32_t unit)
{
    return snapshot_at(m->snapshot, snapshot_unit(m->snapshot, unit)->service);
}

/* A child that has not come to its setsid(2) yet leads no group; until it is reaped, it is there all the same. */
static bool keep_young(int32_t *group, int32_t before, int32_t living)
{
    bool young = living != 0 && living == before;
    *group = young ? before : *group;
    return young;
}

/*
 * Asks the tracker. Where process groups are the tracker, a leader's pid leads on to its unit as long as others are in its
 * group, and may be anybody's afterwards.
 */
bool act_is_empty(struct manager *m, uint32_t unit)
{
    const struct service *s = &m->services[unit];
    struct groups before = m->groups[unit];
    bool empty = tracker_is_empty(&m->tracker, manager_unit_name(m, unit), &m->groups[unit]);
    if (m->tracker.root_fd < 0) {
        empty &= !keep_young(&m->groups[unit].main, before.main, s->main_pid);
        empty &= !keep_young(&m->groups[unit].main, before.main, s->control_pid);
        empty &= !keep_young(&m->groups[unit].control, before.control, s->control_pid);
    }
    if (before.main != 0 && m->groups[unit].main == 0) {
        pids_remove(&m->pids, before.main);
    }
    if (before.control != 0 && m->groups[unit].control == 0) {
        pids_remove(&m->pids, before.control);
    }
    return empty;
}

/* Tells a service that waits for it that nobody is left. */
static void tell_empty(struct manager *m, uint32_t unit)
{
    if (act_is_empty(m, unit) && !mainpid_may_come(m, unit)) {
        manager_input(m, unit, &(struct input){ .kind = INPUT_EMPTY, .now_ns = clock_now_ns() });
    }
}

/* With cgroups the tracker is asked only where the answer decides something; the number of a group must be given up in time. */
void act_after_exit(struct manager *m, uint32_t unit)
{
    if (service_waits_for_empty(&m->services[unit])) {
        tell_empty(m, unit);
    } else if (m->tracker.root_fd < 0) {
        act_is_empty(m, unit);
    }
}

void act_after_orphan(struct manager *m, uint32_t unit)
{
    act_after_exit(m, unit);
    if (service_has_ended(&m->services[unit]) && (m->ending == END_NONE || !m->life->owns_machine)) {
        tracker_leave(&m->tracker, manager_unit_name(m, unit)); /* refused while others are in it */
    }
}

static void note_kill(struct manager *m, uint32_t unit, int signo, const char *whom, pid_t pid)
{
    struct event *e = event_note(&m->ring, EVENT_KILL, manager_unit_name(m, unit), NULL);
    e->code = signo;
    e->pid = pid;
    text_copy(e->word, sizeof e->word, whom);
}

/*
 * As systemd: a stopped process is woken, so that it sees the signal, and SendSIGHUP= adds a HUP for shells. The list ends
 * with 0.
 */
static void list_signals(const struct manager *m, uint32_t unit, int signo, int list[4])
{
    memset(list, 0, 4 * sizeof *list);
    *list++ = signo;
    if (signo != SIGKILL && signo != SIGCONT) {
        *list++ = SIGCONT;
    }
    if (signo != SIGKILL && settings_of(m, unit)->flags & SERVICE_SEND_SIGHUP) {
        *list = SIGHUP;
    }
}

static void signal_one(struct manager *m, uint32_t unit, pid_t pid, int signo, const char *whom)
{
    int list[4];
    list_signals(m, unit, signo, list);
    for (const int *next = list; pid != 0 && *next != 0; next++) {
        kill(pid, *next);
    }
    if (pid != 0) {
        note_kill(m, unit, signo, whom, pid);
    }
}

/*
 * A child that has not come to its setsid(2) yet may be in no group and no cgroup by which the tracker would find it. Its pid
 * is certain as long as nobody has reaped it, and a signal that it has already is not kept twice.
 */
static void signal_young(pid_t pid, int signo)
{
    if (pid != 0 && getpgid(pid) != pid) {
        kill(pid, signo);
    }
}

static void signal_all(struct manager *m, uint32_t unit, int signo)
{
    int list[4];
    list_signals(m, unit, signo, list);
    tracker_signal(&m->tracker, manager_unit_name(m, unit), &m->groups[unit], list);
    signal_young(m->services[unit].main_pid, signo);
    signal_young(m->services[unit].control_pid, signo);
    note_kill(m, unit, signo, "all", 0);
}

void act_signal(struct manager *m, uint32_t unit, int signo, unsigned whom)
{
    const struct service *s = &m->services[unit];
    if (whom & WHOM_ALL) {
        signal_all(m, unit, signo);
    } else {
        signal_one(m, unit, whom & WHOM_MAIN ? s->main_pid : 0, signo, "main");
        signal_one(m, unit, whom & WHOM_CONTROL ? s->control_pid : 0, signo, "control");
    }
}

static void do_kill(struct manager *m, uint32_t unit)
{
    struct service *s = &m->services[unit];
    int signo = s->kill_signal;
    bool waits = service_waits_for_empty(s);
    bool nobody_left = waits && act_is_empty(m, unit);
    s->todo &= (uint8_t)~TODO_KILL;
    if (!nobody_left) {
        act_signal(m, unit, signo, s->kill_whom);
    }
    if (waits) {
        tell_empty(m, unit);
    }
}

/* What primer itself adds to a command's environment; systemd.exec(5), "Environment variables in spawned processes". */
struct environment {
    const char *list[8];
    unsigned count;
    char invocation[64];
    char notify[128];
    char main_pid[32];
    char result[48];
    char exit_code[32];
    char exit_status[32];
};

static struct text variable(struct environment *env, char *buf, size_t size, const char *name)
{
    struct text t = { .at = buf, .size = size };
    buf[0] = '\0';
    text_add(&t, name);
    env->list[env->count++] = buf;
    return t;
}

/* How the service ended, for the commands that run because it did. */
static void add_result(struct environment *env, const struct service *s)
{
    char name[12];
    struct text t = variable(env, env->result, sizeof env->result, "SERVICE_RESULT=");
    text_add(&t, service_result_name(s->result));
    if (!(s->flags & FLAG_MAIN_ENDED)) {
        return;
    }
    t = variable(env, env->exit_code, sizeof env->exit_code, "EXIT_CODE=");
    text_add(&t, !s->status_is_signal ? "exited" : s->result == RESULT_CORE_DUMP ? "dumped" : "killed");
    t = variable(env, env->exit_status, sizeof env->exit_status, "EXIT_STATUS=");
    if (s->status_is_signal) {
        text_add(&t, signals_name(s->status, name));
    } else {
        text_u64(&t, s->status);
    }
}

static void fill_environment(struct manager *m, uint32_t unit, const struct unit_command *command,
                             struct environment *env)
{
    const struct service *s = &m->services[unit];
    env->count = 0;
    struct text t = variable(env, env->invocation, sizeof env->invocation, "INVOCATION_ID=");
    text_hex(&t, m->boot_id, 16);
    text_hex(&t, m->invocations, 16);
    if (m->notify_fd >= 0 && settings_of(m, unit)->notify_access != NOTIFY_NONE) {
        t = variable(env, env->notify, sizeof env->notify, "NOTIFY_SOCKET=");
        text_add(&t, m->notify_path);
    }
    if (s->main_pid != 0 && command->phase != PHASE_START) {
        t = variable(env, env->main_pid, sizeof env->main_pid, "MAINPID=");
        text_i64(&t, s->main_pid);
    }
    if (command->phase == PHASE_STOP || command->phase == PHASE_STOP_POST) {
        add_result(env, s);
    }
    env->list[env->count] = NULL;
}

/* Whoever is told of a child's steps is told of the last one by PID 1: a child that executes cannot say so any more. */
static void tell_last_step(struct manager *m, uint32_t unit, pid_t pid)
{
    if (is_watched(m)) {
        struct event *e = event_note(&m->ring, EVENT_STEP, manager_unit_name(m, unit), NULL);
        e->pid = pid;
        e->step = &command_steps.rows[command_steps.count - 1];
        text_copy(e->word, sizeof e->word, command_steps.name);
    }
}

static void told_of_exec(struct manager *m, uint32_t unit, pid_t pid, const struct child_report *report)
{
    bool main = m->services[unit].main_pid == pid;
    if (report->error == 0) {
        tell_last_step(m, unit, pid);
        event_note(&m->ring, EVENT_EXEC, manager_unit_name(m, unit), NULL)->pid = pid;
        if (main) {
            manager_input(m, unit, &(struct input){ .kind = INPUT_EXECED, .now_ns = clock_now_ns() });
        }
        return;
    }
    /* Its end is on its way and decides; this is only the reason. */
    struct event *e = event_note(&m->ring, EVENT_EXEC_FAILED, manager_unit_name(m, unit), report->detail);
    e->pid = pid;
    e->code = report->error;
    e->step = report->step < command_steps.count ? &command_steps.rows[report->step] : NULL;
    e->advice = diagnose_sentence(report->hint);
    text_copy(e->word, sizeof e->word, diagnose_word(report->hint));
    /* The ring forgets; this is kept for whoever asks why, until the next start. */
    struct service *s = &m->services[unit];
    s->failed_step = (uint8_t)(report->step + 1);
    s->failed_errno = (uint8_t)report->error;
    s->failed_hint = (uint8_t)report->hint;
}

static struct pending_exec *free_slot(struct manager *m)
{
    for (unsigned i = 0; i < PENDING_EXECS; i++) {
        if (m->execs[i].fd < 0) {
            return &m->execs[i];
        }
    }
    return NULL;
}

static void close_slot(struct manager *m, struct pending_exec *slot)
{
    fd_close(&slot->fd);
    slot->pid = 0;
    m->pending_execs--;
}

void act_read_exec(struct manager *m, uint32_t number)
{
    struct pending_exec *slot = &m->execs[number];
    struct child_report report;
    if (slot->fd < 0 || child_report_read(slot->fd, &report) == 0) {
        return;
    }
    pid_t pid = slot->pid;
    uint32_t unit = slot->unit;
    close_slot(m, slot);
    if (unit != UNIT_NONE) { /* else its unit went with a reload */
        told_of_exec(m, unit, pid, &report);
    }
}

void act_read_exec_of(struct manager *m, pid_t pid)
{
    for (uint32_t i = 0; m->pending_execs > 0 && i < PENDING_EXECS; i++) {
        if (m->execs[i].fd >= 0 && m->execs[i].pid == pid) {
            act_read_exec(m, i);
        }
    }
}

static struct pending_exec *oldest_slot(struct manager *m)
{
    struct pending_exec *oldest = &m->execs[0];
    for (unsigned i = 1; i < PENDING_EXECS; i++) {
        oldest = m->execs[i].since_ns < oldest->since_ns ? &m->execs[i] : oldest;
    }
    return oldest;
}

/*
 * A child that hangs before its exec (a program on a dead network filesystem) must not keep the others from being
 * watched: when all slots are taken, the oldest is given up. Its service then waits for its own time-out.
 */
static struct pending_exec *slot_for(struct manager *m)
{
    struct pending_exec *slot = free_slot(m);
    if (slot == NULL) {
        slot = oldest_slot(m);
        close_slot(m, slot);
    }
    return slot;
}

static void start_failed(struct manager *m, uint32_t unit, const struct unit_command *command, int error)
{
    struct event *e = event_note(&m->ring, EVENT_SPAWN_FAILED, manager_unit_name(m, unit), NULL);
    e->code = -error;
    text_copy(e->word, sizeof e->word, service_phase_name(command->phase));
    manager_input(m, unit,
                  &(struct input){ .kind = INPUT_SPAWN_FAILED,
                                   .role = (uint8_t)service_role(settings_of(m, unit), command->phase),
                                   .now_ns = clock_now_ns() });
}

static void started(struct manager *m, uint32_t unit, const struct unit_command *command, pid_t pid)
{
    /* A forking service's main process may stay in the group that its start has led. */
    int32_t *group = command->phase == PHASE_START ? &m->groups[unit].main : &m->groups[unit].control;
    if (m->tracker.root_fd < 0) {
        pids_remove(&m->pids, *group); /* what an earlier command left in its group is lost from here on */
        *group = pid;
    }
    pids_add(&m->pids, pid, unit);
    const char *description = snapshot_string(m->snapshot, snapshot_unit(m->snapshot, unit)->description);
    struct event *e = event_note(&m->ring, EVENT_SPAWN, manager_unit_name(m, unit), description);
    e->pid = pid;
    text_copy(e->word, sizeof e->word, service_phase_name(command->phase));
    manager_input(m, unit,
                  &(struct input){ .kind = INPUT_SPAWNED,
                                   .role = (uint8_t)service_role(settings_of(m, unit), command->phase),
                                   .pid = pid,
                                   .now_ns = e->time_ns });
}

/* The programs of idle services wait for the pipe's end. NULL: there is none, and nobody waits. */
static const int *open_idle(struct manager *m)
{
    if (m->idle_fds[0] < 0 && pipe2(m->idle_fds, O_CLOEXEC) < 0) {
        return NULL;
    }
    return m->idle_fds;
}

void act_release_idle(struct manager *m)
{
    if (m->idle_fds[0] >= 0 && (m->roster.jobs == 0 || m->ending != END_NONE)) {
        fd_close(&m->idle_fds[0]);
        fd_close(&m->idle_fds[1]);
    }
}

static void do_spawn(struct manager *m, uint32_t unit)
{
    struct service *s = &m->services[unit];
    const struct unit *u = snapshot_unit(m->snapshot, unit);
    const struct unit_command *commands = snapshot_at(m->snapshot, u->commands.at);
    const struct unit_command *command = &commands[s->command];
    struct environment env;
    struct child_report report;
    int report_fd = -1;

    s->todo &= (uint8_t)~TODO_SPAWN;
    if (command->phase == PHASE_START_PRE || command->phase == PHASE_START) {
        s->failed_step = s->failed_errno = s->failed_hint = 0;
    }
    m->invocations += command->phase == PHASE_START_PRE || command->phase == PHASE_START;
    fill_environment(m, unit, command, &env);
    m->spawning = unit;
    bool watched = is_watched(m);
    bool idle = command->phase == PHASE_START && (settings_of(m, unit)->flags & SERVICE_IDLE);
    int cgroup_fd = tracker_enter(&m->tracker, manager_unit_name(m, unit));
    struct command_request request = {
        .snapshot = m->snapshot,
        .unit = u,
        .command = command,
        .environment = env.list,
        .watch = watched ? &m->child_watch : NULL,
        .null_fd = m->null_fd,
        .log_fd = -1,
        .cgroup_fd = cgroup_fd,
        .at_home = m->at_home,
        .share_memory_allowed = !watched,
        .idle_fds = idle ? open_idle(m) : NULL,
    };
    pid_t pid = command_start(&request, &report_fd, &report);
    fd_close(&cgroup_fd);
    if (pid == -EAGAIN && reaper_has_work(m)) {
        s->todo |= TODO_SPAWN; /* a zombie is a process to the kernel's limits: again when all are reaped */
        m->dead_take_room = true;
        return;
    }
    if (pid < 0) {
        start_failed(m, unit, command, pid);
        return;
    }
    started(m, unit, command, pid);
    if (report_fd < 0) {
        told_of_exec(m, unit, pid, &report);
        return;
    }
    struct pending_exec *slot = slot_for(m);
    *slot = (struct pending_exec){ .fd = report_fd, .pid = pid, .unit = unit, .since_ns = s->since_ns };
    m->pending_execs++;
    /*
     * Once: closing it here does not end the wait as long as another child that is before its exec has a copy, and one that
     * hangs would keep it ready, with nobody to read it (epoll(7), question 6).
     */
    uint32_t once = EPOLLIN | EPOLLONESHOT;
    if (manager_watch(m, report_fd, once, SOURCE_EXEC, (uint32_t)(slot - m->execs)) < 0) {
        close_slot(m, slot); /* no memory for it: the reaper reads what there is */
    }
}

void act_on(struct manager *m, uint32_t unit)
{
    const struct service *s = &m->services[unit];
    if (s->todo & TODO_CLEAN) {
        clean_unit(m, unit);
    }
    if (s->todo & TODO_KILL) {
        do_kill(m, unit);
    }
    if (s->todo & TODO_SEARCH) {
        mainpid_search(m, unit);
    }
    if (s->todo & TODO_SPAWN) {
        if (clean_is_under_way(m, unit)) {
            roster_defer(&m->roster, unit); /* the chore's end brings it back */
        } else {
            do_spawn(m, unit);
        }
    }
}

bool act_has_room(struct manager *m)
{
    m->room_ns = NEVER_NS;
    if (m->pending_execs == PENDING_EXECS) {
        uint64_t aged_ns = clock_after_ns(oldest_slot(m)->since_ns, AGED_NS);
        m->room_ns = aged_ns > clock_now_ns() ? aged_ns : NEVER_NS;
    }
    return m->room_ns == NEVER_NS;
}
