#include "manage/adopted.h"

#include "base/clock.h"
#include "base/fd.h"
#include "manage/manager.h"
#include "track/process.h"

#include <sys/wait.h>

enum { LOOKS_A_SECOND = 16, LIST = 2048 };

static bool may_look(struct adopted *a, uint64_t now_ns)
{
    if (now_ns - a->window_ns >= NS_PER_SECOND) {
        a->window_ns = now_ns;
        a->looks = 0;
    }
    return a->looks++ < LOOKS_A_SECOND;
}

static ssize_t read_children(const struct manager *m, char *list)
{
    char path[64];
    struct text t = TEXT_OVER(path);
    text_i64(&t, m->pid);
    text_add(&t, "/task/");
    text_i64(&t, m->pid);
    text_add(&t, "/children");
    return fd_read_file(m->proc_fd, path, list, LIST);
}

/* A zombie that has not been peeked may have left us children as well. */
static bool others_died(void)
{
    siginfo_t info = { 0 };
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

static bool is_ours(const struct manager *m, pid_t pid)
{
    for (unsigned i = 0; i < CHORES; i++) {
        if (m->chores[i].pid == pid) {
            return true;
        }
    }
    return pids_find(&m->pids, pid) != UNIT_NONE;
}

/* Where to remember a child; ADOPTED: it is known already, or there is no room. */
static unsigned slot_of_new(struct adopted *a, pid_t pid)
{
    unsigned free = ADOPTED;
    for (unsigned i = 0; i < ADOPTED; i++) {
        if (a->slots[i].pid == pid) {
            return ADOPTED;
        }
        free = a->slots[i].pid == 0 ? i : free;
    }
    a->blind |= free == ADOPTED;
    return free;
}

static void tell(struct manager *m, pid_t pid, pid_t parent, const struct process *p, uint32_t unit)
{
    struct event *e = event_add_merged(&m->ring, EVENT_ADOPT);
    e->pid = pid;
    e->parent = parent;
    text_copy(e->word, sizeof e->word, p->name);
    text_copy(e->unit, sizeof e->unit, unit == UNIT_NONE ? "" : manager_unit_name(m, unit));
}

/*
 * What is of another service than the dead came by another death, which nobody has told us of. Where process groups are the
 * tracker, whoever has left them is of no service that could be seen, and so of the dead's.
 */
static void take_child(struct manager *m, pid_t pid, pid_t parent, uint32_t unit)
{
    unsigned slot = slot_of_new(&m->adopted, pid);
    if (slot == ADOPTED) {
        return;
    }
    struct process p = { .name = "?" };
    uint32_t its_unit = process_read(m->proc_fd, pid, &p) == 0 ? reaper_unit_of(m, pid, &p) : UNIT_NONE;
    if (its_unit == UNIT_NONE && parent != 0 && m->tracker.root_fd < 0) {
        its_unit = unit;
    }
    m->adopted.slots[slot].pid = pid;
    m->adopted.slots[slot].unit = its_unit;
    m->adopted.slots[slot].parent = its_unit == unit ? parent : 0;
    tell(m, pid, m->adopted.slots[slot].parent, &p, its_unit);
}

void adopted_look(struct manager *m, pid_t parent, uint32_t unit)
{
    struct adopted *a = &m->adopted;
    char list[LIST];
    if (m->ending != END_NONE || !may_look(a, clock_now_ns()) || read_children(m, list) < 0) {
        a->blind = true;
        return;
    }
    bool certain = !a->blind && !others_died();
    a->blind = false; /* whoever is here by now is remembered, but for those that find no room */
    pid_t pid = 0;
    for (const char *at = list; *at != '\0'; at++) {
        if (*at != ' ') {
            pid = pid * 10 + (*at - '0');
            continue;
        }
        if (!is_ours(m, pid)) {
            take_child(m, pid, certain ? parent : 0, unit);
        }
        pid = 0;
    }
}

pid_t adopted_forget(struct adopted *a, pid_t pid)
{
    for (unsigned i = 0; i < ADOPTED; i++) {
        if (a->slots[i].pid == pid) {
            a->slots[i].pid = 0;
            return a->slots[i].parent;
        }
    }
    return 0;
}

uint32_t adopted_unit(const struct adopted *a, pid_t pid)
{
    for (unsigned i = 0; i < ADOPTED; i++) {
        if (a->slots[i].pid == pid) {
            return a->slots[i].unit;
        }
    }
    return UNIT_NONE;
}

int adopted_list(const struct adopted *a, uint32_t unit, pid_t *list, int size)
{
    int count = 0;
    for (unsigned i = 0; i < ADOPTED && count < size; i++) {
        if (a->slots[i].pid != 0 && a->slots[i].unit == unit) {
            list[count++] = a->slots[i].pid;
        }
    }
    return count;
}
