/*
 * manager: all that PID 1 knows, in one struct, and the one loop that turns it.
 *
 * The loop waits in epoll and nowhere else. A turn: signals, messages, what children report, at most 64 dead
 * children, deadlines, jobs, and then everybody who reads events. What could block is done in a child (a
 * chore). Nothing here grows with time, and every errno has an answer: later, or that one service fails.
 */
#ifndef PRIMER_MANAGE_MANAGER_H
#define PRIMER_MANAGE_MANAGER_H

#include "base/event.h"
#include "base/signals.h"
#include "base/step.h"
#include "manage/adopted.h"
#include "manage/control.h"
#include "manage/outlet.h"
#include "manage/pids.h"
#include "manage/timers.h"
#include "service/roster.h"
#include "track/tracker.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct manager;

/* How everything may end. */
enum ending { END_NONE, END_EXIT, END_POWER_OFF, END_REBOOT, END_HALT, ENDINGS };
const char *ending_name(enum ending how);

/* What a signal to PID 1 means in a life; a row of its table. */
enum signal_act { ACT_STOP, ACT_RELOAD };
struct signal_row {
    int signo;
    enum signal_act act;
    enum ending how; /* for ACT_STOP */
};

/* A life that is led by the loop: its tables, and nothing else. */
struct life {
    const char *name;
    const struct step_table *start;
    const struct step_table *stop;
    const struct signal_row *signals;
    unsigned signal_count;
    bool owns_machine;               /* every process below is its own, and it must not exit */
    void (*idle)(struct manager *m); /* nothing runs and nothing is left to start */
    void (*start_failed)(struct manager *m, int error); /* a step that everything depends on */
};

/* A child that is no service: it does in PID 1's place what may block. */
enum chore_kind {
    CHORE_NONE,
    CHORE_LOADER,
    CHORE_SETUP,
    CHORE_SHELL,
    CHORE_KILL,
    CHORE_CLEAN,
    CHORE_FINAL,
    CHORE_PID_FILE,
};
struct chore {
    pid_t pid; /* 0: free */
    enum chore_kind kind : 8;
    bool late;                                    /* it was killed for that */
    bool given_up;                                /* nor did that end it: nobody waits for it any more */
    uint32_t unit;                                /* a unit whose start waits for it; UNIT_NONE: none does */
    pid_t found;                                  /* by CHORE_PID_FILE; 0: nobody */
    uint64_t deadline_ns;                         /* then it is killed */
    void (*ended)(struct manager *m, int status); /* wait status; may be NULL */
};
enum { CHORES = 32 };

/* A start whose outcome is not known yet. */
struct pending_exec {
    int fd; /* -1: free */
    pid_t pid;
    uint32_t unit;
    uint64_t since_ns;
};
enum { PENDING_EXECS = 64 };

/* What somebody asked for: the kernel's command line, or arguments. Strings live as long as the manager. */
struct wishes {
    const char *unit;    /* primer.unit= */
    const char *main;    /* primer.main= */
    const char *events;  /* primer.events= */
    const char *status;  /* primer.status= */
    const char *console; /* primer.console= */
    const char *breaks;  /* primer.break=, names with commas between */
    const char *folder;  /* where the sockets are */
    const char *units;   /* a folder in place of /etc/primer */
    bool verbose;
    bool help; /* of --manager */
    bool explain;
    bool rescue;     /* rescue, single, 1 */
    bool emergency;  /* not even the boot's helpers */
    bool no_cgroups; /* primer.tracker=group */
    enum event_level level;
    uint64_t stop_timeout_ns;
};

struct manager {
    const struct life *life;
    struct wishes wishes;
    pid_t pid; /* its own: 1, or not */

    int epoll_fd;
    int signal_fd;
    int null_fd;
    int proc_fd; /* /proc, if it shows this pid namespace; else -1 */
    int notify_fd;
    int tell_fds[2]; /* helpers and children write event records into it */
    int idle_fds[2]; /* a pipe: Type=idle programs wait until it is closed */

    struct event_ring ring;
    struct outlet outlets[OUTLETS];

    const struct snapshot *snapshot;
    struct roster roster;
    struct service *services;
    struct groups *groups;
    struct pids pids;
    struct timers timers;
    void *memory; /* what services, groups, pids and timers are in */
    size_t memory_size;
    int loader_fd;  /* the memfd that a loader is filling, or -1 */
    int load_error; /* how the last one went: 0 or -errno */

    struct tracker tracker;
    struct chore chores[CHORES];
    struct pending_exec execs[PENDING_EXECS];
    uint64_t room_ns; /* a start waits for room among them, at most until then; NEVER_NS: none does */
    struct adopted adopted;
    struct control control;

    char words[4096];       /* what the strings of `wishes` are in */
    uint32_t spawning;      /* the unit whose child is being forked: for who looks on in the child */
    unsigned pending_execs; /* of `execs` in use */

    struct step_runner start;
    struct step_runner stop;
    struct step_watch watch;       /* of the start and stop tables */
    struct step_watch child_watch; /* of the children's, under explain */
    uint64_t up_ns;                /* when all that was asked for was started first; 0: not yet */
    uint64_t stop_deadline_ns;
    uint64_t step_deadline_ns; /* of a step that waits; NEVER_NS: for events alone */
    uint64_t step_until_ns;    /* that step's own bound, set when it begins; 0: it has not begun */
    int step_chore;            /* of a step that is a chore: enum step_chore */
    int step_status;           /* how it ended: a wait status */
    bool started;              /* the start table is through */
    bool stop_begun;           /* and the stop table was looked into */
    bool setup_done;           /* the boot's helper has ended; other lives have none */
    bool cycle_told;           /* a cycle's arrows, and not yet who goes */
    bool idle_told;
    bool load_again;     /* a reload was asked for while one was under way */
    bool drained;        /* no child is left */
    bool at_home;        /* the working directory is "/" and the umask 0022, as a service's */
    bool again;          /* the next turn comes without a wait */
    bool reap;           /* there may be dead children */
    bool done;           /* the loop ends: only where it may */
    bool main_refused;   /* the main unit's start job ended without a start */
    bool main_over;      /* the main unit ended by itself */
    bool dead_take_room; /* within a turn: a fork failed, and there are dead children to reap */
    bool searches_wait;  /* units with TODO_SEARCH wait for a place among the chores */
    uint8_t status;      /* of the run: exit status, or a signal */
    uint8_t status_is_signal;
    enum ending ending;
    uint32_t main_unit;     /* UNIT_NONE: none */
    uint32_t orphans_of;    /* within a turn: whose orphans were reaped last, UNIT_NONE: nobody's */
    uint32_t searches;      /* chores that look for a main process */
    uint32_t findings_told; /* of the snapshot's */
    uint32_t reap_from;     /* in a flood: which slot of `pids` is looked at next */

    const char *status_reason;
    uint64_t invocations; /* starts so far: half of INVOCATION_ID= */
    uint64_t boot_id;     /* the other half */
    char notify_path[108];
};

/* Fills M for LIFE; all wishes at their defaults. Blocks all signals. */
void manager_init(struct manager *m, const struct life *life);

/* Opens epoll, signals and the pipe for records. 0 or -errno. A step of every life. */
int manager_open(struct manager *m);

/* The loop. Returns the exit status in lives that may exit; in boot life it does not return. */
int manager_run(struct manager *m);

/* The boot's helper has ended: units that waited for its work (UNIT_BOOT_WORK) are ready. */
void manager_boot_work_done(struct manager *m);

/* Ends everything, first in reverse order. A second request changes only how. */
void manager_stop(struct manager *m, enum ending how);

/* Waits for FD in the loop; TAG says whose it is. 0 or -errno. */
enum source {
    SOURCE_SIGNALS,
    SOURCE_TELL,
    SOURCE_NOTIFY,
    SOURCE_EXEC,
    SOURCE_OUTLET,
    SOURCE_CONTROL,
    SOURCE_CLIENT,
};
int manager_watch(struct manager *m, int fd, uint32_t events, enum source source, uint32_t number);

const char *manager_unit_name(const struct manager *m, uint32_t unit);

/* --- units.c: a snapshot comes in, a reload, the first job */
void units_load(struct manager *m);
bool units_loading(const struct manager *m);

/* What the loader found, in portions. True: there is more to tell. */
bool units_tell_findings(struct manager *m);
/* Requests the snapshot's root, and the main unit if the root does not bring it. As roster_start. */
int units_start_default(struct manager *m);

/* --- act.c: does what the state machine wants done */
void act_on(struct manager *m, uint32_t unit);
/* A signal that somebody asked for, to WHOM (enum whom) of a unit's processes. */
void act_signal(struct manager *m, uint32_t unit, int signo, unsigned whom);
/* A process of the unit, or an orphan of it, was reaped: the last one's end is an input of its own. */
void act_after_exit(struct manager *m, uint32_t unit);
/* The same for an orphan, which may have outlived its service and kept its cgroup. */
void act_after_orphan(struct manager *m, uint32_t unit);
/* Asks the tracker whether nobody of the unit is left. */
bool act_is_empty(struct manager *m, uint32_t unit);
/* No job is left, or all are to end: idle programs wait no longer. */
void act_release_idle(struct manager *m);
/* Whether another start can be watched; if not, the turn ends here, and `room_ns` says when it can. */
bool act_has_room(struct manager *m);
void act_read_exec(struct manager *m, uint32_t number);
/* Reads the report of PID's start, if one is pending; before its end is told. */
void act_read_exec_of(struct manager *m, pid_t pid);

/* --- reaper.c */
bool reaper_turn(struct manager *m); /* true: there may be more */
/* Whether there are dead children; the next turn reaps them then. */
bool reaper_has_work(struct manager *m);
struct process;
/* The unit that process PID, P, comes from: by its cgroup, else by the group or session that it is in. Or UNIT_NONE. */
uint32_t reaper_unit_of(struct manager *m, pid_t pid, const struct process *p);

/* --- chores.c */
struct chore *chore_start(struct manager *m, enum chore_kind kind, int (*run)(void *), void *context);
struct chore *chore_find(struct manager *m, enum chore_kind kind);
struct chore *chore_of(struct manager *m, pid_t pid); /* NULL: the process is no chore */
void chore_ended(struct manager *m, struct chore *chore, int status);
uint64_t chore_deadlines(struct manager *m,
                         uint64_t now_ns); /* kills what is late, gives up what does not die; the next one */

/* --- wait.c: steps that take their time, without anybody waiting for them */
int wait_chore(struct manager *m, enum chore_kind kind, int (*run)(void *), void *context);
int wait_until(struct manager *m, bool fulfilled, uint64_t limit_ns);

/* --- notify.c */
int notify_open(struct manager *m, const char *folder);
void notify_read(struct manager *m);

/* --- input to the roster, with the timer kept right */
void manager_input(struct manager *m, uint32_t unit, const struct input *input);

#endif
