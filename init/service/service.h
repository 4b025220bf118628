/*
 * service: the life of one unit as a pure state machine.
 *
 * service_next() takes a unit, its record and one input and leaves the next state and what is to be done
 * in the record. It makes no system call, reads no clock and knows no global: time comes in with the input.
 * So all of its behaviour is tested off-line, every pair of state and input, and every order of inputs.
 *
 * The states are systemd's (systemctl's "SUB"), so are the rules: systemd.service(5), systemd.kill(5).
 * Targets have the same life without processes.
 */
#ifndef PRIMER_SERVICE_SERVICE_H
#define PRIMER_SERVICE_SERVICE_H

#include "unit/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

enum service_state {
    STATE_DEAD,
    STATE_START_PRE,
    STATE_START,
    STATE_START_POST,
    STATE_RUNNING, /* a target: it is reached */
    STATE_RELOAD,  /* up, and reading its configuration anew: ExecReload= runs, or it has said RELOADING=1 */
    STATE_EXITED,  /* active though its process has ended: RemainAfterExit= */
    STATE_STOP,    /* ExecStop= runs */
    STATE_STOP_SIGTERM,
    STATE_STOP_SIGKILL,
    STATE_STOP_POST,
    STATE_FINAL_SIGTERM,
    STATE_FINAL_SIGKILL,
    STATE_FAILED,
    STATE_AUTO_RESTART, /* waits RestartSec= */
    STATES
};

/* Why it ended as it did; SERVICE_RESULT of systemd.exec(5). */
enum service_result {
    RESULT_SUCCESS,
    RESULT_EXIT_CODE,
    RESULT_SIGNAL,
    RESULT_CORE_DUMP,
    RESULT_TIMEOUT,
    RESULT_PROTOCOL,  /* notify: ended, or said it was stopping, before it was ready */
    RESULT_RESOURCES, /* could not fork */
    RESULT_START_LIMIT,
    RESULTS
};

enum input_kind {
    INPUT_START,        /* a start job's turn has come */
    INPUT_STOP,         /* a stop job's turn has come */
    INPUT_RELOAD,       /* a reload job's turn has come */
    INPUT_SPAWNED,      /* what was to be spawned runs; role, pid */
    INPUT_SPAWN_FAILED, /* or could not be forked; role */
    INPUT_EXECED,       /* the main process executes its program */
    INPUT_EXIT,         /* a process was reaped; role, status, is_signal, dumped_core */
    INPUT_READY,        /* READY=1; a target with boot work: the work is done */
    INPUT_STOPPING,     /* STOPPING=1 */
    INPUT_RELOADING,    /* RELOADING=1 */
    INPUT_MAIN_PID,     /* the search for its main process is over; pid, 0: none was found */
    INPUT_EMPTY,        /* the tracker: none of its processes is left */
    INPUT_TIMEOUT,      /* deadline_ns has come */
    INPUTS
};

enum role { ROLE_MAIN, ROLE_CONTROL };

struct input {
    uint64_t now_ns;
    uint64_t stop_timeout_ns; /* an upper bound for the unit's own TimeoutStopSec=; 0: none */
    int32_t pid;
    uint8_t kind;   /* enum input_kind */
    uint8_t role;   /* enum role */
    uint8_t status; /* exit status, or the signal's number */
    uint8_t is_signal;
    uint8_t dumped_core;
};

/* What is to be done now, in this order. The manager clears each as it does it. */
enum todo {
    TODO_KILL = 1,   /* kill_signal to whom kill_whom says */
    TODO_SPAWN = 2,  /* commands[command], as main or control process by its phase */
    TODO_CLEAN = 4,  /* it is dead: its runtime folders, its PID file and its cgroup go */
    TODO_SEARCH = 8, /* the main process is to be found: INPUT_MAIN_PID or INPUT_EMPTY answers */
};

enum whom { WHOM_MAIN = 1, WHOM_CONTROL = 2, WHOM_ALL = 4 };

enum job_kind { JOB_NONE, JOB_START, JOB_STOP, JOB_RESTART, JOB_RELOAD };

enum job_result {
    JOB_DONE,
    JOB_FAILED,
    JOB_DEPENDENCY, /* what it requires did not start */
    JOB_CANCELED,   /* another request took its place */
    JOB_SKIPPED,    /* dropped: it is in an ordering cycle, or conflicts with what its request needs more */
    JOB_RESULTS
};

enum service_flag {
    FLAG_STOPPED = 1, /* no automatic restart: somebody asked for its end, or it must not be */
    FLAG_READY = 2,   /* READY=1 has come */
    FLAG_MAIN_ENDED = 4,
    FLAG_JOB_RUNS = 8,      /* the job's input was given; it is under way */
    FLAG_QUEUED = 16,       /* in the roster's queue */
    FLAG_FREE = 32,         /* the stop or reload job waits for nobody: it was in a cycle */
    FLAG_EMPTY = 64,        /* the tracker said that nobody is left, and nothing was started since */
    FLAG_STOPPING = 128,    /* STOPPING=1 has come before it was up */
    FLAG_UNKNOWN = 256,     /* its main process is there, but which one is not known, or not yet */
    FLAG_MAIN_SIGNAL = 512, /* main_status is a signal's number */
    FLAG_RELOADING = 1024,  /* RELOADING=1 has come before it was up, or while ExecReload= ran */
    FLAG_RELOAD_FAILED = 2048,
};

#define UNIT_NONE UINT32_MAX /* no unit has this number */

/* The run-time record of one unit: fixed size, no pointers, copied and compared as bytes. */
struct service {
    uint64_t since_ns;    /* when the state was entered */
    uint64_t deadline_ns; /* INPUT_TIMEOUT is due; NEVER_NS: not at all */
    uint64_t active_ns;   /* when it was last active; for blame: and when its start began */
    uint64_t begun_ns;
    uint64_t limit_from_ns; /* start limit: this window's beginning, and the starts in it */
    uint32_t limit_count;
    uint32_t restarts; /* by itself, since somebody asked for a start */
    int32_t main_pid;  /* 0: none */
    int32_t control_pid;
    uint32_t command; /* which of the unit's commands runs, or is to be spawned */
    uint32_t next;    /* the roster's: its queue */
    uint32_t link;    /* the roster's: the list of units in one transaction */
    uint32_t blocker; /* the unit that the job waits for; UNIT_NONE: not known to wait */
    uint32_t cursor;  /* edges before this one do not hold the job up */
    uint8_t state;
    uint8_t result;
    uint8_t todo;
    uint8_t kill_signal;
    uint8_t kill_whom;
    uint8_t job;
    uint8_t mark;   /* the roster's, while it builds a transaction */
    uint8_t status; /* of the process that decided the result: exit status or signal */
    uint8_t status_is_signal;
    uint8_t main_status;  /* of the main process, once it has ended (FLAG_MAIN_ENDED) */
    uint8_t failed_step;  /* the manager's: 1 more than the row of a child that could not execute; 0: none */
    uint8_t failed_errno; /* and why: a positive errno */
    uint8_t failed_hint;  /* and an enum exec_hint */
    uint8_t spare1;
    uint16_t flags;
    uint8_t spare2[4];
};

void service_init(struct service *s);

/* The state machine. UNIT is S's unit in SNAPSHOT. An input that means nothing in this state changes nothing. */
void service_next(const struct snapshot *snapshot, const struct unit *unit, struct service *s,
                  const struct input *input);

/* Active: what waits for it may go on. Ended: dead, failed, or about to be restarted. Neither: on its way. */
bool service_is_active(const struct service *s);
bool service_has_ended(const struct service *s);
/* It can be told to reload: a service by its ExecReload=, a target for those that it passes the reload on to. */
bool service_can_reload(const struct snapshot *snapshot, const struct unit *unit);
/* systemctl's word for these and what is between: "active", "reloading", "inactive", "failed", "activating", … */
const char *service_active_name(const struct service *s);

/*
 * It waits for its last process to go: the manager asks the tracker and gives INPUT_EMPTY. Among these is a
 * notify service whose main process has ended, as long as another one may say READY=1, and a forking one whose main
 * process is not known.
 */
bool service_waits_for_empty(const struct service *s);

/* Whose place a command of PHASE takes: a forking service's program is only the one that starts the main process. */
static inline enum role service_role(const struct unit_service *settings, enum phase phase)
{
    return phase == PHASE_START && settings->type != SERVICE_FORKING ? ROLE_MAIN : ROLE_CONTROL;
}

/*
 * How the search goes: false, it is over when the PID file does not say who it is now; true, it lasts until it does, or
 * the time is up.
 */
bool service_search_waits(const struct snapshot *snapshot, const struct unit *unit, const struct service *s);

const char *service_state_name(enum service_state state);
const char *service_result_name(enum service_result result);
const char *service_phase_name(enum phase phase); /* the directive: "ExecStartPre" */
const char *service_job_name(enum job_kind job);
const char *service_job_result_name(enum job_result result);

#endif
