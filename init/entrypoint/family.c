#include "entrypoint/family.h"

#include "base/fd.h"
#include "entrypoint/say.h"
#include "track/process.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { REMEMBERED = 512, DEEPEST = 1024, ZOMBIES = 64 };

/*
 * Processes that primer had when it began. A program that did not exec itself into primer has none, and then
 * this memory is never touched.
 */
static struct {
    unsigned count;
    bool full; /* there were more: nothing can be told apart any more */
    struct {
        pid_t pid;
        uint64_t start;
    } rows[REMEMBERED];
} remembered;

/* One walk over /proc. */
struct walk {
    struct life *life;
    int proc;
    int signo;
    int found;
    bool remembering; /* the remembered count as descendants too */
};

static bool is_remembered(const struct process *process)
{
    for (unsigned i = 0; i < remembered.count; i++) {
        if (remembered.rows[i].pid == process->pid && remembered.rows[i].start == process->start) {
            return true;
        }
    }
    return remembered.full;
}

/* Follows the parents of PROCESS up to primer, unless the way leads through one that is remembered. */
static bool is_descendant(const struct walk *walk, const struct process *process)
{
    struct process at = *process;
    for (int depth = 0; depth < DEEPEST; depth++) {
        if (!walk->remembering && is_remembered(&at)) {
            return false;
        }
        if (at.parent == walk->life->self) {
            return true;
        }
        if (at.parent <= 1 || process_read(walk->proc, at.parent, &at) < 0) {
            return false;
        }
    }
    return false;
}

static bool is_family(const struct walk *walk, const struct process *process)
{
    const struct life *life = walk->life;
    if (process->pid == life->self) {
        return false;
    }
    if (life->main > 0 && (process->group == life->main || process->session == life->main)) {
        return true;
    }
    return is_descendant(walk, process);
}

static int visit_remember(const struct process *process, void *context)
{
    struct walk *walk = context;
    if (process->pid == walk->life->self || !is_descendant(walk, process)) {
        return 0;
    }
    if (remembered.count == REMEMBERED) {
        walk->found = 1;
        return 1;
    }
    remembered.rows[remembered.count].pid = process->pid;
    remembered.rows[remembered.count++].start = process->start;
    return 0;
}

int family_remember(struct life *life)
{
    struct walk walk = { .life = life, .proc = process_open(life->self), .remembering = true };
    if (walk.proc < 0) {
        remembered.full = true;
        return walk.proc;
    }
    int result = process_each(walk.proc, visit_remember, &walk);
    remembered.full = walk.found != 0 || result < 0;
    fd_close(&walk.proc);
    return remembered.full ? -EOVERFLOW : 0;
}

static int visit_signal(const struct process *process, void *context)
{
    struct walk *walk = context;
    if (process->state == 'Z' || !is_family(walk, process)) {
        return 0;
    }
    int result = process_signal(walk->proc, process, walk->signo);
    if (result == 0) {
        walk->found++;
    } else if (result == -EPERM) {
        walk->life->unreachable = true;
    }
    return 0;
}

/* Without /proc there is one more thing that kernel and primer both know: main's process group. */
static int signal_group(struct life *life, int signo)
{
    life->unreachable = true;
    return life->main > 0 && kill(-life->main, signo) == 0 ? 1 : 0;
}

int family_signal(struct life *life, int signo)
{
    life->unreachable = false;
    if (life->first) {
        return kill(-1, signo) == 0 ? 1 : 0;
    }
    struct walk walk = { .life = life, .proc = process_open(life->self), .signo = signo };
    if (walk.proc < 0) {
        return signal_group(life, signo);
    }
    if (process_each(walk.proc, visit_signal, &walk) < 0) {
        walk.found += signal_group(life, signo);
    }
    fd_close(&walk.proc);
    return walk.found;
}

static int visit_count(const struct process *process, void *context)
{
    struct walk *walk = context;
    /* A zombie that is primer's own child is reaped in this turn; others are their parents' business. */
    if (process->state != 'Z' && is_family(walk, process)) {
        walk->found = 1;
        return 1;
    }
    return 0;
}

bool family_left(struct life *life, bool children)
{
    life->look_again = false;
    if (life->first) {
        /* Who came in with setns(2) is in the namespace and nobody's child here: no signal tells of its end. */
        life->look_again = !children && kill(-1, 0) == 0;
        return children || life->look_again;
    }
    if (life->settings.subreaper && life->alone) {
        return children;
    }
    if (life->settings.subreaper && !children) {
        return false;
    }
    struct walk walk = { .life = life, .proc = process_open(life->self) };
    int result = walk.proc < 0 ? walk.proc : process_each(walk.proc, visit_count, &walk);
    fd_close(&walk.proc);
    if (result < 0) {
        /* Where /proc fails for good, the way down finds out and says so; until it has, something may be left. */
        life->look_again = life->phase == PHASE_RUN || !life->unreachable;
        return life->look_again;
    }
    life->look_again = walk.found != 0 && !life->settings.subreaper; /* else the end of a child will tell */
    return walk.found != 0;
}

/* Zombies that were there at the last look, and whether they have been named. */
static struct {
    unsigned count;
    struct {
        pid_t pid;
        bool named;
        bool seen;
    } rows[ZOMBIES];
} zombies;

static void name_zombie(const struct walk *walk, const struct process *zombie)
{
    struct process parent;
    if (process_read(walk->proc, zombie->parent, &parent) < 0) {
        return;
    }
    say(walk->life, PHRASE_ZOMBIE,
        (struct words){ .n = zombie->pid, .m = parent.pid, .word = zombie->name, .hint = parent.name });
}

static int visit_zombie(const struct process *process, void *context)
{
    struct walk *walk = context;
    if (process->state != 'Z' || process->parent == walk->life->self ||
        !(walk->life->first || is_family(walk, process))) {
        return 0;
    }
    for (unsigned i = 0; i < zombies.count; i++) {
        if (zombies.rows[i].pid == process->pid) {
            if (!zombies.rows[i].named) {
                name_zombie(walk, process);
            }
            zombies.rows[i].named = true;
            zombies.rows[i].seen = true;
            return 0;
        }
    }
    if (zombies.count < ZOMBIES) {
        zombies.rows[zombies.count].pid = process->pid;
        zombies.rows[zombies.count].named = false;
        zombies.rows[zombies.count++].seen = true;
    }
    return 0;
}

void family_name_zombies(struct life *life)
{
    struct walk walk = { .life = life, .proc = process_open(life->self) };
    if (walk.proc < 0) {
        return;
    }
    for (unsigned i = 0; i < zombies.count; i++) {
        zombies.rows[i].seen = false;
    }
    process_each(walk.proc, visit_zombie, &walk);
    fd_close(&walk.proc);
    unsigned kept = 0;
    for (unsigned i = 0; i < zombies.count; i++) {
        if (zombies.rows[i].seen) {
            zombies.rows[kept++] = zombies.rows[i];
        }
    }
    zombies.count = kept;
}
