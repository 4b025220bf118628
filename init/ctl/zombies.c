/*
 * zombies: processes that have ended and that their parent has not waited for, wait(2), with that parent.
 *
 * The parent has to be repaired, or has to end: its children then go to PID 1, which waits for them.
 */
#include "ctl/show.h"

#include "track/process.h"

#include <unistd.h>

static int proc;

static int keep_zombie(const struct process *zombie, void *told)
{
    struct process parent = { 0 };
    char record[128] = "";
    struct text t = TEXT_OVER(record);
    if (zombie->state == 'Z') {
        (void)process_read(proc, zombie->parent, &parent);
        record_number(&t, "pid", zombie->pid);
        record_put(&t, "name", zombie->name);
        record_number(&t, "parent", zombie->parent);
        record_put(&t, "parent-name", parent.name);
        show_keep(told, record);
    }
    return 0;
}

int ctl_zombies(struct ctl *c)
{
    static const char *const columns[] = { "pid", "name", "parent", "parent-name", NULL };
    struct told told = { 0 };
    proc = process_open(getpid());
    int error = proc < 0 ? proc : process_each(proc, keep_zombie, &told);
    if (error < 0) {
        return ctl_say_errno("/proc", -error, CTL_FAILED);
    }
    show_table(c, &told, columns);
    return 0;
}
