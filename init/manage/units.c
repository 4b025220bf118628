/*
 * units: a snapshot comes in and takes the place of the one before.
 *
 * A loader (a chore) writes it into a memfd; what does not check is refused whole, and nothing has changed then.
 * At a reload the records of units that are still there go over by name, with their processes, jobs and timers. The
 * memory for all records is one mapping, made here and nowhere else.
 */
#include "base/clock.h"
#include "base/fd.h"
#include "manage/manager.h"
#include "unit/load.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { A_TURN_FINDINGS = 32 };

const char *manager_unit_name(const struct manager *m, uint32_t unit)
{
    return unit_name(m->snapshot, unit);
}

static void load_failed(struct manager *m, const char *why, int error)
{
    error = error < 0 ? -error : error;
    event_note(&m->ring, EVENT_LOAD_FAILED, NULL, why)->code = error;
    m->load_error = error == 0 ? -EIO : -error;
}

/* --- the loader's side, in a child ------------------------------------------------------------------- */

/* Whether the unit has, or is to have, a life that a reload must not lose. */
static bool is_alive(const struct service *s)
{
    return !service_has_ended(s) || s->state == STATE_AUTO_RESTART || s->job != JOB_NONE ||
           s->main_pid != 0 || s->control_pid != 0;
}

static int loader_run(void *context)
{
    struct manager *m = context;
    uint32_t count = m->snapshot == NULL ? 0 : m->roster.count;
    bool *alive = mmap(NULL, count + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (alive == MAP_FAILED) {
        return 1;
    }
    for (uint32_t i = 0; i < count; i++) {
        alive[i] = is_alive(&m->services[i]);
    }
    const char *names[] = { m->wishes.main, NULL };
    const char *folders[LOAD_FOLDERS];
    load_folders_behind(m->wishes.units, folders);
    struct load_request request = { .folders = m->wishes.units == NULL ? NULL : folders,
                                    .root = m->wishes.unit,
                                    .names = names,
                                    .old = m->snapshot,
                                    .alive = m->snapshot == NULL ? NULL : alive };
    if (load_units(&request, m->loader_fd) < 0) {
        return 1;
    }
    off_t size = lseek(m->loader_fd, 0, SEEK_END);
    const void *written = size <= 0 ? MAP_FAILED
                                    : mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, m->loader_fd, 0);
    if (written != MAP_FAILED) {
        load_print_findings(written, FINDING_WARNING, STDERR_FILENO);
    }
    return 0;
}

/* --- PID 1's side ------------------------------------------------------------------------------------- */

/* All records of COUNT units in one mapping. */
struct records {
    void *memory;
    size_t size;
    struct service *services;
    struct groups *groups;
    struct pid_entry *pids;
    uint32_t pid_slots;
    uint32_t *heap;
    uint32_t *place;
};

static int make_records(uint32_t count, struct records *r)
{
    r->pid_slots =
        pids_slots(count + count / 2 + 32); /* a main process each, and some with a control process */
    size_t services = count * sizeof *r->services;
    size_t pids = r->pid_slots * sizeof *r->pids;
    size_t groups = count * sizeof *r->groups;
    size_t numbers = count * sizeof *r->heap;
    r->size = services + pids + groups + 2 * numbers;
    r->memory = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r->memory == MAP_FAILED) {
        return -errno;
    }
    char *at = r->memory;
    r->services = (struct service *)(void *)at;
    r->pids = (struct pid_entry *)(void *)(at += services);
    r->groups = (struct groups *)(void *)(at += pids);
    r->heap = (uint32_t *)(void *)(at += groups);
    r->place = (uint32_t *)(void *)(at + numbers);
    return 0;
}

/*
 * The command that runs is known by its number. In the new snapshot it is the one of the same phase that does the same;
 * if there is none, the number behind the last one: nothing follows it.
 */
static uint32_t same_command(const struct snapshot *old, const struct unit *was, const struct snapshot *new,
                             const struct unit *is, uint32_t number)
{
    const struct unit_command *before = snapshot_at(old, was->commands.at);
    const struct unit_command *after = snapshot_at(new, is->commands.at);
    for (uint32_t i = 0; number < was->commands.count && i < is->commands.count; i++) {
        if (after[i].phase == before[number].phase &&
            strcmp(snapshot_string(new, after[i].path), snapshot_string(old, before[number].path)) == 0) {
            return i;
        }
    }
    return is->commands.count;
}

/* Takes over the record of unit WAS of the old roster as unit IS of the new one. */
static void carry_over(const struct manager *m, uint32_t was, const struct snapshot *new, uint32_t is,
                       const struct records *r)
{
    struct service *s = &r->services[is];
    *s = m->services[was];
    s->flags &= (uint16_t)~FLAG_QUEUED;
    s->blocker = UNIT_NONE;
    s->cursor = 0;
    s->command = same_command(m->snapshot, snapshot_unit(m->snapshot, was), new, snapshot_unit(new, is),
                              s->command);
    if (s->command == snapshot_unit(new, is)->commands.count) {
        s->todo &= (uint8_t)~TODO_SPAWN;
    }
    r->groups[is] = m->groups[was];
}

static void renumber(struct manager *m, const struct snapshot *new)
{
    for (unsigned i = 0; i < ADOPTED; i++) {
        if (m->adopted.slots[i].pid != 0 && m->adopted.slots[i].unit != UNIT_NONE) {
            int64_t unit = snapshot_find(new, manager_unit_name(m, m->adopted.slots[i].unit));
            m->adopted.slots[i].unit = unit < 0 ? UNIT_NONE : (uint32_t)unit;
        }
    }
    for (unsigned i = 0; i < PENDING_EXECS; i++) {
        if (m->execs[i].fd >= 0) {
            int64_t unit = snapshot_find(new, manager_unit_name(m, m->execs[i].unit));
            m->execs[i].unit = unit < 0 ? UNIT_NONE : (uint32_t)unit;
        }
    }
    for (unsigned i = 0; i < CHORES; i++) {
        if (m->chores[i].pid != 0 && m->chores[i].unit != UNIT_NONE) {
            int64_t unit = snapshot_find(new, manager_unit_name(m, m->chores[i].unit));
            m->chores[i].unit = unit < 0 ? UNIT_NONE : (uint32_t)unit;
        }
    }
}

/* Pids and timers follow from the records. */
static void rebuild(struct manager *m)
{
    for (uint32_t i = 0; i < m->roster.count; i++) {
        const struct service *s = &m->services[i];
        const int32_t pids[] = { s->main_pid, s->control_pid, m->groups[i].main, m->groups[i].control };
        for (unsigned k = 0; k < sizeof pids / sizeof pids[0]; k++) {
            if (pids[k] != 0) {
                pids_add(&m->pids, pids[k], i);
            }
        }
        timers_update(&m->timers, i);
    }
}

/* Some in a turn, and none while their reader lags: a thousand of them must not push anything else out of the ring. */
bool units_tell_findings(struct manager *m)
{
    if (m->snapshot == NULL || m->outlets[OUTLET_EVENTS].waiting) {
        return false;
    }
    const struct finding *findings = snapshot_at(m->snapshot, m->snapshot->findings.at);
    const uint32_t count = m->snapshot->findings.count;
    for (unsigned i = 0; i < A_TURN_FINDINGS && m->findings_told < count; i++) {
        const struct finding *f = &findings[m->findings_told++];
        const char *unit = f->unit < m->roster.count ? manager_unit_name(m, f->unit) : NULL;
        const char *directive = f->directive == 0 ? "" : snapshot_string(m->snapshot, f->directive);
        enum event_kind kind = f->severity == FINDING_UNCONFINED ? EVENT_UNCONFINED : EVENT_FINDING;
        if (f->severity == FINDING_NOTE) {
            continue;
        }
        struct event *e = event_note(&m->ring, kind, unit, directive);
        e->code = (int32_t)f->line;
        text_copy(e->word, sizeof e->word, load_severity_name(f->severity));
    }
    return m->findings_told < count;
}

static int swap(struct manager *m, const struct snapshot *new)
{
    struct records r = { 0 };
    int error = make_records(new->units.count, &r);
    if (error < 0) {
        return error;
    }
    struct roster old = m->roster;
    struct roster roster;
    roster_init(&roster, new, r.services, old.note, m);
    for (uint32_t was = 0; m->snapshot != NULL && was < old.count; was++) {
        int64_t is = snapshot_find(new, manager_unit_name(m, was));
        if (is >= 0) {
            carry_over(m, was, new, (uint32_t)is, &r);
        }
    }
    if (m->snapshot != NULL) {
        renumber(m, new);
        control_renumber(m, new);
        snapshot_close(m->snapshot);
        munmap(m->memory, m->memory_size);
    }
    roster.going_down = old.going_down;
    roster.stop_timeout_ns = old.stop_timeout_ns;
    m->snapshot = new;
    m->roster = roster;
    m->services = r.services;
    m->groups = r.groups;
    m->memory = r.memory;
    m->memory_size = r.size;
    m->pids = (struct pids){ .slots = r.pids, .mask = r.pid_slots - 1 };
    m->timers = (struct timers){ .services = r.services, .heap = r.heap, .place = r.place };
    rebuild(m);
    roster_recount(&m->roster);
    return 0;
}

static void loader_ended(struct manager *m, int status)
{
    const struct snapshot *new = NULL;
    int error = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        load_failed(m, "the loader failed", 0);
        error = -EIO;
    } else {
        error = snapshot_open(m->loader_fd, &new);
        if (error < 0) {
            load_failed(m, "the snapshot is not sound", error);
        }
    }
    fd_close(&m->loader_fd);
    if (error < 0) {
        return;
    }
    error = swap(m, new);
    if (error < 0) {
        snapshot_close(new);
        load_failed(m, "no memory for the records", error);
        return;
    }
    int64_t main = m->wishes.main == NULL ? -1 : snapshot_find(new, m->wishes.main);
    m->main_unit = main < 0 ? UNIT_NONE : (uint32_t)main;
    event_add(&m->ring, EVENT_LOADED)->count = new->units.count;
    m->findings_told = 0;
    units_tell_findings(m);
    manager_boot_work_done(m);
    m->idle_told = false;
}

bool units_loading(const struct manager *m)
{
    return m->loader_fd >= 0;
}

void units_load(struct manager *m)
{
    if (units_loading(m)) {
        m->load_again = true; /* the one under way may have read what has changed since */
        return;
    }
    m->load_again = false;
    m->load_error = 0;
    m->loader_fd = memfd_create("primer-units", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (m->loader_fd < 0) {
        load_failed(m, "cannot make a memfd", errno);
        return;
    }
    struct chore *chore = chore_start(m, CHORE_LOADER, loader_run, m);
    if (chore == NULL) {
        fd_close(&m->loader_fd);
        load_failed(m, "cannot start the loader", 0);
        return;
    }
    chore->ended = loader_ended;
}

int units_start_default(struct manager *m)
{
    if (m->snapshot == NULL) {
        return -ENOENT;
    }
    int error = roster_start(&m->roster, m->snapshot->root);
    if (error == 0 && m->main_unit != UNIT_NONE && m->services[m->main_unit].job == JOB_NONE) {
        error = roster_start(&m->roster, m->main_unit);
    }
    return error;
}
