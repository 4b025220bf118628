#include "manage/manager.h"

#include "base/clock.h"
#include "base/fd.h"
#include "manage/mainpid.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bounds of one turn: whoever has more to do comes again after everybody else. */
enum { A_TURN_ACTS = 64, A_TURN_SIGNALS = 16, A_TURN_SOURCES = 32, A_TURN_RECORDS = 64 };

static const char *const endings[ENDINGS] = {
    [END_NONE] = "none",     [END_EXIT] = "exit", [END_POWER_OFF] = "power-off",
    [END_REBOOT] = "reboot", [END_HALT] = "halt",
};

const char *ending_name(enum ending how)
{
    return endings[how];
}

/* The roster tells what happens; here it becomes events. */
static void on_note(void *who, const struct note *note)
{
    struct manager *m = who;
    const struct service *s = &m->services[note->unit];
    const char *name = manager_unit_name(m, note->unit);
    struct event *e;
    switch (note->kind) {
    case NOTE_STATE:
        mainpid_give_up(m, note->unit);
        timers_update(&m->timers, note->unit); /* a job may have ended its wait: no input told of that */
        e = event_note(&m->ring, EVENT_STATE, name, NULL);
        text_copy(e->word, sizeof e->word, service_state_name(s->state));
        if (s->result != RESULT_SUCCESS) {
            text_copy(e->text, sizeof e->text, service_result_name(s->result));
        }
        /* How the main unit's process ended is what the run is about: its status says it, to whoever asked. */
        e->routine = note->unit == m->main_unit &&
                     (s->result == RESULT_EXIT_CODE || s->result == RESULT_SIGNAL);
        break;
    case NOTE_JOB:
        e = event_note(&m->ring, EVENT_JOB, name, service_job_result_name(note->result));
        text_copy(e->word, sizeof e->word, service_job_name(note->job));
        if (m->cycle_told && note->result == JOB_SKIPPED) {
            e->advice = "that breaks the ordering cycle told above; take one After= or Before= out of it";
            m->cycle_told = false;
        }
        control_note(m, note);
        m->main_refused |= note->unit == m->main_unit && note->job == JOB_START && note->result != JOB_DONE;
        break;
    case NOTE_CYCLE: /* arrow by arrow; whom it costs its start is told behind the last one */
        event_note(&m->ring, EVENT_CYCLE, name, manager_unit_name(m, note->other));
        m->cycle_told = true;
        break;
    case NOTE_RESTART: event_note(&m->ring, EVENT_RESTART, name, NULL)->count = s->restarts; break;
    }
}

void manager_init(struct manager *m, const struct life *life)
{
    memset(m, 0, sizeof *m);
    m->life = life;
    m->pid = getpid();
    m->epoll_fd = m->signal_fd = m->null_fd = m->notify_fd = m->loader_fd = m->proc_fd = -1;
    m->control.fd = -1;
    m->idle_fds[0] = m->idle_fds[1] = -1;
    m->tell_fds[0] = m->tell_fds[1] = -1;
    m->tracker.root_fd = -1;
    m->main_unit = m->orphans_of = UNIT_NONE;
    m->room_ns = NEVER_NS;
    m->roster = (struct roster){ .head = UNIT_NONE, .tail = UNIT_NONE, .note = on_note, .who = m };
    for (unsigned i = 0; i < PENDING_EXECS; i++) {
        m->execs[i].fd = -1;
    }
    for (unsigned i = 0; i < OUTLETS; i++) {
        m->outlets[i].fd = -1;
        m->outlets[i].reader.seq = 1;
    }
    m->wishes.level = LEVEL_NOTICE;
    m->wishes.stop_timeout_ns = 90 * NS_PER_SECOND;
    m->start = (struct step_runner){ .table = life->start, .context = m, .watch = &m->watch };
    m->stop = (struct step_runner){ .table = life->stop, .context = m, .watch = &m->watch };
    event_ring_init(&m->ring);
    struct event *hello = event_note(&m->ring, EVENT_HELLO, NULL, PRIMER_VERSION);
    hello->pid = m->pid;
    text_copy(hello->word, sizeof hello->word, life->name);
}

int manager_watch(struct manager *m, int fd, uint32_t events, enum source source, uint32_t number)
{
    struct epoll_event event = { .events = events, .data.u64 = (uint64_t)source << 32 | number };
    return epoll_ctl(m->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* Every disposition is set back, once, so that children inherit what systemd.exec(5) promises them. */
static void reset_dispositions(void)
{
    signal_set ignored = signals_ignored();
    for (int signo = 1; signo <= SIGNAL_LAST; signo++) {
        if (ignored & SIGNAL_BIT(signo)) {
            signals_default(signo);
        }
    }
}

/* Process 1 as the kernel starts it is where a service is to be; then no child needs to go there. */
static bool is_at_home(void)
{
    char here[2];
    mode_t was = umask(0022);
    umask(was);
    return was == 0022 && getcwd(here, sizeof here) != NULL && strcmp(here, "/") == 0;
}

int manager_open(struct manager *m)
{
    m->at_home = is_at_home();
    reset_dispositions();
    fd_keep_inherited();
    signals_mask(signals_blockable, NULL);
    if (getrandom(&m->boot_id, sizeof m->boot_id, GRND_NONBLOCK) < 0) {
        m->boot_id = clock_now_ns(); /* too early for the kernel: unique in this boot is what counts */
    }
    m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (m->epoll_fd < 0) {
        return -errno;
    }
    m->signal_fd = signals_fd(signals_blockable);
    if (m->signal_fd < 0) {
        return m->signal_fd;
    }
    if (pipe2(m->tell_fds, O_CLOEXEC) < 0) {
        return -errno;
    }
    fcntl(m->tell_fds[0], F_SETFL, O_NONBLOCK); /* children may wait for us, never the other way round */
    int error = manager_watch(m, m->signal_fd, EPOLLIN, SOURCE_SIGNALS, 0);
    return error < 0 ? error : manager_watch(m, m->tell_fds[0], EPOLLIN, SOURCE_TELL, 0);
}

void manager_input(struct manager *m, uint32_t unit, const struct input *input)
{
    roster_input(&m->roster, unit, input);
    timers_update(&m->timers, unit);
}

void manager_boot_work_done(struct manager *m)
{
    for (uint32_t i = 0; m->setup_done && i < m->roster.count; i++) {
        if (snapshot_unit(m->snapshot, i)->flags & UNIT_BOOT_WORK) {
            manager_input(m, i, &(struct input){ .kind = INPUT_READY, .now_ns = clock_now_ns() });
        }
    }
}

void manager_stop(struct manager *m, enum ending how)
{
    if (m->ending == END_NONE) {
        struct event *e = event_add(&m->ring, EVENT_STOPPING);
        text_copy(e->word, sizeof e->word, ending_name(how));
        m->stop_deadline_ns = clock_after_ns(clock_now_ns(), m->wishes.stop_timeout_ns);
        m->roster.stop_timeout_ns = m->wishes.stop_timeout_ns;
        if (m->snapshot != NULL) {
            roster_stop_all(&m->roster);
        }
        m->roster.going_down = true;
    }
    m->ending = how;
    m->again = true; /* whoever asks from within a turn has new jobs for the next one */
}

/* --- what comes in ------------------------------------------------------------------------------------ */

static void on_signal(struct manager *m, const struct signalfd_siginfo *info)
{
    int signo = (int)info->ssi_signo;
    if (signo == SIGCHLD) {
        m->reap = true;
        return;
    }
    const struct signal_row *row = NULL;
    for (unsigned i = 0; i < m->life->signal_count && row == NULL; i++) {
        row = m->life->signals[i].signo == signo ? &m->life->signals[i] : NULL;
    }
    struct event *e = event_add_merged(&m->ring, EVENT_SIGNAL);
    e->code = signo;
    e->pid = (int32_t)info->ssi_pid;
    const char *word = row == NULL ? "no meaning" : row->act == ACT_RELOAD ? "reload" : ending_name(row->how);
    text_copy(e->word, sizeof e->word, word);
    if (row == NULL) {
        return;
    }
    if (row->act == ACT_STOP) {
        manager_stop(m, row->how);
    } else if (m->started && m->ending == END_NONE) {
        units_load(m);
    }
}

static void read_signals(struct manager *m)
{
    struct signalfd_siginfo infos[A_TURN_SIGNALS];
    ssize_t n = read(m->signal_fd, infos, sizeof infos);
    for (ssize_t i = 0; i < n / (ssize_t)sizeof infos[0]; i++) {
        on_signal(m, &infos[i]);
    }
}

/* A child is stopped at a break: it is not late, a person looks on. */
static void give_time(struct manager *m, pid_t pid)
{
    uint32_t unit = pids_find(&m->pids, pid);
    if (unit != UNIT_NONE) {
        m->services[unit].deadline_ns = NEVER_NS;
        timers_update(&m->timers, unit);
    }
    for (unsigned i = 0; i < CHORES; i++) {
        if (m->chores[i].pid == pid) {
            m->chores[i].deadline_ns = NEVER_NS;
        }
    }
}

/* Records that children write: forks of this very process, so their pointers to steps are ours. */
static void read_tellings(struct manager *m)
{
    for (unsigned i = 0; i < A_TURN_RECORDS; i++) {
        struct event told;
        if (read(m->tell_fds[0], &told, sizeof told) != sizeof told) {
            return;
        }
        if (told.kind == EVENT_MAIN) {
            mainpid_told(m, &told);
            continue;
        }
        struct event *e = event_add(&m->ring, told.kind);
        told.seq = e->seq;
        *e = told;
        if (told.kind == EVENT_BREAK) {
            give_time(m, told.pid);
        }
    }
}

static void on_source(struct manager *m, uint64_t tag)
{
    uint32_t number = (uint32_t)tag;
    switch ((enum source)(tag >> 32)) {
    case SOURCE_SIGNALS: read_signals(m); break;
    case SOURCE_TELL: read_tellings(m); break;
    case SOURCE_NOTIFY: notify_read(m); break;
    case SOURCE_EXEC: act_read_exec(m, number); break;
    case SOURCE_CONTROL: control_accept(m); break;
    case SOURCE_CLIENT: control_client(m, number); break;
    case SOURCE_OUTLET: /* there is room again: the flush at the turn's end uses it */ break;
    }
}

/* --- what follows from it ----------------------------------------------------------------------------- */

static void run_timers(struct manager *m, uint64_t now_ns)
{
    uint32_t unit = 0;
    for (unsigned i = 0; i < A_TURN_ACTS && timers_next(&m->timers, &unit) <= now_ns; i++) {
        manager_input(m, unit, &(struct input){ .kind = INPUT_TIMEOUT, .now_ns = now_ns });
    }
}

/* True: there is more to do, but others come first. */
static bool run_jobs(struct manager *m)
{
    m->room_ns = NEVER_NS;
    m->dead_take_room = false;
    if (m->snapshot == NULL) {
        return false;
    }
    for (unsigned i = 0; i < A_TURN_ACTS && !m->dead_take_room; i++) {
        uint32_t unit = roster_next(&m->roster, clock_now_ns());
        if (unit == UNIT_NONE) {
            return false;
        }
        if (m->services[unit].todo & TODO_SPAWN && !act_has_room(m)) {
            return false; /* the children that take the room will tell */
        }
        act_on(m, unit);
        timers_update(&m->timers, unit);
    }
    return true;
}

/* The main unit's end is the end of all, and its status is the run's. */
static void watch_main_unit(struct manager *m)
{
    if (m->main_unit == UNIT_NONE || m->ending != END_NONE || !m->started) {
        return;
    }
    const struct service *s = &m->services[m->main_unit];
    bool over = s->begun_ns != 0 && s->job == JOB_NONE &&
                (s->state == STATE_DEAD || s->state == STATE_FAILED);
    m->main_over = over;
    if (over || (m->main_refused && s->begun_ns == 0)) {
        manager_stop(m, m->life->owns_machine ? END_POWER_OFF : END_EXIT);
    }
}

static void watch_progress(struct manager *m)
{
    if (!m->started || m->snapshot == NULL || m->roster.jobs > 0 || m->ending != END_NONE) {
        return;
    }
    if (m->up_ns == 0) {
        struct event *e = event_note(&m->ring, EVENT_UP, manager_unit_name(m, m->snapshot->root), NULL);
        e->count = m->roster.failed;
        m->up_ns = e->time_ns;
    }
    if (m->roster.busy == 0 && !m->idle_told && m->main_unit == UNIT_NONE &&
        chore_find(m, CHORE_SHELL) == NULL) {
        m->idle_told = true;
        event_add(&m->ring, EVENT_IDLE);
        m->life->idle(m);
    }
}

/* What the run's status is, once nothing can change it any more. */
static void settle_status(struct manager *m)
{
    if (m->status_reason != NULL) {
        return;
    }
    m->status_reason = ending_name(m->ending);
    if (m->wishes.main == NULL) {
        return;
    }
    if (m->main_unit == UNIT_NONE) {
        m->status = 1;
        m->status_reason = "no-main-unit";
        return;
    }
    const struct service *s = &m->services[m->main_unit];
    if (s->begun_ns == 0) {
        m->status = 1;
        m->status_reason = m->main_refused ? "not-started" : ending_name(m->ending);
        return;
    }
    if (!m->main_over && s->result == RESULT_SUCCESS && s->status_is_signal && m->life->owns_machine) {
        return; /* it ran until the machine was told to go down, and our own signal is not its failure */
    }
    m->status = s->status;
    m->status_is_signal = s->status_is_signal;
    m->status_reason = s->status_is_signal ? "killed" : "exited";
    if (s->result != RESULT_SUCCESS && s->result != RESULT_EXIT_CODE && s->result != RESULT_SIGNAL) {
        m->status_reason = service_result_name(s->result);
        if (m->status == 0) {
            m->status = 1;
        }
    }
}

/* The tables of steps go on as far as they can without waiting. */
static void run_steps(struct manager *m, uint64_t now_ns)
{
    if (!m->started && m->ending == END_NONE) {
        m->step_deadline_ns = NEVER_NS;
        int result = step_run(&m->start);
        m->started = result != STEP_WAIT;
        if (result < 0) {
            m->life->start_failed(m, result);
        }
    }
    bool quiet = m->roster.jobs == 0 || now_ns >= m->stop_deadline_ns;
    if (m->ending != END_NONE && (quiet || m->stop_begun)) {
        /* From here on the steps say when to look again, a break before the first one too. */
        m->stop_begun = true;
        settle_status(m);
        m->step_deadline_ns = NEVER_NS;
        m->done = step_run(&m->stop) == 0;
    }
}

/* An outlet is waited for only while it is full: one that has hung up would be "ready" for ever. */
static void flush_outlets(struct manager *m)
{
    for (unsigned i = 0; i < OUTLETS; i++) {
        struct outlet *o = &m->outlets[i];
        bool waited = o->waiting;
        outlet_flush(o, &m->ring);
        if (o->waiting && !waited) {
            manager_watch(m, o->fd, EPOLLOUT, SOURCE_OUTLET, i);
        } else if (!o->waiting && waited) {
            epoll_ctl(m->epoll_fd, EPOLL_CTL_DEL, o->fd, NULL);
        }
    }
}

static uint64_t least(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

static int wait_ms(struct manager *m, uint64_t now_ns, uint64_t next_ns)
{
    uint32_t unit;
    next_ns = least(next_ns, timers_next(&m->timers, &unit));
    next_ns = least(next_ns, m->step_deadline_ns);
    next_ns = least(next_ns, event_settle(&m->ring, false));
    next_ns = least(next_ns, m->room_ns);
    if (m->ending != END_NONE && m->roster.jobs > 0 && !m->stop_begun) {
        next_ns = least(next_ns, m->stop_deadline_ns);
    }
    if (next_ns == NEVER_NS) {
        return -1;
    }
    if (next_ns <= now_ns) {
        return 0;
    }
    uint64_t ms = (next_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* One turn without the wait. True: come again at once. */
static bool turn(struct manager *m)
{
    bool more = false;
    uint64_t now_ns = clock_now_ns();
    if (m->reap) {
        if (m->notify_fd >= 0) {
            notify_read(m); /* what the dead have said, before they are gone */
        }
        read_tellings(m);
        m->reap = reaper_turn(m);
        more = m->reap;
    }
    run_timers(m, now_ns);
    run_steps(m, now_ns);
    more |= run_jobs(m);
    act_release_idle(m);
    watch_main_unit(m);
    watch_progress(m);
    more |= units_tell_findings(m);
    if (m->load_again && !units_loading(m)) {
        units_load(m);
    }
    bool turns_down = m->ending != END_NONE && m->roster.jobs == 0 && !m->stop_begun;
    bool again = m->again;
    m->again = false;
    return more || again || m->reap || turns_down;
}

int manager_run(struct manager *m)
{
    bool more = true;
    while (!m->done) {
        uint64_t now_ns = clock_now_ns();
        uint64_t chores_ns = chore_deadlines(m, now_ns);
        event_settle(&m->ring, false);
        flush_outlets(m);
        uint64_t next_ns = least(chores_ns, control_turn(m, now_ns));
        struct epoll_event events[A_TURN_SOURCES];
        int n = epoll_wait(m->epoll_fd, events, A_TURN_SOURCES, more ? 0 : wait_ms(m, now_ns, next_ns));
        for (int i = 0; i < n; i++) {
            on_source(m, events[i].data.u64);
        }
        more = turn(m);
    }
    event_settle(&m->ring, true);
    for (unsigned i = 0; i < OUTLETS; i++) {
        outlet_finish(&m->outlets[i], &m->ring, clock_after_ns(clock_now_ns(), NS_PER_SECOND));
    }
    return m->status_is_signal ? 128 + m->status : m->status;
}
