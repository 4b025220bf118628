#include "manage/mainpid.h"

#include "base/clock.h"
#include "base/number.h"
#include "track/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SEARCHES = CHORES / 2, PID_LAST = 4194304, CHILDREN = 2048 };

/* --- the helper's side, in a child -------------------------------------------------------------------- */

#define FIRST_LOOK_NS NS_PER_MS
#define LAST_LOOK_NS  (500 * NS_PER_MS)

struct search {
    const struct manager *m;
    const char *name;
    const char *path;
    bool waits;
    pid_t refused; /* the file names it, but it is not of this service */
};

/* NULL: *PID is what the file says; else why it says nothing. */
static const char *read_file(const char *path, pid_t *pid)
{
    struct stat link;
    struct stat file;
    char line[32];
    uint64_t number;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return errno == ENOENT ? "there is none yet" : "it cannot be opened";
    }
    const char *why = NULL;
    ssize_t n = read(fd, line, sizeof line - 1);
    if (fstat(fd, &file) < 0 || lstat(path, &link) < 0 || !S_ISREG(file.st_mode) || n < 0) {
        why = "it is no file to be read";
    } else if (S_ISLNK(link.st_mode) && link.st_uid != 0 && link.st_uid != file.st_uid) {
        why = "it is a link to another's file";
    }
    close(fd);
    line[n < 0 ? 0 : n] = '\0';
    const char *start = line + strspn(line, " \t");
    line[strcspn(line, "\n")] = '\0';
    for (size_t end = strlen(line); end > 0 && strchr(" \t\r", line[end - 1]) != NULL; end--) {
        line[end - 1] = '\0';
    }
    if (why == NULL && (number_parse(start, 10, PID_LAST, &number) < 0 || number <= 1)) {
        why = "there is no pid in it";
    }
    *pid = why == NULL ? (pid_t)number : 0;
    return why;
}

static const char *look(const struct search *search, pid_t *pid)
{
    struct process p;
    const char *why = read_file(search->path, pid);
    if (why != NULL) {
        return why;
    }
    if (process_read(search->m->proc_fd, *pid, &p) < 0) {
        return "its process is not there";
    }
    if (p.parent != search->m->pid) {
        return "its process has another parent";
    }
    return *pid == search->refused ? "its process is not of this service" : NULL;
}

static void tell(const struct search *search, enum event_kind kind, pid_t pid, const char *why)
{
    struct event e = { .kind = (uint8_t)kind, .pid = pid, .parent = getpid(), .time_ns = clock_now_ns() };
    text_copy(e.unit, sizeof e.unit, search->name);
    text_copy(e.text, sizeof e.text, why);
    if (write(search->m->tell_fds[1], &e, sizeof e) < 0) {
        return; /* then nobody is found */
    }
}

static int search_run(void *context)
{
    const struct search *search = context;
    pid_t pid;
    uint64_t told_ns = clock_after_ns(clock_now_ns(), NS_PER_SECOND);
    uint64_t pause_ns = FIRST_LOOK_NS;
    const char *why = look(search, &pid);
    while (why != NULL && search->waits && getppid() == search->m->pid) {
        if (clock_now_ns() >= told_ns) {
            tell(search, EVENT_PID_FILE, 0, why);
            told_ns = NEVER_NS;
        }
        struct timespec pause = { .tv_nsec = (long)pause_ns };
        nanosleep(&pause, NULL);
        pause_ns = pause_ns < LAST_LOOK_NS ? 2 * pause_ns : LAST_LOOK_NS;
        why = look(search, &pid);
    }
    if (why == NULL) {
        tell(search, EVENT_MAIN, pid, "");
    }
    return 0;
}

/* --- PID 1's side ------------------------------------------------------------------------------------- */

static void answer(struct manager *m, uint32_t unit, pid_t pid)
{
    manager_input(m, unit, &(struct input){ .kind = INPUT_MAIN_PID, .pid = pid, .now_ns = clock_now_ns() });
}

/* It leads the unit from now on, and its group is the one that the unit's main process is in. */
static void take(struct manager *m, uint32_t unit, const struct process *p)
{
    struct event *e = event_note(&m->ring, EVENT_MAIN, manager_unit_name(m, unit), NULL);
    e->pid = p->pid;
    text_copy(e->word, sizeof e->word, p->name);
    if (m->tracker.root_fd < 0 && m->groups[unit].main != p->group) {
        pids_remove(&m->pids, m->groups[unit].main);
        m->groups[unit].main = p->group;
        pids_add(&m->pids, p->group, unit);
    }
    pids_add(&m->pids, p->pid, unit);
    answer(m, unit, p->pid);
}

/* A child of ours that the tracker counts among the unit's. */
static bool is_of(struct manager *m, uint32_t unit, pid_t pid, struct process *p)
{
    return process_read(m->proc_fd, pid, p) == 0 && p->parent == m->pid && chore_of(m, pid) == NULL &&
           (reaper_unit_of(m, pid, p) == unit ||
            (m->tracker.root_fd < 0 && adopted_unit(&m->adopted, pid) == unit));
}

/* With cgroups the unit's own list says who is left; without, that of our children does. */
static void guess(struct manager *m, uint32_t unit)
{
    pid_t list[64];
    struct process p;
    struct process found = { .pid = 0 };
    int count = m->tracker.root_fd >= 0 ? tracker_list(&m->tracker, manager_unit_name(m, unit), list, 64)
                                        : adopted_list(&m->adopted, unit, list, 64);
    for (int i = 0; i < count; i++) {
        if (is_of(m, unit, list[i], &p)) {
            if (found.pid != 0) {
                count = 0; /* more than one: nobody knows which */
            }
            found = p;
        }
    }
    if (count > 0 && found.pid != 0) {
        take(m, unit, &found);
    } else {
        answer(m, unit, 0);
    }
}

static void start_search(struct manager *m, uint32_t unit, pid_t refused)
{
    const struct unit *u = snapshot_unit(m->snapshot, unit);
    const struct unit_service *settings = snapshot_at(m->snapshot, u->service);
    struct search search = { .m = m,
                             .name = manager_unit_name(m, unit),
                             .path = snapshot_string(m->snapshot, settings->pid_file),
                             .waits = service_search_waits(m->snapshot, u, &m->services[unit]),
                             .refused = refused };
    if (m->searches == SEARCHES) {
        m->services[unit].todo |= TODO_SEARCH; /* one of those under way brings it back */
        roster_defer(&m->roster, unit);
        m->searches_wait = true;
        return;
    }
    struct chore *chore = chore_start(m, CHORE_PID_FILE, search_run, &search);
    if (chore == NULL) {
        answer(m, unit, 0);
        return;
    }
    m->searches++;
    chore->unit = unit;
    if (search.waits) {
        chore->deadline_ns = NEVER_NS; /* the service's own deadline bounds it */
    }
}

bool mainpid_may_come(const struct manager *m, uint32_t unit)
{
    pid_t one;
    const struct service *s = &m->services[unit];
    return m->tracker.root_fd < 0 && (s->flags & FLAG_UNKNOWN) && s->state <= STATE_RELOAD &&
           adopted_list(&m->adopted, unit, &one, 1) > 0;
}

void mainpid_search(struct manager *m, uint32_t unit)
{
    const struct unit_service *settings = snapshot_at(m->snapshot, snapshot_unit(m->snapshot, unit)->service);
    m->services[unit].todo &= (uint8_t)~TODO_SEARCH;
    if (act_is_empty(m, unit) && !mainpid_may_come(m, unit)) {
        manager_input(m, unit, &(struct input){ .kind = INPUT_EMPTY, .now_ns = clock_now_ns() });
    } else if (settings->pid_file != 0) {
        start_search(m, unit, 0);
    } else {
        guess(m, unit);
    }
}

void mainpid_told(struct manager *m, const struct event *told)
{
    struct chore *chore = chore_of(m, told->parent);
    if (chore != NULL) {
        chore->found = told->pid;
    }
}

void mainpid_over(struct manager *m, uint32_t unit, pid_t found)
{
    struct process p;
    if (unit != UNIT_NONE && found == 0) {
        answer(m, unit, 0);
    } else if (unit != UNIT_NONE && is_of(m, unit, found, &p)) {
        take(m, unit, &p);
    } else if (unit != UNIT_NONE) {
        start_search(m, unit, found);
    }
    for (uint32_t i = 0; m->searches_wait && i < m->roster.count; i++) {
        if (m->services[i].todo & TODO_SEARCH) {
            roster_wake(&m->roster, i);
        }
    }
    m->searches_wait = false;
}

void mainpid_give_up(struct manager *m, uint32_t unit)
{
    for (unsigned i = 0; i < CHORES && m->searches > 0; i++) {
        struct chore *chore = &m->chores[i];
        if (chore->pid != 0 && chore->kind == CHORE_PID_FILE && chore->unit == unit) {
            kill(chore->pid, SIGKILL);
            chore->given_up = true; /* its end is no news */
            chore->unit = UNIT_NONE;
        }
    }
}
