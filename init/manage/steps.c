#include "manage/steps.h"

#include "base/clock.h"
#include "base/fd.h"
#include "manage/manager.h"
#include "track/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int step_open(void *context)
{
    struct manager *m = context;
    m->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return manager_open(m);
}

int step_tracker(void *context)
{
    struct manager *m = context;
    m->proc_fd = process_open(m->pid);
    tracker_open(&m->tracker, !m->wishes.no_cgroups);
    if (m->tracker.root_fd >= 0 || m->wishes.no_cgroups) {
        return 0;
    }
    event_note(&m->ring, EVENT_REPORT, NULL, m->tracker.reason)->code = m->tracker.error;
    return m->tracker.error == 0 ? STEP_NOTHING : -m->tracker.error;
}

int step_sockets(void *context)
{
    struct manager *m = context;
    const char *folder = m->wishes.folder;
    if (mkdir(folder, 0755) < 0 && errno != EEXIST) {
        return -errno;
    }
    return notify_open(m, folder);
}

int step_control(void *context)
{
    struct manager *m = context;
    return control_open(m, m->wishes.folder);
}

int step_load(void *context)
{
    units_load(context);
    return 0;
}

int step_units(void *context)
{
    struct manager *m = context;
    if (units_loading(m)) {
        return STEP_WAIT;
    }
    return m->snapshot == NULL ? -ENOENT : 0;
}

int step_start(void *context)
{
    return units_start_default(context);
}

/*
 * Direct children, which is all that a life knows for certain which does not own every process. Chores are not asked to
 * end: what they clear away is work of the way down, and they have a deadline of their own.
 */
static int signal_children(struct manager *m, int signo)
{
    char path[64];
    char list[4096];
    struct text t = TEXT_OVER(path);
    text_add(&t, "/proc/");
    text_i64(&t, m->pid);
    text_add(&t, "/task/");
    text_i64(&t, m->pid);
    text_add(&t, "/children");
    ssize_t n = fd_read_file(AT_FDCWD, path, list, sizeof list);
    if (n < 0 && n != -EFBIG) {
        return (int)n;
    }
    pid_t pid = 0;
    for (const char *at = list; *at != '\0'; at++) {
        if (*at == ' ') {
            if (signo == SIGKILL || chore_of(m, pid) == NULL) {
                kill(pid, signo);
            }
            pid = 0;
        } else {
            pid = pid * 10 + (*at - '0');
        }
    }
    return 0;
}

/* kill(-1) can take long with many processes, so a child does it; it spares PID 1 and, by the kernel's rule, itself. */
static int signal_all_run(void *context)
{
    int signo = *(const int *)context;
    kill(-1, signo);
    if (signo != SIGKILL) {
        kill(-1, SIGCONT);
    }
    return 0;
}

static int signal_left(struct manager *m, int signo)
{
    if (m->drained) {
        return STEP_NOTHING;
    }
    event_add(&m->ring, EVENT_LEFT)->code = signo;
    if (!m->life->owns_machine) {
        return signal_children(m, signo);
    }
    if (chore_start(m, CHORE_KILL, signal_all_run, &signo) == NULL) {
        kill(-1, signo); /* no room to fork in: then PID 1 itself */
    }
    return 0;
}

int step_terminate(void *context)
{
    struct manager *m = context;
    m->reap = true; /* does anybody live? The next turn knows */
    return signal_left(m, SIGTERM);
}

int step_drain(void *context)
{
    struct manager *m = context;
    return wait_until(m, m->drained, 10 * NS_PER_SECOND);
}

int step_kill(void *context)
{
    return signal_left(context, SIGKILL);
}

int step_drain_killed(void *context)
{
    struct manager *m = context;
    return wait_until(m, m->drained, 5 * NS_PER_SECOND);
}

int step_result(void *context)
{
    struct manager *m = context;
    struct event *e = event_add(&m->ring, EVENT_STATUS);
    e->code = m->status_is_signal ? 0 : m->status;
    e->count = m->status_is_signal ? m->status : 0;
    text_copy(e->word, sizeof e->word, m->status_reason);
    return 0;
}

int step_flush(void *context)
{
    struct manager *m = context;
    bool all = true;
    event_settle(&m->ring, true);
    for (unsigned i = 0; i < OUTLETS; i++) {
        const struct outlet *o = &m->outlets[i];
        bool idle = o->fd < 0 || (o->sent == o->len && o->reader.seq == m->ring.next_seq);
        all &= idle;
        m->again |= !idle && !o->waiting; /* it can write on at once */
    }
    return wait_until(m, all, NS_PER_SECOND);
}
