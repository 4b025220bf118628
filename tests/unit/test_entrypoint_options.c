/*
 * Options and environment of every persona: what they mean, and which are refused.
 */
#include "base/clock.h"
#include "entrypoint/entrypoint.h"
#include "entrypoint/options.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 16 };

/* Reads LINE, words with blanks between, as the arguments behind the name; ENVIRONMENT likewise. */
static enum option_result read_line(const struct persona *persona, const char *line, const char *environment,
                                    struct settings *settings)
{
    static char words[2][512];
    char *argv[WORDS + 2] = { (char *)"name" };
    char *env[WORDS + 2] = { NULL };
    const char *from[2] = { line, environment };
    char **to[2] = { argv + 1, env };
    for (int i = 0; i < 2; i++) {
        char *save = NULL;
        strcpy(words[i], from[i]);
        for (char *w = strtok_r(words[i], " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
            *to[i]++ = strcmp(w, "''") == 0 ? (char *)"" : w;
        }
        *to[i] = NULL;
    }
    struct refusal refusal;
    static char program[512];
    enum option_result result = options_read(persona, argv, env, settings, &refusal);
    program[0] = '\0';
    if (result == OPTION_REFUSED) {
        assert_non_null(refusal.sentence);
    } else if (result == OPTION_TAKEN && settings->program != NULL) {
        strcpy(program, settings->program[0]);
        static char *kept[] = { program, NULL };
        settings->program = kept;
    }
    return result;
}

static const struct {
    const struct persona *persona;
    const char *line;
    const char *environment;
    enum option_result result;
    const char *program; /* where it is taken */
} lines[] = {
    { &persona_primer, "ls -l", "", OPTION_TAKEN, "ls" },
    { &persona_primer, "-- ls -l", "", OPTION_TAKEN, "ls" },
    { &persona_primer, "-- --version", "", OPTION_TAKEN, "--version" },
    { &persona_primer, "-", "", OPTION_TAKEN, "-" },
    { &persona_primer, "''", "", OPTION_TAKEN, "" },
    { &persona_primer, "-vvg prog", "", OPTION_TAKEN, "prog" },
    { &persona_primer, "", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--", "", OPTION_REFUSED, NULL },
    { &persona_primer, "-v", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--mpa TERM=INT prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "-x prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--map", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--map=TERM=INT prog", "", OPTION_TAKEN, "prog" },
    { &persona_primer, "--map TERM prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--map KILL=TERM prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--map STOP=TERM prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--map TERM=KILL prog", "", OPTION_TAKEN, "prog" },
    { &persona_primer, "--map 65=TERM prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--map 0=TERM prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--map RTMIN+31=TERM prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--exit 256=0 prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--exit 1 prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--exit -1=0 prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--exit =0 prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--stop-timeout 1x prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--stop-timeout -1 prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--stop-timeout '' prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--stop-timeout .5 prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--stop-timeout 1000000000h prog", "", OPTION_REFUSED, NULL }, /* no 64-bit time */
    { &persona_primer, "--verbose=3 prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--pause", "", OPTION_TAKEN, NULL },
    { &persona_primer, "--pause prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--parent-death STOP prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--parent-death KILL prog", "", OPTION_TAKEN, "prog" },
    { &persona_primer, "--user '' prog", "", OPTION_REFUSED, NULL },
    { &persona_primer, "--help", "", OPTION_HELP, NULL },
    { &persona_primer, "-V prog", "", OPTION_VERSION, NULL },
    { &persona_primer, "prog", "PRIMER_STOP_SIGNAL=BLA", OPTION_REFUSED, NULL },
    { &persona_primer, "prog", "PRIMER_STOP_TIMEOUT=", OPTION_REFUSED, NULL },
    { &persona_primer, "prog", "PRIMER_STOP_TIMEOUT=infinity PRIMER_STOP_SIGNAL=RTMIN+3", OPTION_TAKEN,
      "prog" },
    { &persona_tini, "ls -l", "", OPTION_TAKEN, "ls" },
    { &persona_tini, "-s -g -w -vvv -p SIGTERM -e 143 -e0 -- prog", "", OPTION_TAKEN, "prog" },
    { &persona_tini, "-e 256 prog", "", OPTION_REFUSED, NULL },
    { &persona_tini, "-p NO prog", "", OPTION_REFUSED, NULL },
    { &persona_tini, "-p", "", OPTION_REFUSED, NULL },
    { &persona_tini, "--map TERM=INT prog", "", OPTION_REFUSED, NULL },
    { &persona_tini, "--version", "", OPTION_VERSION, NULL },
    { &persona_tini, "-l", "", OPTION_LICENCE, NULL },
    { &persona_tini, "-h", "", OPTION_HELP, NULL },
    { &persona_tini, "prog", "TINI_VERBOSITY=lots", OPTION_TAKEN, "prog" },
    { &persona_dumb_init, "-c -v -r 15:3 -r2:0 --rewrite 1:31 --single-child --verbose -- prog", "",
      OPTION_TAKEN, "prog" },
    { &persona_dumb_init, "-r 15 prog", "", OPTION_REFUSED, NULL },
    { &persona_dumb_init, "-r 1:32 prog", "", OPTION_REFUSED, NULL },
    { &persona_dumb_init, "-r 0:1 prog", "", OPTION_REFUSED, NULL },
    { &persona_dumb_init, "-r 15::12 prog", "", OPTION_REFUSED, NULL },
    { &persona_dumb_init, "--yolo prog", "", OPTION_REFUSED, NULL },
    { &persona_dumb_init, "-V", "", OPTION_VERSION, NULL },
    { &persona_catatonit, "-g -- prog", "", OPTION_TAKEN, "prog" },
    { &persona_catatonit, "-P", "", OPTION_TAKEN, NULL },
    { &persona_catatonit, "-L", "", OPTION_LICENCE, NULL },
    { &persona_catatonit, "--version", "", OPTION_VERSION, NULL },
    { &persona_catatonit, "prog", "CATATONIT_LOG=x", OPTION_REFUSED, NULL },
    { &persona_catatonit, "prog", "CATATONIT_DEBUG=", OPTION_TAKEN, "prog" },
};

static void every_line_is_taken_or_refused(void **state)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct settings settings;
        enum option_result result = read_line(lines[i].persona, lines[i].line, lines[i].environment,
                                              &settings);
        if (result != lines[i].result) {
            fail_msg("%s %s: %d, not %d", lines[i].persona->name, lines[i].line, result, lines[i].result);
        }
        if (result == OPTION_TAKEN && lines[i].program != NULL) {
            assert_string_equal(settings.program[0], lines[i].program);
        }
    }
}

static void maps_are_by_name(void **state)
{
    struct settings s;
    read_line(&persona_primer,
              "--map TERM=QUIT --map SIGUSR1=ignore --map rtmin+3=15 --map 1=RTMAX --exit 143=0 --exit 3=4 p",
              "", &s);
    assert_int_equal(s.signal_map[SIGTERM], SIGQUIT);
    assert_int_equal(s.signal_map[SIGUSR1], MAP_DROPPED);
    assert_int_equal(s.signal_map[37], SIGTERM);
    assert_int_equal(s.signal_map[1], 64);
    assert_int_equal(s.signal_map[SIGINT], 0);
    assert_int_equal(s.exit_map[143], 1);
    assert_int_equal(s.exit_map[3], 5);
    assert_int_equal(s.exit_map[0], 0);
}

static void an_option_beats_the_environment(void **state)
{
    struct settings s;
    read_line(&persona_primer, "p", "PRIMER_STOP_TIMEOUT=3 PRIMER_STOP_SIGNAL=INT", &s);
    assert_true(s.stop_timeout_ns == 3 * NS_PER_SECOND);
    assert_int_equal(s.stop_signal, SIGINT);
    read_line(&persona_primer, "--stop-timeout 4 --stop-signal HUP p",
              "PRIMER_STOP_TIMEOUT=3 PRIMER_STOP_SIGNAL=INT", &s);
    assert_true(s.stop_timeout_ns == 4 * NS_PER_SECOND);
    assert_int_equal(s.stop_signal, SIGHUP);
    read_line(&persona_tini, "-vvv p", "TINI_VERBOSITY=0 TINI_SUBREAPER= TINI_KILL_PROCESS_GROUP=1", &s);
    assert_int_equal(s.verbose, 0);
    assert_true(s.subreaper && s.group);
}

static void times_have_units(void **state)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } times[] = {
        { "0", 0 },
        { "10", 10 * NS_PER_SECOND },
        { "1.5", 1500 * NS_PER_MS },
        { "1.5s", 1500 * NS_PER_MS },
        { "250ms", 250 * NS_PER_MS },
        { "2min", 120 * NS_PER_SECOND },
        { "2m", 120 * NS_PER_SECOND },
        { "0.5h", 1800 * NS_PER_SECOND },
        { "0.000000001", 0 },
        { "0.001", NS_PER_MS },
        { "infinity", NEVER_NS },
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct settings s;
        char line[64] = "--stop-timeout ";
        strcat(line, times[i].text);
        strcat(line, " p");
        assert_int_equal(read_line(&persona_primer, line, "", &s), OPTION_TAKEN);
        if (s.stop_timeout_ns / NS_PER_MS != times[i].ns / NS_PER_MS) {
            fail_msg("%s is %llu ns", times[i].text, (unsigned long long)s.stop_timeout_ns);
        }
    }
}

static void dumb_init_stops_jobs_with_stop(void **state)
{
    struct settings s;
    read_line(&persona_dumb_init, "p", "", &s);
    assert_int_equal(s.signal_map[SIGTSTP], SIGSTOP);
    assert_true(s.session && s.group && s.suspend);
    read_line(&persona_dumb_init, "-r 20:15 p", "", &s);
    assert_int_equal(s.signal_map[SIGTSTP], SIGTERM);
    read_line(&persona_dumb_init, "p", "DUMB_INIT_SETSID=0 DUMB_INIT_DEBUG=1", &s);
    assert_int_equal(s.signal_map[SIGTSTP], 0);
    assert_false(s.session || s.group);
    assert_int_equal(s.verbose, 1);
}

/* Help, completion and manual are made from the tables: every row must have something to say. */
static void every_row_says_what_it_does(void **state)
{
    const struct persona *all[] = { &persona_primer, &persona_tini, &persona_dumb_init, &persona_catatonit };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (unsigned j = 0; j < all[i]->options_count; j++) {
            const struct option *o = &all[i]->options[j];
            assert_true(o->name != NULL || o->letter != '\0');
            assert_true(o->take != NULL && o->help != NULL && o->help[0] != '\0');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_taken_or_refused),  cmocka_unit_test(maps_are_by_name),
        cmocka_unit_test(an_option_beats_the_environment), cmocka_unit_test(times_have_units),
        cmocka_unit_test(dumb_init_stops_jobs_with_stop),  cmocka_unit_test(every_row_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
