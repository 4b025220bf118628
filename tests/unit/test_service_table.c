/*
 * The state machine's table: every state, with every set of processes that can be there, times every input, for
 * every type of service, with and without RemainAfterExit=.
 *
 * The rows below are all pairs in which something changes; every other pair must change nothing. They are
 * systemd 252's (src/core/service.c), but where a row says how primer differs. The service has one command of every
 * phase, KillMode=control-group, SendSIGKILL=yes, Restart=no.
 */
#include "../lib/units.h"
#include "service/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { MAIN_PID = 100, CONTROL_PID = 200, NEW_PID = 300 };

static const uint64_t now_ns = 1000 * NS_PER_SECOND;

/* What there is of the service's processes. */
enum {
    NOBODY = 0,
    MAIN = 1,
    CONTROL = 2,
    BOTH = MAIN | CONTROL,
    PENDING = 4, /* the state's command is still to be spawned */
    MAIN_PENDING = MAIN | PENDING,
    UNKNOWN = 8, /* a forking service's main process, whichever it is */
    UNKNOWN_PENDING = UNKNOWN | PENDING,
    UNKNOWN_CONTROL = UNKNOWN | CONTROL,
};

/* The inputs, exits by whose and how. */
enum column {
    START,
    STOP,
    RELOAD,
    SPAWNED,
    SPAWN_FAILED,
    EXECED,
    MAIN_OK,
    MAIN_BAD, /* status 1 */
    CONTROL_OK,
    CONTROL_BAD,
    READY,
    STOPPING,
    RELOADING,
    FOUND, /* the search for the main process is over */
    LOST,
    EMPTY,
    TIMEOUT,
    COLUMNS
};

static const struct {
    uint8_t kind;
    uint8_t role;
    uint8_t status;
    const char *name;
} columns[COLUMNS] = {
    [START] = { INPUT_START, 0, 0, "start" },
    [STOP] = { INPUT_STOP, 0, 0, "stop" },
    [RELOAD] = { INPUT_RELOAD, 0, 0, "reload" },
    [SPAWNED] = { INPUT_SPAWNED, 0, 0, "spawned" },
    [SPAWN_FAILED] = { INPUT_SPAWN_FAILED, 0, 0, "spawn failed" },
    [EXECED] = { INPUT_EXECED, ROLE_MAIN, 0, "execed" },
    [MAIN_OK] = { INPUT_EXIT, ROLE_MAIN, 0, "main exits 0" },
    [MAIN_BAD] = { INPUT_EXIT, ROLE_MAIN, 1, "main exits 1" },
    [CONTROL_OK] = { INPUT_EXIT, ROLE_CONTROL, 0, "control exits 0" },
    [CONTROL_BAD] = { INPUT_EXIT, ROLE_CONTROL, 1, "control exits 1" },
    [READY] = { INPUT_READY, 0, 0, "ready" },
    [STOPPING] = { INPUT_STOPPING, 0, 0, "stopping" },
    [RELOADING] = { INPUT_RELOADING, 0, 0, "reloading" },
    [FOUND] = { INPUT_MAIN_PID, ROLE_MAIN, 0, "main found" },
    [LOST] = { INPUT_MAIN_PID, 0, 0, "main not found" },
    [EMPTY] = { INPUT_EMPTY, 0, 0, "empty" },
    [TIMEOUT] = { INPUT_TIMEOUT, 0, 0, "timeout" },
};

/* The states with all that can be alive in them. */
static const struct scene {
    uint8_t state;
    uint8_t alive;
} scenes[] = {
    { STATE_DEAD, NOBODY },
    { STATE_DEAD, MAIN },
    { STATE_DEAD, CONTROL },
    { STATE_FAILED, NOBODY },
    { STATE_FAILED, MAIN },
    { STATE_FAILED, CONTROL },
    { STATE_AUTO_RESTART, NOBODY },
    { STATE_AUTO_RESTART, MAIN },
    { STATE_START_PRE, PENDING },
    { STATE_START_PRE, CONTROL },
    { STATE_START, PENDING },
    { STATE_START, MAIN },
    { STATE_START, NOBODY },  /* its main process has ended, and somebody else may still say READY=1 */
    { STATE_START, CONTROL }, /* forking: the program that starts the main process */
    { STATE_START, UNKNOWN },
    { STATE_START_POST, PENDING },
    { STATE_START_POST, MAIN_PENDING },
    { STATE_START_POST, UNKNOWN_PENDING },
    { STATE_START_POST, UNKNOWN_CONTROL },
    { STATE_START_POST, UNKNOWN },
    { STATE_RUNNING, UNKNOWN },
    { STATE_START_POST, BOTH },
    { STATE_START_POST, CONTROL },
    { STATE_RUNNING, MAIN },
    { STATE_RELOAD, PENDING },
    { STATE_RELOAD, MAIN_PENDING },
    { STATE_RELOAD, UNKNOWN_PENDING },
    { STATE_RELOAD, MAIN }, /* it has said so itself */
    { STATE_RELOAD, UNKNOWN },
    { STATE_RELOAD, CONTROL },
    { STATE_RELOAD, BOTH },
    { STATE_EXITED, NOBODY },
    { STATE_STOP, PENDING },
    { STATE_STOP, MAIN_PENDING },
    { STATE_STOP, BOTH },
    { STATE_STOP, CONTROL },
    { STATE_STOP_SIGTERM, NOBODY },
    { STATE_STOP_SIGTERM, MAIN },
    { STATE_STOP_SIGTERM, CONTROL },
    { STATE_STOP_SIGTERM, BOTH },
    { STATE_STOP_SIGKILL, NOBODY },
    { STATE_STOP_SIGKILL, MAIN },
    { STATE_STOP_SIGKILL, CONTROL },
    { STATE_STOP_SIGKILL, BOTH },
    { STATE_STOP_POST, PENDING },
    { STATE_STOP_POST, MAIN_PENDING },
    { STATE_STOP_POST, CONTROL },
    { STATE_STOP_POST, BOTH },
    { STATE_FINAL_SIGTERM, NOBODY },
    { STATE_FINAL_SIGTERM, MAIN },
    { STATE_FINAL_SIGTERM, CONTROL },
    { STATE_FINAL_SIGTERM, BOTH },
    { STATE_FINAL_SIGKILL, NOBODY },
    { STATE_FINAL_SIGKILL, MAIN },
    { STATE_FINAL_SIGKILL, CONTROL },
    { STATE_FINAL_SIGKILL, BOTH },
};

/* Whom a row is about. */
enum {
    SIMPLE = 1,
    EXEC = 2,
    ONESHOT = 4,
    NOTIFY = 8,
    FORKING =
        16, /* neither PIDFile= nor a guess: nobody looks for its main process until somebody says FOUND */
    ANY = 31,
    PLAIN = 32,  /* without RemainAfterExit= alone */
    REMAIN = 64, /* with it alone */
};

static const struct row {
    uint8_t state;
    uint8_t alive;
    uint8_t column;
    uint8_t about;
    uint8_t next;
    uint8_t todo;
    uint8_t result;
} rows[] = {
    /* A start; never while a process is left over (primer: systemd would start a second main process). */
    { STATE_DEAD, NOBODY, START, ANY, STATE_START_PRE, TODO_SPAWN },
    { STATE_FAILED, NOBODY, START, ANY, STATE_START_PRE, TODO_SPAWN },
    { STATE_AUTO_RESTART, NOBODY, START, ANY, STATE_START_PRE, TODO_SPAWN },

    /* A stop: ExecStop= only for a service that was up. */
    { STATE_START_PRE, PENDING, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_PRE, CONTROL, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START, PENDING, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START, MAIN, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START, NOBODY, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_POST, PENDING, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_POST, MAIN_PENDING, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_POST, BOTH, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_POST, CONTROL, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_RUNNING, MAIN, STOP, ANY, STATE_STOP, TODO_SPAWN },
    { STATE_EXITED, NOBODY, STOP, ANY, STATE_STOP, TODO_SPAWN },
    { STATE_AUTO_RESTART, NOBODY, STOP, ANY, STATE_DEAD },
    { STATE_AUTO_RESTART, MAIN, STOP, ANY, STATE_DEAD },

    /* fork(2) worked: "the unit is started as soon as the main process was forked off" (simple). */
    { STATE_START, PENDING, SPAWNED, SIMPLE, STATE_START_POST, TODO_SPAWN },
    { STATE_START, MAIN, EXECED, EXEC, STATE_START_POST, TODO_SPAWN },

    /* Or not. primer: like a command that failed, so ExecStopPost= runs; systemd is here of several minds. */
    { STATE_START_PRE, PENDING, SPAWN_FAILED, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_RESOURCES },
    { STATE_START, PENDING, SPAWN_FAILED, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_RESOURCES },
    { STATE_START_POST, PENDING, SPAWN_FAILED, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_RESOURCES },
    { STATE_START_POST, MAIN_PENDING, SPAWN_FAILED, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_RESOURCES },
    { STATE_STOP, PENDING, SPAWN_FAILED, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_RESOURCES },
    { STATE_STOP, MAIN_PENDING, SPAWN_FAILED, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_RESOURCES },
    { STATE_STOP_POST, PENDING, SPAWN_FAILED, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_RESOURCES },
    { STATE_STOP_POST, MAIN_PENDING, SPAWN_FAILED, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_RESOURCES },

    /* The main process ends well. */
    { STATE_START, MAIN, MAIN_OK, ONESHOT, STATE_START_POST, TODO_SPAWN },
    { STATE_START, MAIN, MAIN_OK, NOTIFY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_PROTOCOL },
    { STATE_START, MAIN, MAIN_OK, EXEC | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_START, MAIN, MAIN_OK, EXEC | REMAIN, STATE_EXITED },
    { STATE_RUNNING, MAIN, MAIN_OK, ANY | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RUNNING, MAIN, MAIN_OK, ANY | REMAIN, STATE_EXITED },
    { STATE_STOP_SIGTERM, MAIN, MAIN_OK, ANY, STATE_STOP_POST, TODO_SPAWN },
    { STATE_STOP_SIGKILL, MAIN, MAIN_OK, ANY, STATE_STOP_POST, TODO_SPAWN },

    /* Or badly: the service has failed, but whatever runs beside it ends first. ExecStop= is not for it. */
    { STATE_START, MAIN, MAIN_BAD, EXEC | ONESHOT | NOTIFY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_START_POST, MAIN_PENDING, MAIN_BAD, ANY, STATE_START_POST, 0, RESULT_EXIT_CODE },
    { STATE_START_POST, BOTH, MAIN_BAD, ANY, STATE_START_POST, 0, RESULT_EXIT_CODE },
    { STATE_RUNNING, MAIN, MAIN_BAD, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_STOP, MAIN_PENDING, MAIN_BAD, ANY, STATE_STOP, 0, RESULT_EXIT_CODE },
    { STATE_STOP, BOTH, MAIN_BAD, ANY, STATE_STOP, 0, RESULT_EXIT_CODE },
    { STATE_STOP_SIGTERM, MAIN, MAIN_BAD, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_EXIT_CODE },
    { STATE_STOP_SIGTERM, BOTH, MAIN_BAD, ANY, STATE_STOP_SIGTERM, 0, RESULT_EXIT_CODE },
    { STATE_STOP_SIGKILL, MAIN, MAIN_BAD, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_EXIT_CODE },
    { STATE_STOP_SIGKILL, BOTH, MAIN_BAD, ANY, STATE_STOP_SIGKILL, 0, RESULT_EXIT_CODE },
    { STATE_STOP_POST, MAIN_PENDING, MAIN_BAD, ANY, STATE_STOP_POST, 0, RESULT_EXIT_CODE },
    { STATE_STOP_POST, BOTH, MAIN_BAD, ANY, STATE_STOP_POST, 0, RESULT_EXIT_CODE },
    /* primer: in the final states the tracker has the last word; systemd takes the main process's end for it. */
    { STATE_FINAL_SIGTERM, MAIN, MAIN_BAD, ANY, STATE_FINAL_SIGTERM, 0, RESULT_EXIT_CODE },
    { STATE_FINAL_SIGTERM, BOTH, MAIN_BAD, ANY, STATE_FINAL_SIGTERM, 0, RESULT_EXIT_CODE },
    { STATE_FINAL_SIGKILL, MAIN, MAIN_BAD, ANY, STATE_FINAL_SIGKILL, 0, RESULT_EXIT_CODE },
    { STATE_FINAL_SIGKILL, BOTH, MAIN_BAD, ANY, STATE_FINAL_SIGKILL, 0, RESULT_EXIT_CODE },

    /* A control process ends well: the next phase. */
    { STATE_START_PRE, CONTROL, CONTROL_OK, ANY, STATE_START, TODO_SPAWN },
    { STATE_START_POST, BOTH, CONTROL_OK, ANY, STATE_RUNNING },
    { STATE_START_POST, CONTROL, CONTROL_OK, ANY | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_START_POST, CONTROL, CONTROL_OK, ANY | REMAIN, STATE_EXITED },
    { STATE_STOP, BOTH, CONTROL_OK, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_STOP, CONTROL, CONTROL_OK, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_STOP_SIGTERM, CONTROL, CONTROL_OK, ANY, STATE_STOP_POST, TODO_SPAWN },
    { STATE_STOP_SIGKILL, CONTROL, CONTROL_OK, ANY, STATE_STOP_POST, TODO_SPAWN },
    { STATE_STOP_POST, CONTROL, CONTROL_OK, ANY, STATE_FINAL_SIGTERM, TODO_KILL },
    /* primer: a main process that outlived KILL is not waited for again; systemd waits TimeoutStopSec= here. */
    { STATE_STOP_POST, BOTH, CONTROL_OK, ANY, STATE_FINAL_SIGTERM, TODO_KILL },

    /* Or badly. */
    { STATE_START_PRE, CONTROL, CONTROL_BAD, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_START_POST, BOTH, CONTROL_BAD, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_START_POST, CONTROL, CONTROL_BAD, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_STOP, BOTH, CONTROL_BAD, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_STOP, CONTROL, CONTROL_BAD, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_STOP_SIGTERM, CONTROL, CONTROL_BAD, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_EXIT_CODE },
    { STATE_STOP_SIGTERM, BOTH, CONTROL_BAD, ANY, STATE_STOP_SIGTERM, 0, RESULT_EXIT_CODE },
    { STATE_STOP_SIGKILL, CONTROL, CONTROL_BAD, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_EXIT_CODE },
    { STATE_STOP_SIGKILL, BOTH, CONTROL_BAD, ANY, STATE_STOP_SIGKILL, 0, RESULT_EXIT_CODE },
    { STATE_STOP_POST, CONTROL, CONTROL_BAD, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_STOP_POST, BOTH, CONTROL_BAD, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_FINAL_SIGTERM, CONTROL, CONTROL_BAD, ANY, STATE_FINAL_SIGTERM, 0, RESULT_EXIT_CODE },
    { STATE_FINAL_SIGTERM, BOTH, CONTROL_BAD, ANY, STATE_FINAL_SIGTERM, 0, RESULT_EXIT_CODE },
    { STATE_FINAL_SIGKILL, CONTROL, CONTROL_BAD, ANY, STATE_FINAL_SIGKILL, 0, RESULT_EXIT_CODE },
    { STATE_FINAL_SIGKILL, BOTH, CONTROL_BAD, ANY, STATE_FINAL_SIGKILL, 0, RESULT_EXIT_CODE },

    /* A reload: of what is up. However it goes, the service stays what it was. */
    { STATE_RUNNING, MAIN, RELOAD, ANY, STATE_RELOAD, TODO_SPAWN },
    { STATE_RUNNING, UNKNOWN, RELOAD, FORKING, STATE_RELOAD, TODO_SPAWN },
    { STATE_EXITED, NOBODY, RELOAD, ANY, STATE_RELOAD, TODO_SPAWN },
    { STATE_RELOAD, BOTH, CONTROL_OK, ANY, STATE_RUNNING },
    { STATE_RELOAD, BOTH, CONTROL_BAD, ANY, STATE_RUNNING },
    { STATE_RELOAD, MAIN_PENDING, SPAWN_FAILED, ANY, STATE_RUNNING },
    { STATE_RELOAD, MAIN_PENDING, TIMEOUT, ANY, STATE_RUNNING },
    { STATE_RELOAD, UNKNOWN_PENDING, SPAWN_FAILED, FORKING, STATE_RUNNING },
    { STATE_RELOAD, UNKNOWN_PENDING, TIMEOUT, FORKING, STATE_RUNNING },
    /* Of nothing but what RemainAfterExit= says, or of a main process that has ended meanwhile. */
    { STATE_RELOAD, CONTROL, CONTROL_OK, ANY | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RELOAD, CONTROL, CONTROL_OK, ANY | REMAIN, STATE_EXITED },
    { STATE_RELOAD, CONTROL, CONTROL_BAD, ANY | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RELOAD, CONTROL, CONTROL_BAD, ANY | REMAIN, STATE_EXITED },
    { STATE_RELOAD, PENDING, SPAWN_FAILED, ANY | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RELOAD, PENDING, SPAWN_FAILED, ANY | REMAIN, STATE_EXITED },
    { STATE_RELOAD, PENDING, TIMEOUT, ANY | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RELOAD, PENDING, TIMEOUT, ANY | REMAIN, STATE_EXITED },
    { STATE_RELOAD, MAIN_PENDING, MAIN_BAD, ANY, STATE_RELOAD, 0, RESULT_EXIT_CODE },
    { STATE_RELOAD, BOTH, MAIN_BAD, ANY, STATE_RELOAD, 0, RESULT_EXIT_CODE },
    /* By itself: it says when it begins, and when it is done. */
    { STATE_RUNNING, MAIN, RELOADING, ANY, STATE_RELOAD },
    { STATE_RUNNING, UNKNOWN, RELOADING, FORKING, STATE_RELOAD },
    { STATE_RELOAD, MAIN, READY, ANY, STATE_RUNNING },
    { STATE_RELOAD, UNKNOWN, READY, FORKING, STATE_RUNNING },
    { STATE_RELOAD, MAIN, TIMEOUT, ANY, STATE_RUNNING },
    { STATE_RELOAD, UNKNOWN, TIMEOUT, FORKING, STATE_RUNNING },
    { STATE_RELOAD, MAIN, MAIN_OK, ANY, STATE_STOP, TODO_SPAWN },
    { STATE_RELOAD, MAIN, MAIN_BAD, ANY, STATE_STOP, TODO_SPAWN, RESULT_EXIT_CODE },
    { STATE_RELOAD, UNKNOWN, EMPTY, FORKING | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RELOAD, UNKNOWN, EMPTY, FORKING | REMAIN, STATE_EXITED },
    /* systemd.service(5): ExecStop= is for what is up and at rest. */
    { STATE_RELOAD, PENDING, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_RELOAD, MAIN_PENDING, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_RELOAD, UNKNOWN_PENDING, STOP, FORKING, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_RELOAD, MAIN, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_RELOAD, UNKNOWN, STOP, FORKING, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_RELOAD, CONTROL, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_RELOAD, BOTH, STOP, ANY, STATE_STOP_SIGTERM, TODO_KILL },

    /* sd_notify(3): READY=1 counts for Type=notify, STOPPING=1 for every type. */
    { STATE_START, MAIN, READY, NOTIFY, STATE_START_POST, TODO_SPAWN },
    { STATE_START, NOBODY, READY, NOTIFY, STATE_START_POST, TODO_SPAWN },
    { STATE_RUNNING, MAIN, STOPPING, ANY, STATE_STOP_SIGTERM },

    /* Nobody is left. */
    { STATE_START, NOBODY, EMPTY, NOTIFY, STATE_STOP_POST, TODO_SPAWN, RESULT_PROTOCOL },
    { STATE_STOP_SIGTERM, NOBODY, EMPTY, ANY, STATE_STOP_POST, TODO_SPAWN },
    { STATE_STOP_SIGKILL, NOBODY, EMPTY, ANY, STATE_STOP_POST, TODO_SPAWN },
    { STATE_FINAL_SIGTERM, NOBODY, EMPTY, ANY, STATE_DEAD, TODO_CLEAN },
    { STATE_FINAL_SIGKILL, NOBODY, EMPTY, ANY, STATE_DEAD, TODO_CLEAN },

    /* The time is up: terminate, then kill, then go on without those who do not die. */
    { STATE_START_PRE, PENDING, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_PRE, CONTROL, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START, PENDING, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START, MAIN, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START, NOBODY, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_POST, PENDING, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_POST, MAIN_PENDING, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_POST, BOTH, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_POST, CONTROL, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP, PENDING, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP, MAIN_PENDING, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP, BOTH, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP, CONTROL, TIMEOUT, ANY, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_SIGTERM, NOBODY, TIMEOUT, ANY, STATE_STOP_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_SIGTERM, MAIN, TIMEOUT, ANY, STATE_STOP_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_SIGTERM, CONTROL, TIMEOUT, ANY, STATE_STOP_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_SIGTERM, BOTH, TIMEOUT, ANY, STATE_STOP_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_SIGKILL, NOBODY, TIMEOUT, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_TIMEOUT },
    { STATE_STOP_SIGKILL, MAIN, TIMEOUT, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_TIMEOUT },
    { STATE_STOP_SIGKILL, CONTROL, TIMEOUT, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_TIMEOUT },
    { STATE_STOP_SIGKILL, BOTH, TIMEOUT, ANY, STATE_STOP_POST, TODO_SPAWN, RESULT_TIMEOUT },
    { STATE_STOP_POST, PENDING, TIMEOUT, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_POST, MAIN_PENDING, TIMEOUT, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_POST, CONTROL, TIMEOUT, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_STOP_POST, BOTH, TIMEOUT, ANY, STATE_FINAL_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_FINAL_SIGTERM, NOBODY, TIMEOUT, ANY, STATE_FINAL_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_FINAL_SIGTERM, MAIN, TIMEOUT, ANY, STATE_FINAL_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_FINAL_SIGTERM, CONTROL, TIMEOUT, ANY, STATE_FINAL_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_FINAL_SIGTERM, BOTH, TIMEOUT, ANY, STATE_FINAL_SIGKILL, TODO_KILL, RESULT_TIMEOUT },
    { STATE_FINAL_SIGKILL, NOBODY, TIMEOUT, ANY, STATE_FAILED, TODO_CLEAN, RESULT_TIMEOUT },
    { STATE_FINAL_SIGKILL, MAIN, TIMEOUT, ANY, STATE_FAILED, TODO_CLEAN, RESULT_TIMEOUT },
    { STATE_FINAL_SIGKILL, CONTROL, TIMEOUT, ANY, STATE_FAILED, TODO_CLEAN, RESULT_TIMEOUT },
    { STATE_FINAL_SIGKILL, BOTH, TIMEOUT, ANY, STATE_FAILED, TODO_CLEAN, RESULT_TIMEOUT },
    /* RestartSec= is over, and the roster could not make it a start job. */
    { STATE_AUTO_RESTART, NOBODY, TIMEOUT, ANY, STATE_FAILED, TODO_CLEAN, RESULT_RESOURCES },
    { STATE_AUTO_RESTART, MAIN, TIMEOUT, ANY, STATE_FAILED, TODO_CLEAN, RESULT_RESOURCES },
    { STATE_RUNNING, MAIN, TIMEOUT, ANY, STATE_STOP, TODO_SPAWN, RESULT_TIMEOUT }, /* RuntimeMaxSec= */

    /* Forking: the program is a control process, and what it leaves behind is the service. */
    { STATE_START, CONTROL, STOP, FORKING, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START, CONTROL, CONTROL_OK, FORKING, STATE_START_POST, TODO_SPAWN },
    { STATE_START, CONTROL, CONTROL_BAD, FORKING, STATE_STOP_SIGTERM, TODO_KILL, RESULT_EXIT_CODE },
    { STATE_START, CONTROL, TIMEOUT, FORKING, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START, UNKNOWN, STOP, FORKING, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START, UNKNOWN, FOUND, FORKING, STATE_START_POST, TODO_SPAWN },
    { STATE_START, UNKNOWN, LOST, FORKING, STATE_START_POST, TODO_SPAWN },
    { STATE_START, UNKNOWN, EMPTY, FORKING, STATE_START_POST, TODO_SPAWN },
    { STATE_START, UNKNOWN, TIMEOUT, FORKING, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_POST, UNKNOWN_PENDING, STOP, FORKING, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_POST, UNKNOWN_PENDING, SPAWN_FAILED, FORKING, STATE_STOP_SIGTERM, TODO_KILL,
      RESULT_RESOURCES },
    { STATE_START_POST, UNKNOWN_PENDING, TIMEOUT, FORKING, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_POST, UNKNOWN_CONTROL, STOP, FORKING, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_POST, UNKNOWN_CONTROL, CONTROL_OK, FORKING, STATE_RUNNING },
    { STATE_START_POST, UNKNOWN_CONTROL, CONTROL_BAD, FORKING, STATE_STOP_SIGTERM, TODO_KILL,
      RESULT_EXIT_CODE },
    { STATE_START_POST, UNKNOWN_CONTROL, TIMEOUT, FORKING, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_START_POST, UNKNOWN, STOP, FORKING, STATE_STOP_SIGTERM, TODO_KILL },
    { STATE_START_POST, UNKNOWN, FOUND, FORKING, STATE_RUNNING },
    { STATE_START_POST, UNKNOWN, LOST, FORKING, STATE_RUNNING },
    { STATE_START_POST, UNKNOWN, EMPTY, FORKING | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_START_POST, UNKNOWN, EMPTY, FORKING | REMAIN, STATE_EXITED },
    { STATE_START_POST, UNKNOWN, TIMEOUT, FORKING, STATE_STOP_SIGTERM, TODO_KILL, RESULT_TIMEOUT },
    { STATE_RUNNING, UNKNOWN, STOP, FORKING, STATE_STOP, TODO_SPAWN },
    { STATE_RUNNING, UNKNOWN, FOUND, FORKING, STATE_RUNNING },
    { STATE_RUNNING, UNKNOWN, LOST, FORKING | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RUNNING, UNKNOWN, LOST, FORKING | REMAIN, STATE_EXITED },
    { STATE_RUNNING, UNKNOWN, EMPTY, FORKING | PLAIN, STATE_STOP, TODO_SPAWN },
    { STATE_RUNNING, UNKNOWN, EMPTY, FORKING | REMAIN, STATE_EXITED },
    { STATE_RUNNING, UNKNOWN, STOPPING, FORKING, STATE_STOP_SIGTERM },
    { STATE_RUNNING, UNKNOWN, TIMEOUT, FORKING, STATE_STOP, TODO_SPAWN, RESULT_TIMEOUT },
};

enum { ROWS = sizeof rows / sizeof rows[0], SCENES = sizeof scenes / sizeof scenes[0] };

/* Which command runs in a state; PHASES: none. */
static enum phase phase_of(uint8_t state)
{
    switch (state) {
    case STATE_START_PRE: return PHASE_START_PRE;
    case STATE_START: return PHASE_START;
    case STATE_START_POST: return PHASE_START_POST;
    case STATE_RELOAD: return PHASE_RELOAD;
    case STATE_STOP: return PHASE_STOP;
    case STATE_STOP_POST: return PHASE_STOP_POST;
    default: return PHASES;
    }
}

static uint64_t deadline_of(uint8_t state, const struct unit_service *settings)
{
    switch (state) {
    case STATE_START_PRE:
    case STATE_START:
    case STATE_START_POST:
    case STATE_RELOAD: return now_ns + settings->timeout_start_ns;
    case STATE_AUTO_RESTART: return now_ns + settings->restart_delay_ns;
    case STATE_DEAD:
    case STATE_FAILED:
    case STATE_RUNNING:
    case STATE_EXITED: return NEVER_NS;
    default: return now_ns + settings->timeout_stop_ns;
    }
}

/* One case: the unit, the scene, the input, and for the message what it is. */
struct trial {
    const struct snapshot *snapshot;
    const struct unit *unit;
    const struct unit_service *settings;
    struct scene scene;
    enum column column;
    char name[160];
};

static struct service set_up(const struct trial *t)
{
    struct service s;
    service_init(&s);
    s.state = t->scene.state;
    s.since_ns = now_ns - 5;
    s.deadline_ns = now_ns - 1;
    s.main_pid = t->scene.alive & MAIN ? MAIN_PID : 0;
    s.control_pid = t->scene.alive & CONTROL ? CONTROL_PID : 0;
    s.command = phase_of(s.state) < PHASES ? phase_of(s.state) : PHASE_START; /* one of each, in order */
    bool reports = t->column == SPAWNED || t->column == SPAWN_FAILED; /* then the manager has done it */
    s.todo = t->scene.alive & PENDING && !reports ? TODO_SPAWN : 0;
    s.flags = s.main_pid == 0 && !(t->scene.alive & PENDING) ? FLAG_MAIN_ENDED : 0;
    if (t->scene.alive & UNKNOWN) {
        s.flags = FLAG_UNKNOWN;
    }
    return s;
}

/* What the manager would never say: an exit of nobody, a child without a fork, ready without a process. */
static bool can_happen(const struct trial *t)
{
    bool simple_is_up = t->settings->type == SERVICE_SIMPLE && t->scene.state == STATE_START &&
                        !(t->scene.alive & PENDING);
    bool forking = t->settings->type == SERVICE_FORKING;
    bool forked = (t->scene.alive & UNKNOWN) || (t->scene.state == STATE_START && t->scene.alive == CONTROL);
    if (forking ? t->scene.state == STATE_START && (t->scene.alive == MAIN || t->scene.alive == NOBODY)
                : forked) {
        return false;
    }
    if (t->scene.state == STATE_START && t->scene.alive == NOBODY && t->settings->type != SERVICE_NOTIFY) {
        return false;
    }
    if (t->scene.state == STATE_RELOAD && (t->scene.alive & CONTROL) && t->column == TIMEOUT) {
        return false; /* it comes twice: test_late_reload */
    }
    switch (t->column) {
    case SPAWNED:
    case SPAWN_FAILED: return t->scene.alive & PENDING;
    case MAIN_OK:
    case MAIN_BAD: return (t->scene.alive & MAIN) && !simple_is_up;
    case CONTROL_OK:
    case CONTROL_BAD: return t->scene.alive & CONTROL;
    default: return true;
    }
}

static const struct row *row_of(const struct trial *t)
{
    const struct row *found = NULL;
    bool remain = t->settings->flags & SERVICE_REMAIN_AFTER_EXIT;
    for (size_t i = 0; i < ROWS; i++) {
        bool about = (rows[i].about & (1U << t->settings->type)) && !(rows[i].about & PLAIN && remain) &&
                     !(rows[i].about & REMAIN && !remain);
        if (rows[i].state == t->scene.state && rows[i].alive == t->scene.alive &&
            rows[i].column == t->column && about) {
            assert_null(found); /* two rows say something about one case */
            found = &rows[i];
        }
    }
    return found;
}

static void check_kill(const struct trial *t, const struct service *s)
{
    bool kills = s->state == STATE_STOP_SIGKILL || s->state == STATE_FINAL_SIGKILL;
    assert_int_equal(s->kill_signal, kills ? SIGKILL : SIGTERM);
    assert_int_equal(s->kill_whom, WHOM_ALL | (s->main_pid != 0 ? WHOM_MAIN : 0) |
                                       (s->control_pid != 0 ? WHOM_CONTROL : 0));
}

/* False, with a line that says so: the wrong state, result or todo came out. */
static bool check(const struct trial *t, const struct row *row)
{
    struct service before = set_up(t);
    struct service s = before;
    enum role role = service_role(t->settings, phase_of(s.state));
    struct input input = { .now_ns = now_ns,
                           .kind = columns[t->column].kind,
                           .role = columns[t->column].role,
                           .status = columns[t->column].status };
    if (t->column == SPAWNED || t->column == SPAWN_FAILED) {
        input.role = (uint8_t)role;
    }
    input.pid = t->column == SPAWNED || t->column == FOUND ? NEW_PID : 0;
    service_next(t->snapshot, t->unit, &s, &input);

    bool changes = row != NULL && row->next != before.state;
    bool restarts_limit = t->column == START && changes;
    uint8_t next = row != NULL ? row->next : before.state;
    if (s.state != next || s.result != (row != NULL ? row->result : before.result) ||
        s.todo != (changes ? row->todo : before.todo)) {
        print_error("%s: is %s, result %s, todo %d; should be %s, %s, %d\n", t->name,
                    service_state_name(s.state), service_result_name(s.result), s.todo,
                    service_state_name(next), service_result_name(row != NULL ? row->result : before.result),
                    changes ? row->todo : before.todo);
        return false;
    }
    assert_int_equal(s.since_ns, changes ? now_ns : before.since_ns);
    assert_int_equal(s.deadline_ns, changes ? deadline_of(next, t->settings) : before.deadline_ns);
    assert_int_equal(s.limit_count, restarts_limit ? 1 : 0);
    int32_t main_pid = before.main_pid;
    int32_t control_pid = before.control_pid;
    if (t->column == MAIN_OK || t->column == MAIN_BAD) {
        main_pid = 0;
    } else if (t->column == CONTROL_OK || t->column == CONTROL_BAD) {
        control_pid = 0;
    } else if (t->column == SPAWNED) {
        *(role == ROLE_MAIN ? &main_pid : &control_pid) = NEW_PID;
    } else if (t->column == FOUND && row != NULL) {
        main_pid = NEW_PID;
    }
    assert_int_equal(s.main_pid, main_pid);
    assert_int_equal(s.control_pid, control_pid);
    if (changes && row->todo & TODO_KILL) {
        check_kill(t, &s);
    }
    if (changes && row->todo & TODO_SPAWN) {
        assert_int_equal(s.command, phase_of(next));
    }
    return true;
}

static const char *const alive_names[] = {
    [NOBODY] = "nobody",
    [MAIN] = "main",
    [CONTROL] = "control",
    [BOTH] = "both",
    [PENDING] = "a spawn to come",
    [MAIN_PENDING] = "main and a spawn to come",
    [UNKNOWN] = "somebody",
    [UNKNOWN_PENDING] = "somebody and a spawn to come",
    [UNKNOWN_CONTROL] = "somebody and control",
};
static const char *const type_names[] = { "simple", "exec", "oneshot", "notify", "forking" };

static void test_every_pair(void **state)
{
    unsigned cases = 0;
    unsigned wrong = 0;
    static unsigned used[ROWS];
    for (unsigned variant = 0; variant < SERVICE_TYPES * 2; variant++) {
        struct units u = { 0 };
        units_add(&u, "a.service", UNIT_SERVICE);
        for (enum phase phase = 0; phase < PHASES; phase++) {
            units_command(&u, 0, phase, 0);
        }
        units_service(&u, 0)->type = (uint8_t)(variant / 2);
        units_service(&u, 0)->flags |= variant % 2 != 0 ? SERVICE_REMAIN_AFTER_EXIT : 0;
        struct trial t = { .snapshot = units_seal(&u) };
        t.unit = snapshot_unit(t.snapshot, 0);
        t.settings = snapshot_at(t.snapshot, t.unit->service);
        for (size_t scene = 0; scene < SCENES; scene++) {
            for (t.column = 0; t.column < COLUMNS; t.column++) {
                t.scene = scenes[scene];
                snprintf(t.name, sizeof t.name, "%s%s, %s with %s, %s", type_names[variant / 2],
                         variant % 2 != 0 ? ", remains" : "", service_state_name(t.scene.state),
                         alive_names[t.scene.alive], columns[t.column].name);
                if (can_happen(&t)) {
                    const struct row *row = row_of(&t);
                    wrong += !check(&t, row);
                    if (row != NULL) {
                        used[row - rows]++;
                    }
                    cases++;
                }
            }
        }
        units_free(&u);
    }
    assert_int_equal(wrong, 0);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_not_equal(used[i], 0); /* a row about nothing */
    }
    print_message("%u cases, %u rows\n", cases, (unsigned)ROWS);
}

/* The process is killed; when it does not even die of that, it is left to itself. The service has not failed. */
static void test_late_reload(void **state)
{
    struct units u = { 0 };
    units_add_service(&u, "a.service", SERVICE_SIMPLE);
    units_command(&u, 0, PHASE_RELOAD, 0);
    const struct snapshot *snapshot = units_seal(&u);
    const struct unit *unit = snapshot_unit(snapshot, 0);
    for (unsigned dies = 0; dies < 2; dies++) {
        struct service s;
        service_init(&s);
        s.state = STATE_RELOAD;
        s.command = 1;
        s.main_pid = MAIN_PID;
        s.control_pid = CONTROL_PID;
        struct input late = { .now_ns = now_ns, .kind = INPUT_TIMEOUT };
        struct input exit = {
            .now_ns = now_ns, .kind = INPUT_EXIT, .role = ROLE_CONTROL, .status = SIGKILL, .is_signal = true
        };
        service_next(snapshot, unit, &s, &late);
        assert_int_equal(s.state, STATE_RELOAD);
        assert_int_equal(s.todo, TODO_KILL);
        assert_int_equal(s.kill_whom, WHOM_CONTROL);
        assert_int_equal(s.kill_signal, SIGKILL);
        assert_int_equal(s.deadline_ns, now_ns + 60 * NS_PER_SECOND);
        s.todo = 0;
        service_next(snapshot, unit, &s, dies ? &exit : &late);
        assert_int_equal(s.state, STATE_RUNNING);
        assert_int_equal(s.main_pid, MAIN_PID);
        assert_int_equal(s.control_pid, 0);
        assert_int_equal(s.result, RESULT_SUCCESS);
        assert_true(s.flags & FLAG_RELOAD_FAILED);
    }
    units_free(&u);
}

/* Targets: the same life without processes. */
static void test_targets(void **state)
{
    static const struct {
        uint8_t state, works, ready, kind, next;
    } changes[] = {
        { STATE_DEAD, false, false, INPUT_START, STATE_RUNNING },
        { STATE_DEAD, false, true, INPUT_START, STATE_RUNNING },
        { STATE_DEAD, true, false, INPUT_START, STATE_START },
        { STATE_DEAD, true, true, INPUT_START, STATE_RUNNING },
        { STATE_START, true, false, INPUT_READY, STATE_RUNNING },
        { STATE_START, true, false, INPUT_STOP, STATE_DEAD },
        { STATE_RUNNING, false, false, INPUT_STOP, STATE_DEAD },
        { STATE_RUNNING, false, true, INPUT_STOP, STATE_DEAD },
        { STATE_RUNNING, true, true, INPUT_STOP, STATE_DEAD },
    };
    static const uint8_t states[] = { STATE_DEAD, STATE_START, STATE_RUNNING };
    struct units u = { 0 };
    units_add(&u, "plain.target", UNIT_TARGET);
    units_add(&u, "work.target", UNIT_TARGET);
    u.units[1].flags = UNIT_BOOT_WORK;
    const struct snapshot *snapshot = units_seal(&u);
    for (unsigned c = 0; c < 3 * 2 * 2 * INPUTS; c++) {
        uint8_t from = states[c % 3];
        uint8_t works = c / 3 % 2;
        uint8_t ready = c / 6 % 2;
        uint8_t kind = (uint8_t)(c / 12);
        if ((from == STATE_START && (!works || ready)) || (from == STATE_RUNNING && works && !ready)) {
            continue; /* no target comes there */
        }
        struct service s;
        service_init(&s);
        s.state = from;
        s.flags = ready ? FLAG_READY : 0;
        uint8_t next = from;
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            if (changes[i].state == from && changes[i].works == works && changes[i].ready == ready &&
                changes[i].kind == kind) {
                next = changes[i].next;
            }
        }
        service_next(snapshot, snapshot_unit(snapshot, works), &s,
                     &(struct input){ .now_ns = now_ns, .kind = kind });
        if (s.state != next) {
            fail_msg("target %d %d in %s, input %d: is %s", works, ready, service_state_name(from), kind,
                     service_state_name(s.state));
        }
        assert_int_equal(s.todo, 0);
        assert_int_equal(s.deadline_ns, NEVER_NS);
        /* The work of a boot is done once, whoever asks for the target and when. */
        assert_int_equal(!!(s.flags & FLAG_READY), ready || kind == INPUT_READY);
    }
    units_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_late_reload),
        cmocka_unit_test(test_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
