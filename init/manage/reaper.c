/*
 * reaper: every child that ended is peeked, attributed, reaped, and told of; waitid(2).
 *
 * A peek (WNOWAIT) returns the same child until it is reaped, so each peeked child is reaped in the same turn; and
 * until then its pid cannot be another's, and /proc still knows its name, group and cgroup. At most 64 a turn: ten
 * thousand orphans must not keep a signal waiting. Nor a service: the kernel hands out the oldest child first, so in a
 * flood those that primer has started itself are asked for by name.
 */
#include "base/clock.h"
#include "manage/adopted.h"
#include "manage/manager.h"
#include "track/process.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

enum { A_TURN = 64, A_TURN_SLOTS = 256 }; /* slots: of the table of pids, most of them empty */

static void note_end(struct manager *m, uint32_t unit, const siginfo_t *info, bool main)
{
    const struct service *s = &m->services[unit];
    const struct unit *u = snapshot_unit(m->snapshot, unit);
    const struct unit_command *commands = snapshot_at(m->snapshot, u->commands.at);
    enum event_kind kind = info->si_code == CLD_EXITED ? EVENT_EXIT : EVENT_KILLED;
    struct event *e = event_note(&m->ring, kind, manager_unit_name(m, unit), NULL);
    e->pid = info->si_pid;
    e->code = info->si_status;
    const char *phase = service_phase_name(PHASE_START);
    if (!main && s->command < u->commands.count) {
        phase = service_phase_name(commands[s->command].phase);
    }
    text_copy(e->word, sizeof e->word, phase);
}

static void end_of_service_process(struct manager *m, uint32_t unit, const siginfo_t *info)
{
    const struct service *s = &m->services[unit];
    bool main = s->main_pid == info->si_pid;
    note_end(m, unit, info, main);
    manager_input(m, unit,
                  &(struct input){ .kind = INPUT_EXIT,
                                   .now_ns = clock_now_ns(),
                                   .pid = info->si_pid,
                                   .role = main ? ROLE_MAIN : ROLE_CONTROL,
                                   .status = (uint8_t)info->si_status,
                                   .is_signal = info->si_code != CLD_EXITED,
                                   .dumped_core = info->si_code == CLD_DUMPED });
    act_after_exit(m, unit);
}

uint32_t reaper_unit_of(struct manager *m, pid_t pid, const struct process *p)
{
    char name[UNIT_NAME_SIZE];
    if (tracker_unit_of(&m->tracker, pid, name, sizeof name)) {
        int64_t unit = m->snapshot == NULL ? -1 : snapshot_find(m->snapshot, name);
        return unit < 0 ? UNIT_NONE : (uint32_t)unit;
    }
    uint32_t unit = pids_find(&m->pids, p->session);
    return unit != UNIT_NONE ? unit : pids_find(&m->pids, p->group);
}

static void note_orphan(struct manager *m, const siginfo_t *info, const struct process *p, uint32_t unit)
{
    struct event *e = event_add_merged(&m->ring, EVENT_ORPHAN);
    e->pid = info->si_pid;
    e->parent = adopted_forget(&m->adopted, info->si_pid);
    e->code = info->si_status;
    text_copy(e->word, sizeof e->word, p->name);
    text_copy(e->text, sizeof e->text, info->si_code == CLD_EXITED ? "exited" : "killed");
    text_copy(e->unit, sizeof e->unit, unit == UNIT_NONE ? "" : manager_unit_name(m, unit));
}

/*
 * Whether a service's last process has gone is asked once for all of its orphans in a row: with process groups the kernel
 * goes through the whole group for the answer.
 */
static void after_orphans(struct manager *m, uint32_t next)
{
    uint32_t unit = m->orphans_of;
    m->orphans_of = next;
    if (unit != UNIT_NONE && unit != next) {
        act_after_orphan(m, unit);
    }
}

/* One dead child: PID, or with 0 any. False: there is none. */
static bool reap_one(struct manager *m, pid_t pid)
{
    siginfo_t info = { 0 };
    int result = waitid(pid == 0 ? P_ALL : P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
    if (pid == 0) {
        m->drained = result < 0 && errno == ECHILD;
    }
    if (result < 0 || info.si_pid == 0) {
        return false;
    }
    act_read_exec_of(m, info.si_pid);
    uint32_t unit = pids_find(&m->pids, info.si_pid);
    bool own = unit != UNIT_NONE &&
               (m->services[unit].main_pid == info.si_pid || m->services[unit].control_pid == info.si_pid);
    struct process p = { .name = "?" };
    struct chore *chore = own ? NULL : chore_of(m, info.si_pid);
    if (!own && chore == NULL && process_read(m->proc_fd, info.si_pid, &p) == 0) {
        unit = reaper_unit_of(m, info.si_pid, &p);
    }

    siginfo_t reaped;
    waitid(P_PID, (id_t)info.si_pid, &reaped, WEXITED | WNOHANG);

    after_orphans(m, own || chore != NULL ? UNIT_NONE : unit);
    if (own) {
        if (m->groups[unit].main != info.si_pid && m->groups[unit].control != info.si_pid) {
            pids_remove(&m->pids, info.si_pid);
        }
        end_of_service_process(m, unit, &info);
        adopted_look(m, info.si_pid, unit);
    } else if (chore != NULL) {
        chore_ended(m, chore, info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status);
    } else {
        note_orphan(m, &info, &p, unit);
        adopted_look(m, info.si_pid, unit);
    }
    return true;
}

/* Those who do not have to stand in line: all chores, and some of the services' processes, others in the next turn. */
static void reap_known(struct manager *m)
{
    for (unsigned i = 0; i < CHORES; i++) {
        if (m->chores[i].pid != 0) {
            reap_one(m, m->chores[i].pid);
        }
    }
    for (unsigned i = 0; i < A_TURN_SLOTS && m->pids.slots != NULL; i++) {
        struct pid_entry known = m->pids.slots[m->reap_from++ & m->pids.mask];
        if (known.pid != 0) {
            reap_one(m, known.pid);
        }
    }
}

bool reaper_has_work(struct manager *m)
{
    siginfo_t info = { 0 };
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        m->reap = true;
    }
    return m->reap;
}

bool reaper_turn(struct manager *m)
{
    unsigned reaped = 0;
    while (reaped < A_TURN && reap_one(m, 0)) {
        reaped++;
    }
    if (reaped == A_TURN) {
        reap_known(m);
    }
    after_orphans(m, UNIT_NONE);
    return reaped == A_TURN;
}
