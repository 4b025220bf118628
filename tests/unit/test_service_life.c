/*
 * Whole lives of a service: what runs after what, how it ends, whether it begins again; systemd.service(5) and
 * systemd.kill(5), setting by setting.
 *
 * A life is written as a line of words, each an input and, behind "=", the state that it leads to. The stage plays
 * the manager: it notes what is to be done, and forgets it as done.
 */
#include "../lib/units.h"
#include "service/service.h"
#include "service/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct stage {
    struct units units;
    const struct snapshot *snapshot;
    struct service s;
    uint64_t now_ns;
    uint64_t stop_timeout_ns;
    uint8_t done; /* what was to be done after the last input */
    int32_t last_pid;
};

static struct unit_service *settings(struct stage *t)
{
    return units_service(&t->units, 0);
}

/* A service of TYPE with the commands that COMMANDS spells: b(efore), s(tart), a(fter), r(eload), S(top), P(ost); "-s" may fail. */
static struct stage stage(enum service_type type, const char *commands)
{
    static const char letters[PHASES + 1] = "bsarSP";
    struct stage t = { .now_ns = 1000 * NS_PER_SECOND };
    units_add(&t.units, "a.service", UNIT_SERVICE);
    settings(&t)->type = (uint8_t)type;
    for (; *commands != '\0'; commands++) {
        unsigned flags = *commands == '-' ? COMMAND_MAY_FAIL : 0;
        commands += flags != 0;
        units_command(&t.units, 0, (enum phase)(strchr(letters, *commands) - letters), flags);
    }
    service_init(&t.s);
    return t;
}

static void strike(struct stage *t)
{
    units_free(&t->units);
}

static void input(struct stage *t, struct input in)
{
    if (t->snapshot == NULL) {
        t->snapshot = units_seal(&t->units);
    }
    in.now_ns = t->now_ns;
    in.stop_timeout_ns = t->stop_timeout_ns;
    service_next(t->snapshot, snapshot_unit(t->snapshot, 0), &t->s, &in);
    t->done = t->s.todo;
    t->s.todo &= TODO_SPAWN; /* until a word says how that went */
}

static enum role role_to_spawn(const struct stage *t)
{
    const struct unit_service *settings = snapshot_at(t->snapshot, snapshot_unit(t->snapshot, 0)->service);
    return service_role(settings, t->s.state == STATE_START ? PHASE_START : PHASE_STOP);
}

/* The words: an input each. */
static const struct word {
    const char *name;
    struct input in;
} words[] = {
    { "start", { .kind = INPUT_START } },
    { "stop", { .kind = INPUT_STOP } },
    { "reload", { .kind = INPUT_RELOAD } },
    { "fork", { .kind = INPUT_SPAWNED } },
    { "no-fork", { .kind = INPUT_SPAWN_FAILED } },
    { "exec", { .kind = INPUT_EXECED, .role = ROLE_MAIN } },
    { "main:0", { .kind = INPUT_EXIT, .role = ROLE_MAIN } },
    { "main:1", { .kind = INPUT_EXIT, .role = ROLE_MAIN, .status = 1 } },
    { "main:TERM", { .kind = INPUT_EXIT, .role = ROLE_MAIN, .status = SIGTERM, .is_signal = 1 } },
    { "main:KILL", { .kind = INPUT_EXIT, .role = ROLE_MAIN, .status = SIGKILL, .is_signal = 1 } },
    { "main:SEGV",
      { .kind = INPUT_EXIT, .role = ROLE_MAIN, .status = SIGSEGV, .is_signal = 1, .dumped_core = 1 } },
    { "ctl:0", { .kind = INPUT_EXIT, .role = ROLE_CONTROL } },
    { "ctl:1", { .kind = INPUT_EXIT, .role = ROLE_CONTROL, .status = 1 } },
    { "ctl:TERM", { .kind = INPUT_EXIT, .role = ROLE_CONTROL, .status = SIGTERM, .is_signal = 1 } },
    { "ready", { .kind = INPUT_READY } },
    { "stopping", { .kind = INPUT_STOPPING } },
    { "reloading", { .kind = INPUT_RELOADING } },
    { "found", { .kind = INPUT_MAIN_PID, .pid = 1000 } },
    { "lost", { .kind = INPUT_MAIN_PID } },
    { "empty", { .kind = INPUT_EMPTY } },
    { "timeout", { .kind = INPUT_TIMEOUT } },
};

static void play_word(struct stage *t, const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].name, name) == 0) {
            struct input in = words[i].in;
            if (in.kind == INPUT_SPAWNED || in.kind == INPUT_SPAWN_FAILED) {
                assert_true(t->s.todo & TODO_SPAWN);
                t->s.todo = 0;
                in.role = (uint8_t)role_to_spawn(t);
                in.pid = ++t->last_pid;
            }
            if (in.kind == INPUT_TIMEOUT) {
                assert_int_not_equal(t->s.deadline_ns, NEVER_NS);
                t->now_ns = t->s.deadline_ns;
            }
            if (in.kind == INPUT_EMPTY) {
                assert_true(service_waits_for_empty(&t->s));
            }
            if (in.kind == INPUT_EXIT) {
                assert_int_not_equal(in.role == ROLE_MAIN ? t->s.main_pid : t->s.control_pid, 0);
            }
            input(t, in);
            return;
        }
    }
    fail_msg("no word \"%s\"", name);
}

/* Plays "word=state word=state …"; a word without "=" leads wherever it does. */
static void play(struct stage *t, const char *line)
{
    char word[64];
    int length = 0;
    for (const char *at = line; sscanf(at, "%63s%n", word, &length) == 1; at += length) {
        char *state = strchr(word, '=');
        if (state != NULL) {
            *state++ = '\0';
        }
        play_word(t, word);
        if (state != NULL && strcmp(service_state_name(t->s.state), state) != 0) {
            fail_msg("in \"%s\": after %s it is %s, not %s", line, word, service_state_name(t->s.state),
                     state);
        }
    }
}

static void expect_result(const struct stage *t, enum service_result result)
{
    assert_string_equal(service_result_name(t->s.result), service_result_name(result));
}

/* Plays a life over, and checks its result. Each life begins with a unit of its own. */
static void life(enum service_type type, const char *commands, const char *line, enum service_result result)
{
    struct stage t = stage(type, commands);
    play(&t, line);
    expect_result(&t, result);
    strike(&t);
}

/* --- what runs after what -------------------------------------------------------------------------- */

static void test_lives(void **state)
{
    /* Simple: up with the fork. */
    life(SERVICE_SIMPLE, "s", "start=start fork=running main:0=stop-sigterm empty=dead", RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "s", "start fork=running stop=stop-sigterm main:TERM=final-sigterm empty=dead",
         RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "bsaSP",
         "start=start-pre fork=start-pre ctl:0=start fork=start-post fork=start-post ctl:0=running "
         "stop=stop fork=stop ctl:0=stop-sigterm main:0=stop-post fork ctl:0=final-sigterm empty=dead",
         RESULT_SUCCESS);
    /* Exec: up when it is executed. */
    life(SERVICE_EXEC, "s", "start fork=start exec=running", RESULT_SUCCESS);
    life(SERVICE_EXEC, "s", "start fork main:1=stop-sigterm empty=failed", RESULT_EXIT_CODE);
    /* Oneshot: up, for a moment, when its last command has ended well. */
    life(SERVICE_ONESHOT, "sss",
         "start fork=start main:0=start fork=start main:0=start fork main:0=stop-sigterm empty=dead",
         RESULT_SUCCESS);
    life(SERVICE_ONESHOT, "sss", "start fork main:0=start fork main:1=stop-sigterm empty=failed",
         RESULT_EXIT_CODE);
    life(SERVICE_ONESHOT, "s-ss", "start fork main:0=start fork main:1=start fork main:0=stop-sigterm",
         RESULT_SUCCESS);
    /* Notify: up with READY=1. */
    life(SERVICE_NOTIFY, "s",
         "start fork=start exec=start ready=running ready=running stopping=stop-sigterm "
         "main:0=final-sigterm empty=dead",
         RESULT_SUCCESS);
    life(SERVICE_NOTIFY, "s", "start fork stopping=start main:0=stop-sigterm empty=failed", RESULT_PROTOCOL);
    life(SERVICE_NOTIFY, "sa", "start fork stopping ready=start-post fork ctl:0=running", RESULT_SUCCESS);
    life(SERVICE_NOTIFY, "sa", "start fork ready=start-post stopping fork ctl:0=stop-sigterm",
         RESULT_SUCCESS);
    life(SERVICE_NOTIFY, "s", "start fork timeout=stop-sigterm main:TERM=final-sigterm empty=failed",
         RESULT_TIMEOUT);
}

/* As life(), of a forking service that has a PID file, or whose main process is guessed. */
static void forking_life(bool pid_file, const char *commands, const char *line, enum service_result result)
{
    struct stage t = stage(SERVICE_FORKING, commands);
    settings(&t)->pid_file = pid_file;
    settings(&t)->flags |= SERVICE_GUESS_MAIN;
    play(&t, line);
    expect_result(&t, result);
    strike(&t);
}

/* What the program leaves behind is the service, and one of that its main process. */
static void test_forking(void **state)
{
    forking_life(false, "s", "start fork=start ctl:0=start found=running main:0=stop-sigterm empty=dead",
                 RESULT_SUCCESS);
    forking_life(false, "s", "start fork ctl:0 found main:1=stop-sigterm empty=failed", RESULT_EXIT_CODE);
    forking_life(false, "s", "start fork ctl:1=stop-sigterm empty=failed", RESULT_EXIT_CODE);
    forking_life(false, "s", "start fork timeout=stop-sigterm ctl:TERM empty=failed", RESULT_TIMEOUT);
    forking_life(false, "-s", "start fork ctl:1=start found=running main:1=stop-sigterm empty=dead",
                 RESULT_SUCCESS);
    /* It may not be known who it is: as long as somebody is there, the service is up. */
    forking_life(false, "s", "start fork ctl:0 lost=running empty=dead", RESULT_SUCCESS);
    forking_life(false, "sS", "start fork ctl:0 lost=running stop=stop fork ctl:0=stop-sigterm empty=dead",
                 RESULT_SUCCESS);
    forking_life(false, "s", "start fork ctl:0 lost=running stopping=stop-sigterm empty=dead",
                 RESULT_SUCCESS);
    forking_life(false, "sa", "start fork ctl:0 lost=start-post fork ctl:0=start-post found=running",
                 RESULT_SUCCESS);
    /* Nobody left: as if a main process had ended well. */
    forking_life(false, "sS", "start fork ctl:0 empty=stop", RESULT_SUCCESS);
}

/* PIDFile=: the service is not up before it says who the main process is, but ExecStartPost= may be who writes it. */
static void test_pid_file(void **state)
{
    forking_life(true, "s", "start fork ctl:0=start found=running", RESULT_SUCCESS);
    forking_life(true, "s", "start fork ctl:0=start timeout=stop-sigterm empty=failed", RESULT_TIMEOUT);
    forking_life(true, "s", "start fork ctl:0=start lost=stop-sigterm", RESULT_PROTOCOL);
    forking_life(true, "sSP", "start fork ctl:0=start empty=stop-post", RESULT_PROTOCOL);
    forking_life(true, "sa", "start fork ctl:0=start found=start-post fork ctl:0=running", RESULT_SUCCESS);
    forking_life(true, "sa", "start fork ctl:0=start lost=start-post fork ctl:0=start-post found=running",
                 RESULT_SUCCESS);
    forking_life(true, "saS", "start fork ctl:0 lost fork ctl:0=start-post empty=stop", RESULT_PROTOCOL);
    forking_life(true, "saS", "start fork ctl:0 lost fork ctl:0=start-post lost=stop", RESULT_PROTOCOL);
    /* An old main process that ends may have made room for a new one, and how it ends is nothing then. */
    forking_life(true, "s",
                 "start fork ctl:0 found=running main:1=running found=running main:0=running "
                 "lost=stop-sigterm empty=dead",
                 RESULT_SUCCESS);
    forking_life(true, "s", "start fork ctl:0 found main:1=running lost=stop-sigterm empty=failed",
                 RESULT_EXIT_CODE);
    forking_life(true, "s", "start fork ctl:0 found main:1=running empty=failed", RESULT_EXIT_CODE);
    forking_life(true, "s", "start fork ctl:0 found main:1=running stop=stop-sigterm empty=failed",
                 RESULT_EXIT_CODE);
}

static void test_several_commands_of_a_phase(void **state)
{
    life(SERVICE_SIMPLE, "bbs", "start=start-pre fork ctl:0=start-pre fork ctl:0=start", RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "bbs", "start fork ctl:1=stop-sigterm empty=failed", RESULT_EXIT_CODE);
    life(SERVICE_SIMPLE, "-bbs", "start fork ctl:1=start-pre fork ctl:0=start", RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "saa", "start fork=start-post fork ctl:0=start-post fork ctl:0=running",
         RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "sSS", "start fork stop=stop fork ctl:0=stop fork ctl:0=stop-sigterm",
         RESULT_SUCCESS);
    /* A failed ExecStop= ends the phase: the rest of the way down is walked all the same. */
    life(SERVICE_SIMPLE, "sSS",
         "start fork stop=stop fork ctl:1=stop-sigterm main:0=final-sigterm empty=failed", RESULT_EXIT_CODE);
    life(SERVICE_SIMPLE, "sPP",
         "start fork stop=stop-sigterm main:0=stop-post fork ctl:0=stop-post fork ctl:0=final-sigterm "
         "empty=dead",
         RESULT_SUCCESS);
}

/* "ExecStop= … only executed when the service started successfully first"; ExecStopPost= always. */
static void test_after_a_failed_start(void **state)
{
    life(SERVICE_SIMPLE, "bsSP",
         "start fork ctl:1=stop-sigterm empty=stop-post fork ctl:0=final-sigterm empty=failed",
         RESULT_EXIT_CODE);
    life(SERVICE_SIMPLE, "bsSP",
         "start no-fork=stop-sigterm empty=stop-post fork ctl:0=final-sigterm empty=failed",
         RESULT_RESOURCES);
    life(SERVICE_NOTIFY, "sSP", "start fork main:0=stop-sigterm empty=stop-post fork ctl:0 empty=failed",
         RESULT_PROTOCOL);
    life(SERVICE_ONESHOT, "sSP", "start fork main:1=stop-sigterm empty=stop-post fork ctl:0 empty=failed",
         RESULT_EXIT_CODE);
    life(SERVICE_SIMPLE, "saSP", "start fork fork ctl:1=stop-sigterm main:TERM=stop-post", RESULT_EXIT_CODE);
    /* The first failure stays the reason. */
    life(SERVICE_SIMPLE, "saSP", "start fork fork ctl:1 main:KILL=stop-post fork ctl:TERM empty=failed",
         RESULT_EXIT_CODE);
    life(SERVICE_SIMPLE, "sSP",
         "start fork stop=stop fork timeout=stop-sigterm timeout=stop-sigkill ctl:1 "
         "main:KILL=stop-post",
         RESULT_TIMEOUT);
    /* Stopped while it starts: straight to the signals. */
    life(SERVICE_SIMPLE, "bsSP", "start fork stop=stop-sigterm ctl:TERM=stop-post fork ctl:0 empty=failed",
         RESULT_SIGNAL);
    life(SERVICE_ONESHOT, "sS", "start fork stop=stop-sigterm main:TERM=final-sigterm empty=failed",
         RESULT_SIGNAL);
    life(SERVICE_NOTIFY, "sS", "start fork stop=stop-sigterm main:TERM=final-sigterm empty=dead",
         RESULT_SUCCESS);
}

static void test_main_ends_early(void **state)
{
    /* While ExecStartPost= runs: that ends first, and then there is nothing to run on. */
    life(SERVICE_SIMPLE, "sa", "start fork fork main:0=start-post ctl:0=stop-sigterm empty=dead",
         RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "saS", "start fork fork main:0=start-post ctl:0=stop", RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "saS", "start fork fork main:1=start-post ctl:0=stop-sigterm empty=failed",
         RESULT_EXIT_CODE);
    /* On its own: ExecStop= after a clean end, not after a crash (as systemd does it). */
    life(SERVICE_SIMPLE, "sS", "start fork main:0=stop fork ctl:0=stop-sigterm empty=dead", RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "sS", "start fork main:SEGV=stop-sigterm empty=failed", RESULT_CORE_DUMP);
    /* While ExecStop= runs, and because of it. */
    life(SERVICE_SIMPLE, "sS", "start fork stop=stop fork main:0=stop ctl:0=stop-sigterm empty=dead",
         RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "sS", "start fork stop=stop fork main:KILL=stop ctl:0=stop-sigterm empty=failed",
         RESULT_SIGNAL);
}

static void test_remain_after_exit(void **state)
{
    struct stage t = stage(SERVICE_ONESHOT, "saS");
    settings(&t)->flags |= SERVICE_REMAIN_AFTER_EXIT;
    play(&t, "start fork main:0=start-post fork ctl:0=exited");
    assert_true(service_is_active(&t.s));
    assert_int_equal(t.s.deadline_ns, NEVER_NS);
    play(&t,
         "stop=stop fork ctl:0=stop-sigterm empty=dead start=start fork main:1=stop-sigterm empty=failed");
    expect_result(&t, RESULT_EXIT_CODE);
    strike(&t);

    t = stage(SERVICE_SIMPLE, "s");
    settings(&t)->flags |= SERVICE_REMAIN_AFTER_EXIT;
    play(&t, "start fork=running main:0=exited stop=stop-sigterm empty=dead");
    play(&t, "start fork=running main:1=stop-sigterm empty=failed");
    strike(&t);

    /* A oneshot may have nothing to start, only something to stop. */
    t = stage(SERVICE_ONESHOT, "S");
    settings(&t)->flags |= SERVICE_REMAIN_AFTER_EXIT;
    play(&t, "start=exited stop=stop fork ctl:0=stop-sigterm empty=dead");
    strike(&t);

    /* Notify from another process: the main one may go, as long as somebody can still say it. */
    t = stage(SERVICE_NOTIFY, "s");
    settings(&t)->flags |= SERVICE_REMAIN_AFTER_EXIT;
    settings(&t)->notify_access = NOTIFY_ALL;
    play(&t, "start fork main:0=start");
    assert_true(service_waits_for_empty(&t.s));
    play(&t, "ready=exited stop=stop-sigterm empty=dead");
    play(&t, "start fork main:0=start empty=failed");
    strike(&t);
}

/* --- how an exit is judged ------------------------------------------------------------------------- */

static void test_exits(void **state)
{
    enum { MAIN_OF_DAEMON, MAIN_OF_ONESHOT, CONTROL_PROCESS, KINDS };
    static const struct {
        uint8_t is_signal, value, core;
        uint8_t results[KINDS];
    } exits[] = {
        { 0, 0, 0, { RESULT_SUCCESS, RESULT_SUCCESS, RESULT_SUCCESS } },
        { 0, 1, 0, { RESULT_EXIT_CODE, RESULT_EXIT_CODE, RESULT_EXIT_CODE } },
        { 0, 255, 0, { RESULT_EXIT_CODE, RESULT_EXIT_CODE, RESULT_EXIT_CODE } },
        { 0, SIGTERM, 0, { RESULT_EXIT_CODE, RESULT_EXIT_CODE, RESULT_EXIT_CODE } },
        { 1, SIGHUP, 0, { RESULT_SUCCESS, RESULT_SIGNAL, RESULT_SIGNAL } },
        { 1, SIGINT, 0, { RESULT_SUCCESS, RESULT_SIGNAL, RESULT_SIGNAL } },
        { 1, SIGTERM, 0, { RESULT_SUCCESS, RESULT_SIGNAL, RESULT_SIGNAL } },
        { 1, SIGPIPE, 0, { RESULT_SUCCESS, RESULT_SIGNAL, RESULT_SIGNAL } },
        { 1, SIGUSR1, 0, { RESULT_SIGNAL, RESULT_SIGNAL, RESULT_SIGNAL } },
        { 1, SIGKILL, 0, { RESULT_SIGNAL, RESULT_SIGNAL, RESULT_SIGNAL } },
        { 1, SIGSEGV, 1, { RESULT_CORE_DUMP, RESULT_CORE_DUMP, RESULT_CORE_DUMP } },
        /* SuccessExitStatus=143 USR2 ABRT, for all of them; but never with a core. */
        { 0, 143, 0, { RESULT_SUCCESS, RESULT_SUCCESS, RESULT_SUCCESS } },
        { 1, 143, 0, { RESULT_SIGNAL, RESULT_SIGNAL, RESULT_SIGNAL } },
        { 1, SIGUSR2, 0, { RESULT_SUCCESS, RESULT_SUCCESS, RESULT_SUCCESS } },
        { 0, SIGUSR2, 0, { RESULT_EXIT_CODE, RESULT_EXIT_CODE, RESULT_EXIT_CODE } },
        { 1, SIGABRT, 0, { RESULT_SUCCESS, RESULT_SUCCESS, RESULT_SUCCESS } },
        { 1, SIGABRT, 1, { RESULT_CORE_DUMP, RESULT_CORE_DUMP, RESULT_CORE_DUMP } },
    };
    for (unsigned kind = 0; kind < KINDS * 2; kind++) {
        bool may_fail = kind >= KINDS;
        struct stage t = stage(kind % KINDS == MAIN_OF_ONESHOT ? SERVICE_ONESHOT : SERVICE_SIMPLE,
                               may_fail ? "-b-s" : "bs");
        units_success(&t.units, 0, false, 143);
        units_success(&t.units, 0, true, SIGUSR2);
        units_success(&t.units, 0, true, SIGABRT);
        const struct snapshot *snapshot = units_seal(&t.units);
        bool main = kind % KINDS != CONTROL_PROCESS;
        t.s.command = main ? 1 : 0;
        for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
            struct input in = { .kind = INPUT_EXIT,
                                .role = main ? ROLE_MAIN : ROLE_CONTROL,
                                .status = exits[i].value,
                                .is_signal = exits[i].is_signal,
                                .dumped_core = exits[i].core };
            assert_int_equal(verdict_on_exit(snapshot, snapshot_unit(snapshot, 0), &t.s, &in),
                             may_fail ? RESULT_SUCCESS : exits[i].results[kind % KINDS]);
        }
        strike(&t);
    }
}

/* The main process's "-" counts though a control command is under way; a command that a reload took does not crash. */
static void test_whose_prefix_counts(void **state)
{
    life(SERVICE_SIMPLE, "-sS", "start fork stop fork main:1=stop ctl:0=stop-sigterm empty=dead",
         RESULT_SUCCESS);
    life(SERVICE_SIMPLE, "s-S", "start fork stop fork main:1=stop ctl:0=stop-sigterm empty=failed",
         RESULT_EXIT_CODE);
    struct stage t = stage(SERVICE_SIMPLE, "s");
    play(&t, "start fork=running");
    t.s.command = 7;
    play(&t, "main:1=stop-sigterm");
    strike(&t);
}

/* Whose status the record keeps: the main process's, unless another one's decided. */
static void test_status(void **state)
{
    static const struct {
        const char *commands, *line;
        uint8_t status, is_signal;
    } cases[] = {
        { "s", "start fork main:0", 0, 0 },
        { "s", "start fork main:1", 1, 0 },
        { "s", "start fork stop main:TERM", SIGTERM, 1 },
        { "sa", "start fork fork ctl:1 main:TERM", 1, 0 },
        { "sa", "start fork fork ctl:TERM main:0", SIGTERM, 1 },
        { "s", "start fork stop timeout main:KILL", SIGKILL, 1 },
        { "bs", "start fork timeout timeout ctl:1", 0, 0 },
        { "sP", "start fork main:1 empty=stop-post fork ctl:TERM", 1, 0 },
        { "s", "start fork stop timeout timeout timeout timeout=failed main:1", 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage t = stage(SERVICE_SIMPLE, cases[i].commands);
        play(&t, cases[i].line);
        if (t.s.status != cases[i].status || t.s.status_is_signal != cases[i].is_signal) {
            fail_msg("\"%s\": status %d, signal %d", cases[i].line, t.s.status, t.s.status_is_signal);
        }
        strike(&t);
    }
}

/* --- Restart= and the start limit ------------------------------------------------------------------ */

/* The table of systemd.service(5), "Exit causes and the effect of the Restart= settings". */
static void test_restart_table(void **state)
{
    static const struct {
        uint8_t restart;
        bool clean, unclean_code, unclean_signal, timed_out;
    } table[] = {
        { RESTART_NO, false, false, false, false },          { RESTART_ALWAYS, true, true, true, true },
        { RESTART_ON_SUCCESS, true, false, false, false },   { RESTART_ON_FAILURE, false, true, true, true },
        { RESTART_ON_ABNORMAL, false, false, true, true },   { RESTART_ON_ABORT, false, false, true, false },
        { RESTART_ON_WATCHDOG, false, false, false, false }, /* there is no watchdog yet */
    };
    assert_int_equal(sizeof table / sizeof table[0], RESTARTS);
    static const char *const lines[] = {
        "start fork main:0=stop-sigterm empty",    "start fork stopping main:TERM empty",
        "start fork main:1=stop-sigterm empty",    "start fork main:KILL=stop-sigterm empty",
        "start fork main:SEGV=stop-sigterm empty", "start=start-pre fork timeout=stop-sigterm ctl:0 empty",
    };
    for (size_t i = 0; i < RESTARTS; i++) {
        const bool expected[] = { table[i].clean,          table[i].clean,          table[i].unclean_code,
                                  table[i].unclean_signal, table[i].unclean_signal, table[i].timed_out };
        for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
            struct stage t = stage(SERVICE_SIMPLE, k == 5 ? "bs" : "s");
            settings(&t)->restart = table[i].restart;
            play(&t, lines[k]);
            bool restarts = t.s.state == STATE_AUTO_RESTART;
            if (restarts != expected[k] || (!restarts && !service_has_ended(&t.s))) {
                fail_msg("Restart= number %d, \"%s\": is %s", table[i].restart, lines[k],
                         service_state_name(t.s.state));
            }
            assert_int_equal(t.s.restarts, restarts);
            strike(&t);
        }
    }
}

static struct stage restarting(void)
{
    struct stage t = stage(SERVICE_SIMPLE, "s");
    settings(&t)->restart = RESTART_ALWAYS;
    return t;
}

static void test_restart_is_not_for(void **state)
{
    struct stage t = restarting();
    play(&t, "start fork stop=stop-sigterm main:TERM empty=dead");             /* who was asked to stop */
    play(&t, "start fork main:1=stop-sigterm stop=stop-sigterm empty=failed"); /* even on its way down */
    play(&t, "start fork main:0 empty=auto-restart stop=dead");                /* or while it waits */
    assert_int_equal(t.s.deadline_ns, NEVER_NS);
    t.s.job = JOB_STOP; /* or who will be, when its turn comes */
    play(&t, "start fork main:0 empty=dead");
    strike(&t);

    t = restarting(); /* who lives on and must not be killed */
    settings(&t)->flags &= (uint8_t)~SERVICE_SEND_SIGKILL;
    play(&t, "start fork main:0=stop-sigterm timeout=final-sigterm timeout=failed");
    strike(&t);

    t = restarting(); /* but for who cannot be killed: the roster waits for the old main process's end */
    play(&t, "start fork stopping timeout timeout=final-sigterm timeout=final-sigkill timeout=auto-restart");
    assert_int_not_equal(t.s.main_pid, 0);
    play(&t, "start=auto-restart main:KILL=auto-restart start=start");
    strike(&t);
}

/* RestartPreventExitStatus= comes before RestartForceExitStatus=, and both before Restart=; the main process counts. */
static void test_restart_lists(void **state)
{
    static const struct {
        enum service_restart restart;
        const char *line;
    } cases[] = {
        { RESTART_ALWAYS, "start fork main:1 empty=failed" },
        { RESTART_ALWAYS, "start fork main:0 empty=auto-restart" },
        { RESTART_NO, "start fork main:TERM empty=auto-restart" },
        { RESTART_NO, "start fork main:0 empty=dead" },
        { RESTART_NO, "start fork main:SEGV empty=failed" }, /* on both lists */
        { RESTART_NO, "start no-fork empty=failed" },        /* there was no main process */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage t = stage(SERVICE_SIMPLE, "s");
        settings(&t)->restart = (uint8_t)cases[i].restart;
        units_exit(&t.units, 0, EXIT_LIST_PREVENT, false, 1);
        units_exit(&t.units, 0, EXIT_LIST_PREVENT, true, SIGSEGV);
        units_exit(&t.units, 0, EXIT_LIST_FORCE, true, SIGSEGV);
        units_exit(&t.units, 0, EXIT_LIST_FORCE, true, SIGTERM);
        play(&t, cases[i].line);
        strike(&t);
    }
}

static void test_runtime_max(void **state)
{
    struct stage t = stage(SERVICE_SIMPLE, "sS");
    settings(&t)->runtime_max_ns = 7 * NS_PER_SECOND;
    play(&t, "start fork=running");
    assert_int_equal(t.s.deadline_ns, t.now_ns + 7 * NS_PER_SECOND);
    play(&t, "timeout=stop fork ctl:0=stop-sigterm main:TERM empty=failed");
    expect_result(&t, RESULT_TIMEOUT);
    strike(&t);
}

/* RestartKillSignal= is for the stop of a restart job, and only for its first signal. */
static void test_restart_signal(void **state)
{
    static const struct {
        enum job_kind job;
        int first, final;
    } cases[] = { { JOB_RESTART, SIGUSR1, SIGTERM }, { JOB_STOP, SIGTERM, SIGTERM } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage t = stage(SERVICE_SIMPLE, "s");
        settings(&t)->restart_signal = SIGUSR1;
        play(&t, "start fork");
        t.s.job = (uint8_t)cases[i].job;
        play(&t, "stop=stop-sigterm");
        assert_int_equal(t.s.kill_signal, cases[i].first);
        play(&t, "main:TERM=final-sigterm");
        assert_int_equal(t.s.kill_signal, cases[i].final);
        strike(&t);
    }
}

static void test_restart_counter_and_delay(void **state)
{
    struct stage t = restarting();
    settings(&t)->restart_delay_ns = 7 * NS_PER_SECOND;
    for (uint32_t i = 1; i <= 3; i++) {
        play(&t, "start fork main:0 empty=auto-restart");
        assert_int_equal(t.s.restarts, i);
        assert_int_equal(t.s.deadline_ns, t.now_ns + 7 * NS_PER_SECOND);
        assert_int_equal(t.done, TODO_CLEAN);
        t.now_ns += 8 * NS_PER_SECOND;
    }
    play(&t, "stop=dead start=start"); /* somebody's, not its own */
    assert_int_equal(t.s.restarts, 0);
    strike(&t);
}

static void test_start_limit(void **state)
{
    struct stage t = restarting();
    settings(&t)->start_limit_burst = 3;
    settings(&t)->start_limit_interval_ns = 10 * NS_PER_SECOND;
    uint64_t first_ns = t.now_ns;
    for (int i = 0; i < 3; i++) {
        play(&t, "start=start fork main:0 empty=auto-restart");
        t.now_ns += NS_PER_SECOND;
    }
    t.now_ns = first_ns + 10 * NS_PER_SECOND;
    play(&t, "start=failed"); /* the fourth in the window: and that is the end of it */
    expect_result(&t, RESULT_START_LIMIT);
    assert_int_equal(t.done, TODO_CLEAN);
    play(&t, "start=failed");
    t.now_ns = first_ns + 10 * NS_PER_SECOND + 1;
    play(&t, "start=start"); /* the window is over, and this opens the next one */
    expect_result(&t, RESULT_SUCCESS);
    assert_int_equal(t.s.limit_count, 1);
    assert_int_equal(t.s.limit_from_ns, t.now_ns);
    strike(&t);

    for (int off = 0; off < 2; off++) {
        t = restarting();
        settings(&t)->start_limit_burst = off != 0 ? 0 : 5;
        settings(&t)->start_limit_interval_ns = off != 0 ? 10 * NS_PER_SECOND : 0;
        for (int i = 0; i < 50; i++) {
            play(&t, "start=start fork main:0 empty=auto-restart");
        }
        strike(&t);
    }

    t = restarting(); /* a window without end */
    settings(&t)->start_limit_burst = 1;
    settings(&t)->start_limit_interval_ns = NEVER_NS;
    play(&t, "start=start fork main:0 empty=auto-restart");
    t.now_ns += 1000000 * NS_PER_SECOND;
    play(&t, "start=failed");
    strike(&t);
}

/* --- signals and time-outs ------------------------------------------------------------------------- */

struct kill_step {
    const char *play; /* one word with its state */
    int signo;        /* 0: no signal */
    unsigned whom;
};

static void kill_steps(struct stage *t, const struct kill_step *steps)
{
    for (; steps->play != NULL; steps++) {
        play(t, steps->play);
        if (!!(t->done & TODO_KILL) != (steps->signo != 0) ||
            (steps->signo != 0 && (t->s.kill_signal != steps->signo || t->s.kill_whom != steps->whom))) {
            fail_msg("%s: todo %d, signal %d to %d", steps->play, t->done, t->s.kill_signal, t->s.kill_whom);
        }
    }
}

static void test_kill_mode(void **state)
{
    static const struct {
        uint8_t mode;
        bool no_sigkill;
        const char *commands;
        struct kill_step steps[9];
    } cases[] = {
        { KILL_CONTROL_GROUP,
          false,
          "s",
          { { "stop=stop-sigterm", SIGTERM, WHOM_ALL | WHOM_MAIN },
            { "timeout=stop-sigkill", SIGKILL, WHOM_ALL | WHOM_MAIN },
            { "main:KILL=final-sigterm", SIGTERM, WHOM_ALL },
            { "timeout=final-sigkill", SIGKILL, WHOM_ALL },
            { "empty=failed", 0, 0 } } },
        { KILL_CONTROL_GROUP,
          true,
          "s", /* who must not be killed is told twice, and left alone */
          { { "stop=stop-sigterm", SIGTERM, WHOM_ALL | WHOM_MAIN },
            { "timeout=final-sigterm", SIGTERM, WHOM_ALL | WHOM_MAIN },
            { "timeout=failed", 0, 0 } } },
        { KILL_MIXED,
          false,
          "s",
          { { "stop=stop-sigterm", SIGTERM, WHOM_MAIN },
            { "main:TERM=final-sigkill", SIGKILL, WHOM_ALL },
            { "empty=dead", 0, 0 } } },
        { KILL_MIXED,
          false,
          "s",
          { { "stop=stop-sigterm", SIGTERM, WHOM_MAIN },
            { "timeout=stop-sigkill", SIGKILL, WHOM_ALL | WHOM_MAIN },
            { "timeout=final-sigterm", SIGTERM, WHOM_MAIN },
            { "main:KILL=final-sigkill", SIGKILL, WHOM_ALL },
            { "empty=failed", 0, 0 } } },
        { KILL_MIXED,
          true,
          "s",
          { { "stop=stop-sigterm", SIGTERM, WHOM_MAIN }, { "main:TERM=dead", 0, 0 } } },
        { KILL_MIXED,
          false,
          "sS", /* ExecStop= has done it: the helpers are killed */
          { { "stop=stop", 0, 0 },
            { "fork=stop", 0, 0 },
            { "main:0=stop", 0, 0 },
            { "ctl:0=stop-sigkill", SIGKILL, WHOM_ALL },
            { "empty=dead", 0, 0 } } },
        { KILL_PROCESS,
          false,
          "s",
          { { "stop=stop-sigterm", SIGTERM, WHOM_MAIN }, { "main:TERM=dead", 0, 0 } } },
        { KILL_PROCESS,
          false,
          "s",
          { { "stop=stop-sigterm", SIGTERM, WHOM_MAIN },
            { "timeout=stop-sigkill", SIGKILL, WHOM_MAIN },
            { "timeout=final-sigterm", SIGTERM, WHOM_MAIN },
            { "main:KILL=failed", 0, 0 } } },
        { KILL_PROCESS,
          false,
          "sS",
          { { "stop=stop", 0, 0 },
            { "fork=stop", 0, 0 },
            { "timeout=stop-sigterm", SIGTERM, WHOM_MAIN | WHOM_CONTROL },
            { "main:TERM=stop-sigterm", 0, 0 },
            { "ctl:TERM=failed", 0, 0 } } },
        { KILL_NONE, false, "s", { { "stop=dead", 0, 0 } } },
        { KILL_NONE,
          false,
          "sSP",
          { { "stop=stop", 0, 0 },
            { "fork=stop", 0, 0 },
            { "ctl:0=stop-post", 0, 0 },
            { "fork=stop-post", 0, 0 },
            { "main:1=stop-post", 0, 0 },
            { "ctl:0=failed", 0, 0 } } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage t = stage(SERVICE_SIMPLE, cases[i].commands);
        settings(&t)->kill_mode = cases[i].mode;
        settings(&t)->flags &= cases[i].no_sigkill ? (uint8_t)~SERVICE_SEND_SIGKILL : UINT8_MAX;
        play(&t, "start fork=running");
        kill_steps(&t, cases[i].steps);
        strike(&t);
    }
}

static void test_which_signals(void **state)
{
    struct stage t = stage(SERVICE_SIMPLE, "s");
    settings(&t)->kill_signal = SIGQUIT;
    settings(&t)->final_signal = SIGABRT;
    play(&t, "start fork");
    kill_steps(&t, (const struct kill_step[]){ { "stop=stop-sigterm", SIGQUIT, WHOM_ALL | WHOM_MAIN },
                                               { "timeout=stop-sigkill", SIGABRT, WHOM_ALL | WHOM_MAIN },
                                               { NULL, 0, 0 } });
    strike(&t);
}

/* The tracker has said that nobody is left: nobody is told again, until somebody was started. */
static void test_nobody_is_told_twice(void **state)
{
    struct stage t = stage(SERVICE_SIMPLE, "sP");
    play(&t, "start fork main:0=stop-sigterm");
    assert_true(t.done & TODO_KILL);
    play(&t, "empty=stop-post");
    play(&t, "no-fork=failed"); /* nobody came, and nobody is waited for */
    assert_int_equal(t.done, TODO_CLEAN);
    play(&t, "start fork main:0=stop-sigterm empty=stop-post fork ctl:0=final-sigterm");
    assert_true(t.done & TODO_KILL); /* ExecStopPost= may have left somebody */
    play(&t, "empty=dead");
    strike(&t);
}

/* systemd.service(5), ExecReload=: the service is up all the while, and as old as it was before. */
static void test_reload(void **state)
{
    struct stage t = stage(SERVICE_SIMPLE, "srrS");
    settings(&t)->runtime_max_ns = 100 * NS_PER_SECOND;
    play(&t, "start fork=running");
    uint64_t up_ns = t.now_ns;
    t.now_ns += NS_PER_SECOND;
    play(&t, "reload=reload");
    assert_string_equal(service_active_name(&t.s), "reloading");
    assert_int_equal(t.s.deadline_ns, t.now_ns + 90 * NS_PER_SECOND);
    play(&t, "fork ctl:0=reload fork ctl:0=running");
    assert_int_equal(t.s.active_ns, up_ns);
    assert_int_equal(t.s.deadline_ns, up_ns + 100 * NS_PER_SECOND);
    assert_false(t.s.flags & FLAG_RELOAD_FAILED);
    play(&t, "reload fork ctl:1=running"); /* the second command does not run */
    assert_true(t.s.flags & FLAG_RELOAD_FAILED);
    expect_result(&t, RESULT_SUCCESS);
    assert_int_equal(t.s.status, 0);
    play(&t, "reload");
    assert_false(t.s.flags & FLAG_RELOAD_FAILED);
    play(&t, "fork main:1=reload ctl:1=stop-sigterm empty=failed");
    expect_result(&t, RESULT_EXIT_CODE);
    strike(&t);

    t = stage(SERVICE_SIMPLE, "sr"); /* what may fail does not */
    settings(&t)->runtime_max_ns = NEVER_NS;
    t.units.units[0].commands[1].flags = COMMAND_MAY_FAIL;
    play(&t, "start fork reload fork ctl:1=running");
    assert_false(t.s.flags & FLAG_RELOAD_FAILED);
    strike(&t);
}

/* sd_notify(3): RELOADING=1 counts when the service is up, READY=1 ends it, and the last word before is what counts. */
static void test_reload_by_itself(void **state)
{
    struct stage t = stage(SERVICE_NOTIFY, "sarS");
    play(&t,
         "start fork reloading=start ready=start-post fork ctl:0=running"); /* READY=1 was the last word */
    play(&t, "reloading=reload reloading=reload ready=running");
    play(&t, "reload fork reloading=reload ctl:0=reload"); /* it is not done when ExecReload= is */
    assert_int_equal(t.s.control_pid, 0);
    play(&t, "ready=running");
    play(&t, "reload fork reloading ready=reload ctl:0=running");
    play(&t, "reload fork reloading ctl:1=reload");
    assert_true(t.s.flags & FLAG_RELOAD_FAILED);                       /* whatever it says afterwards */
    play(&t, "ready=running reloading stopping=reload ready=running"); /* again the last word */
    play(&t, "reload fork stopping=reload ctl:0=stop-sigterm");
    strike(&t);

    t = stage(SERVICE_SIMPLE, "sa");
    play(&t, "start fork=start-post fork reloading=start-post ctl:0=reload ready=running");
    play(&t, "reloading=reload timeout=running");
    assert_true(t.s.flags & FLAG_RELOAD_FAILED);
    strike(&t);
}

/* A forking service whose main process ended during the reload may have another one by then: its PID file says so. */
static void test_reload_changes_main(void **state)
{
    struct stage t = stage(SERVICE_FORKING, "sr");
    settings(&t)->pid_file = 1;
    play(&t, "start fork ctl:0 found=running main:0=running");
    assert_true(t.done & TODO_SEARCH);
    play(&t, "reload=reload fork=reload");
    assert_false(service_waits_for_empty(&t.s));
    play(&t, "ctl:0=running");
    assert_true(t.done & TODO_SEARCH);
    play(&t, "found=running");
    assert_int_not_equal(t.s.main_pid, 0);
    strike(&t);
}

/* Each state's time-out leads on, until nothing is left to lead to. */
static void test_timeouts(void **state)
{
    struct stage t = stage(SERVICE_NOTIFY, "bsaSP");
    settings(&t)->timeout_start_ns = 11 * NS_PER_SECOND;
    settings(&t)->timeout_stop_ns = 5 * NS_PER_SECOND;
    play(&t, "start=start-pre");
    static const struct {
        const char *play;
        uint64_t seconds;
    } steps[] = {
        { "fork=start-pre", 11 },       { "ctl:0=start", 11 },          { "fork=start", 11 },
        { "ready=start-post", 11 },     { "fork=start-post", 11 },      { "timeout=stop-sigterm", 5 },
        { "timeout=stop-sigkill", 5 },  { "timeout=stop-post", 5 },     { "fork=stop-post", 5 },
        { "timeout=final-sigterm", 5 }, { "timeout=final-sigkill", 5 },
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        play(&t, steps[i].play);
        assert_int_equal(t.s.deadline_ns, t.s.since_ns + steps[i].seconds * NS_PER_SECOND);
    }
    play(&t, "timeout=failed");
    expect_result(&t, RESULT_TIMEOUT);
    assert_int_equal(t.s.deadline_ns, NEVER_NS);
    strike(&t);

    t = stage(SERVICE_ONESHOT, "ss"); /* each command has all the time for itself */
    play(&t, "start fork");
    t.now_ns += NS_PER_SECOND;
    play(&t, "main:0=start");
    assert_int_equal(t.s.deadline_ns, t.now_ns + settings(&t)->timeout_start_ns);
    strike(&t);

    t = stage(SERVICE_ONESHOT, "s");
    settings(&t)->timeout_start_ns = NEVER_NS;
    play(&t, "start fork");
    assert_int_equal(t.s.deadline_ns, NEVER_NS);
    strike(&t);
}

static void test_stop_timeout_has_a_bound(void **state)
{
    static const struct {
        uint64_t own, bound, is;
    } cases[] = { { 5, 0, 5 }, { 5, 90, 5 }, { 500, 90, 90 }, { 0, 90, 90 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage t = stage(SERVICE_SIMPLE, "s");
        uint64_t own_ns = cases[i].own != 0 ? cases[i].own * NS_PER_SECOND : NEVER_NS;
        settings(&t)->timeout_stop_ns = own_ns;
        t.stop_timeout_ns = cases[i].bound * NS_PER_SECOND;
        play(&t, "start fork stop=stop-sigterm");
        assert_int_equal(t.s.deadline_ns, t.now_ns + cases[i].is * NS_PER_SECOND);
        strike(&t);
    }
}

/* Processes that outlive KILL: there is never a second main process beside them. */
static void test_left_over(void **state)
{
    struct stage t = stage(SERVICE_SIMPLE, "s");
    play(&t, "start fork stop timeout timeout timeout timeout=failed");
    int32_t left_over = t.s.main_pid;
    assert_int_not_equal(left_over, 0);
    play(&t, "start=failed");
    assert_int_equal(t.s.main_pid, left_over);
    play(&t, "main:KILL=failed start=start fork=running");
    expect_result(&t, RESULT_SUCCESS);
    assert_int_not_equal(t.s.main_pid, left_over);
    strike(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lives),
        cmocka_unit_test(test_forking),
        cmocka_unit_test(test_pid_file),
        cmocka_unit_test(test_several_commands_of_a_phase),
        cmocka_unit_test(test_after_a_failed_start),
        cmocka_unit_test(test_main_ends_early),
        cmocka_unit_test(test_remain_after_exit),
        cmocka_unit_test(test_exits),
        cmocka_unit_test(test_whose_prefix_counts),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_restart_table),
        cmocka_unit_test(test_restart_is_not_for),
        cmocka_unit_test(test_restart_lists),
        cmocka_unit_test(test_runtime_max),
        cmocka_unit_test(test_restart_signal),
        cmocka_unit_test(test_restart_counter_and_delay),
        cmocka_unit_test(test_start_limit),
        cmocka_unit_test(test_kill_mode),
        cmocka_unit_test(test_which_signals),
        cmocka_unit_test(test_nobody_is_told_twice),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_reload_by_itself),
        cmocka_unit_test(test_reload_changes_main),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_stop_timeout_has_a_bound),
        cmocka_unit_test(test_left_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
