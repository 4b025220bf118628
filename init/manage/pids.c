#include "manage/pids.h"

uint32_t pids_slots(uint32_t pids)
{
    uint32_t slots = 16;
    while (slots < 2 * pids) {
        slots *= 2;
    }
    return slots;
}

static uint32_t home_of(const struct pids *p, int32_t pid)
{
    return ((uint32_t)pid * UINT32_C(2654435761) >> 7) & p->mask; /* Knuth's multiplicative hash */
}

static uint32_t slot_of(const struct pids *p, int32_t pid)
{
    uint32_t at = home_of(p, pid);
    while (p->slots[at].pid != 0 && p->slots[at].pid != pid) {
        at = (at + 1) & p->mask;
    }
    return at;
}

bool pids_add(struct pids *p, int32_t pid, uint32_t unit)
{
    uint32_t at = slot_of(p, pid);
    if (p->slots[at].pid == 0) {
        if (p->used >= p->mask) {
            return false; /* one slot stays free, or a search would not end */
        }
        p->used++;
    }
    p->slots[at] = (struct pid_entry){ .pid = pid, .unit = unit };
    return true;
}

/* Entries behind the hole move up as long as they may, so that no tombstones are needed. */
void pids_remove(struct pids *p, int32_t pid)
{
    uint32_t hole = slot_of(p, pid);
    if (p->slots[hole].pid == 0) {
        return;
    }
    for (uint32_t at = (hole + 1) & p->mask; p->slots[at].pid != 0; at = (at + 1) & p->mask) {
        uint32_t home = home_of(p, p->slots[at].pid);
        if (((at - home) & p->mask) >= ((at - hole) & p->mask)) {
            p->slots[hole] = p->slots[at];
            hole = at;
        }
    }
    p->slots[hole].pid = 0;
    p->used--;
}

uint32_t pids_find(const struct pids *p, int32_t pid)
{
    if (p->slots == NULL || pid == 0) {
        return UINT32_MAX;
    }
    uint32_t at = slot_of(p, pid);
    return p->slots[at].pid == pid ? p->slots[at].unit : UINT32_MAX;
}
