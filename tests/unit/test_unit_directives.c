/*
 * The directive table, and what its values become. Every honoured directive has a case here that names it; that it has
 * an effect, tests/ns/effects.bats and test_exec_directives.c show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "unit/directive.h"
#include "unit_tree.h"

#include <signal.h>
#include <sys/resource.h>

static struct tree tree;

static int setup(void **state)
{
    tree_begin(&tree);
    return 0;
}

static int teardown(void **state)
{
    tree_end(&tree);
    return 0;
}

/* A unit of these lines, in the second folder: what is wrong with a line costs the line alone. */
static const struct snapshot *load(const char *lines)
{
    tree_file(&tree, "second/x.service", lines);
    return tree_load(&tree, "x.service");
}

static const struct snapshot *load_service(const char *lines)
{
    char text[4096];
    snprintf(text, sizeof text, SERVICE "%s\n", lines);
    return load(text);
}

static bool is_bad(const struct snapshot *s)
{
    return (tree_unit(s, "x.service")->flags & UNIT_BAD) != 0;
}

/* --- the table itself --- */

static void test_rows(void **state)
{
    unsigned count = 0;
    for (unsigned t = 0; directive_tables[t] != NULL; t++) {
        assert_non_null(directive_tables[t]->page);
        for (unsigned i = 0; i < directive_tables[t]->count; i++) {
            const struct directive *row = &directive_tables[t]->rows[i];
            count++;
            assert_non_null(row->name);
            assert_true(row->section < SECTIONS);
            if (row->because == NULL || (row->status == HONOURED && (row->flags != 0 || row->off != NULL))) {
                fail_msg("the row of %s is not of one piece", row->name);
            }
        }
    }
    assert_true(count > 350);
}

static void test_rows_are_found(void **state)
{
    static struct loader l;
    directive_index(&l);
    for (unsigned t = 0; directive_tables[t] != NULL; t++) {
        for (unsigned i = 0; i < directive_tables[t]->count; i++) {
            const struct directive *row = &directive_tables[t]->rows[i];
            assert_ptr_equal(directive_find(&l, row->section, row->name),
                             row); /* so no name is there twice */
        }
    }
    assert_null(directive_find(&l, SECTION_UNIT, "ExecStart"));
    assert_null(directive_find(&l, SECTION_SERVICE, "execstart"));
    assert_string_equal(directive_nearest(SECTION_SERVICE, "ExecStrat"), "ExecStart");
    assert_null(directive_nearest(SECTION_SERVICE, "Zzzzzzzzzzzz"));
}

/* What is known in systemd 252 and stands in no manual page is known here as well. */
static void test_old_names(void **state)
{
    static const char *const names[] = {
        "ReadWriteDirectories", "PermissionsStartOnly", "CPUShares",
        "StartLimitInterval",   "MemoryLimit",          "InaccessibleDirectories"
    };
    static struct loader l;
    directive_index(&l);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_non_null(directive_find(&l, SECTION_SERVICE, names[i]));
    }
}

/* --- numbers: one line, one field --- */

#define SERVICE_FIELD(field) \
    offsetof(struct unit_service, field), sizeof(((struct unit_service *)0)->field), false
#define EXEC_FIELD(field) offsetof(struct unit_exec, field), sizeof(((struct unit_exec *)0)->field), true

static const struct {
    const char *lines;
    size_t at;
    size_t size;
    bool in_exec;
    uint64_t value;
} numbers[] = {
    /* the defaults */
    { "", SERVICE_FIELD(type), SERVICE_SIMPLE },
    { "", SERVICE_FIELD(timeout_start_ns), 90 * NS_PER_SECOND },
    { "", SERVICE_FIELD(timeout_stop_ns), 90 * NS_PER_SECOND },
    { "", SERVICE_FIELD(restart_delay_ns), 100 * NS_PER_MS },
    { "", SERVICE_FIELD(start_limit_interval_ns), 10 * NS_PER_SECOND },
    { "", SERVICE_FIELD(start_limit_burst), 5 },
    { "", SERVICE_FIELD(kill_signal), SIGTERM },
    { "", SERVICE_FIELD(final_signal), SIGKILL },
    { "", SERVICE_FIELD(restart), RESTART_NO },
    { "", SERVICE_FIELD(kill_mode), KILL_CONTROL_GROUP },
    { "", SERVICE_FIELD(notify_access), NOTIFY_NONE },
    { "", SERVICE_FIELD(flags), SERVICE_SEND_SIGKILL | SERVICE_GUESS_MAIN | SERVICE_PLAIN },
    { "", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE },
    { "", EXEC_FIELD(umask), 0022 },
    { "", EXEC_FIELD(runtime_mode), 0755 },
    /* Type */
    { "Type=simple", SERVICE_FIELD(type), SERVICE_SIMPLE },
    { "Type=exec", SERVICE_FIELD(type), SERVICE_EXEC },
    { "Type=oneshot", SERVICE_FIELD(type), SERVICE_ONESHOT },
    { "Type=notify", SERVICE_FIELD(type), SERVICE_NOTIFY },
    { "Type=forking", SERVICE_FIELD(type), SERVICE_FORKING },
    { "Type=idle", SERVICE_FIELD(type), SERVICE_SIMPLE },
    { "Type=idle", SERVICE_FIELD(flags), SERVICE_SEND_SIGKILL | SERVICE_GUESS_MAIN | SERVICE_IDLE },
    { "Type=idle\nType=simple", SERVICE_FIELD(flags),
      SERVICE_SEND_SIGKILL | SERVICE_GUESS_MAIN | SERVICE_PLAIN },
    { "GuessMainPID=no", SERVICE_FIELD(flags), SERVICE_SEND_SIGKILL | SERVICE_PLAIN },
    { "Type=Simple", SERVICE_FIELD(type), SERVICE_SIMPLE },
    { "Type=oneshot", SERVICE_FIELD(timeout_start_ns), NEVER_NS },
    { "Type=oneshot\nTimeoutStartSec=5", SERVICE_FIELD(timeout_start_ns), 5 * NS_PER_SECOND },
    /* Restart, RestartSec, StartLimitInterval, StartLimitBurst, RemainAfterExit */
    { "RuntimeMaxSec=5", SERVICE_FIELD(runtime_max_ns), 5 * NS_PER_SECOND },
    { "RuntimeMaxSec=5\nRuntimeMaxSec=0", SERVICE_FIELD(runtime_max_ns), NEVER_NS },
    { "RestartKillSignal=INT", SERVICE_FIELD(restart_signal), SIGINT },
    { "Restart=on-success", SERVICE_FIELD(restart), RESTART_ON_SUCCESS },
    { "Restart=on-failure", SERVICE_FIELD(restart), RESTART_ON_FAILURE },
    { "Restart=on-abnormal", SERVICE_FIELD(restart), RESTART_ON_ABNORMAL },
    { "Restart=on-watchdog", SERVICE_FIELD(restart), RESTART_ON_WATCHDOG },
    { "Restart=on-abort", SERVICE_FIELD(restart), RESTART_ON_ABORT },
    { "Restart=always", SERVICE_FIELD(restart), RESTART_ALWAYS },
    { "Restart=always\nRestart=no", SERVICE_FIELD(restart), RESTART_NO },
    { "RestartSec=2min", SERVICE_FIELD(restart_delay_ns), 120 * NS_PER_SECOND },
    { "RestartSec=0", SERVICE_FIELD(restart_delay_ns), 0 },
    { "RestartSec=infinity", SERVICE_FIELD(restart_delay_ns), NEVER_NS },
    { "StartLimitInterval=1min", SERVICE_FIELD(start_limit_interval_ns), 60 * NS_PER_SECOND },
    { "StartLimitInterval=0", SERVICE_FIELD(start_limit_burst), 0 },
    { "StartLimitBurst=3", SERVICE_FIELD(start_limit_burst), 3 },
    { "StartLimitBurst=0", SERVICE_FIELD(start_limit_interval_ns), 0 },
    { "[Unit]\nStartLimitIntervalSec=7", SERVICE_FIELD(start_limit_interval_ns), 7 * NS_PER_SECOND },
    { "[Unit]\nStartLimitBurst=9", SERVICE_FIELD(start_limit_burst), 9 },
    { "RemainAfterExit=yes", SERVICE_FIELD(flags),
      SERVICE_SEND_SIGKILL | SERVICE_GUESS_MAIN | SERVICE_PLAIN | SERVICE_REMAIN_AFTER_EXIT },
    /* TimeoutStartSec, TimeoutStopSec, TimeoutSec */
    { "TimeoutStartSec=0", SERVICE_FIELD(timeout_start_ns), NEVER_NS },
    { "TimeoutStopSec=0", SERVICE_FIELD(timeout_stop_ns), NEVER_NS },
    { "TimeoutStopSec=20ms", SERVICE_FIELD(timeout_stop_ns), 20 * NS_PER_MS },
    { "TimeoutSec=3", SERVICE_FIELD(timeout_start_ns), 3 * NS_PER_SECOND },
    { "TimeoutSec=3", SERVICE_FIELD(timeout_stop_ns), 3 * NS_PER_SECOND },
    { "TimeoutStartSec=3\nTimeoutStartSec=nonsense", SERVICE_FIELD(timeout_start_ns), 3 * NS_PER_SECOND },
    /* KillMode, KillSignal, FinalKillSignal, SendSIGKILL, SendSIGHUP */
    { "KillMode=mixed", SERVICE_FIELD(kill_mode), KILL_MIXED },
    { "KillMode=process", SERVICE_FIELD(kill_mode), KILL_PROCESS },
    { "KillMode=none", SERVICE_FIELD(kill_mode), KILL_NONE },
    { "KillSignal=SIGINT", SERVICE_FIELD(kill_signal), SIGINT },
    { "KillSignal=RTMIN+3", SERVICE_FIELD(kill_signal), 37 },
    { "KillSignal=1", SERVICE_FIELD(kill_signal), 1 },
    { "KillSignal=SIGNONSENSE", SERVICE_FIELD(kill_signal), SIGTERM },
    { "FinalKillSignal=QUIT", SERVICE_FIELD(final_signal), SIGQUIT },
    { "SendSIGKILL=no", SERVICE_FIELD(flags), SERVICE_GUESS_MAIN | SERVICE_PLAIN },
    { "SendSIGHUP=on", SERVICE_FIELD(flags),
      SERVICE_SEND_SIGKILL | SERVICE_GUESS_MAIN | SERVICE_PLAIN | SERVICE_SEND_SIGHUP },
    /* NotifyAccess */
    { "NotifyAccess=main", SERVICE_FIELD(notify_access), NOTIFY_MAIN },
    { "NotifyAccess=exec", SERVICE_FIELD(notify_access), NOTIFY_EXEC },
    { "NotifyAccess=all", SERVICE_FIELD(notify_access), NOTIFY_ALL },
    { "Type=notify", SERVICE_FIELD(notify_access), NOTIFY_MAIN },
    { "Type=notify\nNotifyAccess=none", SERVICE_FIELD(notify_access), NOTIFY_MAIN },
    { "Type=notify\nNotifyAccess=all", SERVICE_FIELD(notify_access), NOTIFY_ALL },
    /* UMask, RuntimeDirectoryMode, RuntimeDirectoryPreserve */
    { "UMask=007", EXEC_FIELD(umask), 0007 },
    { "UMask=077777", EXEC_FIELD(umask), 0022 },
    { "RuntimeDirectoryMode=2755", EXEC_FIELD(runtime_mode), 02755 },
    { "RuntimeDirectoryPreserve=yes", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE | EXEC_RUNTIME_PRESERVE },
    { "RuntimeDirectoryPreserve=restart", EXEC_FIELD(flags),
      EXEC_IGNORE_SIGPIPE | EXEC_RUNTIME_PRESERVE_RESTART },
    { "RuntimeDirectoryPreserve=yes\nRuntimeDirectoryPreserve=no", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE },
    /* NoNewPrivileges, IgnoreSIGPIPE */
    { "NoNewPrivileges=true", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE | EXEC_NO_NEW_PRIVILEGES },
    { "IgnoreSIGPIPE=off", EXEC_FIELD(flags), 0 },
    { "IgnoreSIGPIPE=perhaps", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE },
    /* Nice, OOMScoreAdjust */
    { "Nice=-20", EXEC_FIELD(nice), (uint16_t)-20 },
    { "Nice=0", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE | EXEC_HAS_NICE },
    { "Nice=5\nNice=", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE },
    { "Nice=20", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE },
    { "OOMScoreAdjust=-1000", EXEC_FIELD(oom_adjust), (uint16_t)-1000 },
    { "OOMScoreAdjust=1", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE | EXEC_HAS_OOM_ADJUST },
    { "OOMScoreAdjust=1001", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE },
    /* CapabilityBoundingSet: CAP_CHOWN is 0, CAP_KILL 5 */
    { "CapabilityBoundingSet=", EXEC_FIELD(cap_bounding), 0 },
    { "CapabilityBoundingSet=", EXEC_FIELD(flags), EXEC_IGNORE_SIGPIPE | EXEC_HAS_BOUNDING },
    { "CapabilityBoundingSet=~", EXEC_FIELD(cap_bounding), UINT64_MAX },
    { "CapabilityBoundingSet=CAP_CHOWN cap_kill", EXEC_FIELD(cap_bounding), 0x21 },
    { "CapabilityBoundingSet=~CAP_CHOWN CAP_KILL", EXEC_FIELD(cap_bounding), ~UINT64_C(0x21) },
    { "CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=CAP_KILL", EXEC_FIELD(cap_bounding), 0x21 },
    { "CapabilityBoundingSet=CAP_CHOWN CAP_KILL\nCapabilityBoundingSet=~CAP_KILL", EXEC_FIELD(cap_bounding),
      1 },
    { "CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=", EXEC_FIELD(cap_bounding), 0 },
    { "CapabilityBoundingSet=CAP_NONSENSE CAP_CHOWN", EXEC_FIELD(cap_bounding), 1 },
    /* AmbientCapabilities */
    { "AmbientCapabilities=CAP_CHOWN", EXEC_FIELD(cap_ambient), 1 },
    { "AmbientCapabilities=CAP_CHOWN\nAmbientCapabilities=CAP_KILL", EXEC_FIELD(cap_ambient), 0x21 },
    { "AmbientCapabilities=CAP_CHOWN CAP_KILL\nAmbientCapabilities=~CAP_KILL", EXEC_FIELD(cap_ambient), 1 },
    { "AmbientCapabilities=CAP_CHOWN\nAmbientCapabilities=", EXEC_FIELD(cap_ambient), 0 },
    /* StandardInput, StandardOutput, StandardError */
    { "StandardInput=null", EXEC_FIELD(stdio[0].kind), STDIO_NULL },
    { "StandardInput=tty-force", EXEC_FIELD(stdio[0].kind), STDIO_TTY_FORCE },
    { "StandardInput=tty-fail", EXEC_FIELD(stdio[0].kind), STDIO_TTY_FAIL },
    { "StandardInput=tty", EXEC_FIELD(stdio[1].kind), STDIO_INHERIT },
    { "StandardInput=tty\nStandardOutput=null", EXEC_FIELD(stdio[1].kind), STDIO_NULL },
    { "StandardInput=inherit", EXEC_FIELD(stdio[0].kind), STDIO_DEFAULT },
    { "StandardInput=file:/a", EXEC_FIELD(stdio[0].kind), STDIO_FILE },
    { "StandardOutput=inherit", EXEC_FIELD(stdio[1].kind), STDIO_DEFAULT },
    { "StandardOutput=journal+console", EXEC_FIELD(stdio[1].kind), STDIO_LOG },
    { "StandardOutput=tty", EXEC_FIELD(stdio[1].kind), STDIO_TTY },
    { "StandardOutput=append:/a", EXEC_FIELD(stdio[1].kind), STDIO_APPEND },
    { "StandardOutput=truncate:/a", EXEC_FIELD(stdio[1].kind), STDIO_TRUNCATE },
    { "StandardOutput=file:a", EXEC_FIELD(stdio[1].kind), STDIO_DEFAULT },
    { "StandardError=null", EXEC_FIELD(stdio[2].kind), STDIO_NULL },
    { "StandardError=inherit", EXEC_FIELD(stdio[2].kind), STDIO_INHERIT },
};

static void test_numbers(void **state)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct snapshot *s = load_service(numbers[i].lines);
        const char *from = numbers[i].in_exec ? (const char *)tree_exec(s, "x.service")
                                              : (const char *)tree_service(s, "x.service");
        uint64_t value = 0;
        memcpy(&value, from + numbers[i].at, numbers[i].size);
        if (value != numbers[i].value || is_bad(s)) {
            fail_msg("\"%s\": %llx, not %llx", numbers[i].lines, (unsigned long long)value,
                     (unsigned long long)numbers[i].value);
        }
    }
}

/* --- strings: one line, one string or list of strings --- */

#define REF(field)  offsetof(struct unit_exec, field), false
#define LIST(field) offsetof(struct unit_exec, field), true

static const struct {
    const char *lines;
    size_t at;
    bool is_list;
    const char *value; /* "none": no string */
} strings[] = {
    /* User, Group, SupplementaryGroups */
    { "", REF(user), "none" },
    { "User=redis", REF(user), "redis" },
    { "User=redis\nUser=", REF(user), "none" },
    { "User=%p", REF(user), "x" },
    { "User=1000", REF(user), "1000" },
    { "Group=a.b", REF(group), "a.b" },
    { "SupplementaryGroups=a b\nSupplementaryGroups=c", LIST(groups), "a|b|c" },
    { "SupplementaryGroups=a\nSupplementaryGroups=", LIST(groups), "" },
    /* Environment, PassEnvironment, UnsetEnvironment */
    { "Environment=A=b \"C=d e\" 'F=\"'", LIST(environment), "A=b|C=d e|F=\"" },
    { "Environment=A=%n", LIST(environment), "A=x.service" },
    { "Environment=A=\\x41\\t%%", LIST(environment), "A=A\t%" },
    { "Environment=A=b\nEnvironment=\nEnvironment=C=d", LIST(environment), "C=d" },
    { "Environment=1A=b A A-B=c D=e", LIST(environment), "D=e" },
    { "Environment=\"A=b", LIST(environment), "" },
    { "PassEnvironment=A B", LIST(pass_environment), "A|B" },
    { "PassEnvironment=A=b B", LIST(pass_environment), "B" },
    { "UnsetEnvironment=A B=c", LIST(unset_environment), "A|B=c" },
    /* RuntimeDirectory */
    { "RuntimeDirectory=a b/c//d/", LIST(runtime), "a|b/c/d" },
    { "RuntimeDirectory=redis-%p", LIST(runtime), "redis-x" },
    { "RuntimeDirectory=a\nRuntimeDirectory=", LIST(runtime), "" },
    { "RuntimeDirectory=/a ../b c/../d private private/e . f", LIST(runtime), "f" },
    { "RuntimeDirectory=a:b", LIST(runtime), "a" },
    /* WorkingDirectory, TTYPath */
    { "WorkingDirectory=/a//b/.", REF(directory), "/a/b" },
    { "WorkingDirectory=%t/x", REF(directory), "/run/x" },
    { "WorkingDirectory=-/a", REF(directory), "/a" },
    { "WorkingDirectory=/a\nWorkingDirectory=", REF(directory), "none" },
    { "TTYPath=/dev/tty9", REF(tty_path), "/dev/tty9" },
    { "TTYPath=tty9", REF(tty_path), "none" },
    { "StandardOutput=append:/var/log/%p", REF(stdio[1].path), "/var/log/x" },
};

static void test_strings(void **state)
{
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        const struct snapshot *s = load_service(strings[i].lines);
        const char *from = (const char *)tree_exec(s, "x.service") + strings[i].at;
        const char *value;
        if (strings[i].is_list) {
            value = tree_strings(s, (const struct list *)from);
        } else {
            value = snapshot_string(s, *(const ref *)from);
        }
        if (is_bad(s) || strcmp(value == NULL ? "none" : value, strings[i].value) != 0) {
            fail_msg("\"%s\": \"%s\", not \"%s\"", strings[i].lines, value, strings[i].value);
        }
    }
}

static void test_directory_flags(void **state)
{
    const uint32_t base = EXEC_IGNORE_SIGPIPE;
    assert_int_equal(tree_exec(load_service("WorkingDirectory=~"), "x.service")->flags,
                     base | EXEC_DIRECTORY_HOME);
    assert_int_equal(tree_exec(load_service("WorkingDirectory=-/a"), "x.service")->flags,
                     base | EXEC_DIRECTORY_OPTIONAL);
    assert_int_equal(tree_exec(load_service("WorkingDirectory=-~"), "x.service")->flags,
                     base | EXEC_DIRECTORY_HOME | EXEC_DIRECTORY_OPTIONAL);
    assert_int_equal(tree_exec(load_service("WorkingDirectory=~\nWorkingDirectory=/a"), "x.service")->flags,
                     base);
    assert_true(is_bad(load_service("WorkingDirectory=a")));
    assert_false(is_bad(load_service("WorkingDirectory=-a")));
}

static void test_environment_files(void **state)
{
    const struct snapshot *s = load_service("EnvironmentFile=/a\nEnvironmentFile=-/b//c\nEnvironmentFile=d");
    const struct unit_exec *e = tree_exec(s, "x.service");
    const struct env_file *files = snapshot_at(s, e->environment_files.at);
    assert_int_equal(e->environment_files.count, 2);
    assert_string_equal(snapshot_string(s, files[0].path), "/a");
    assert_int_equal(files[0].optional, 0);
    assert_string_equal(snapshot_string(s, files[1].path), "/b/c");
    assert_int_equal(files[1].optional, 1);
    s = load_service("EnvironmentFile=/a\nEnvironmentFile=");
    assert_int_equal(tree_exec(s, "x.service")->environment_files.count, 0);
}

/* LimitCPU … LimitRTTIME */
static const struct {
    const char *line;
    uint32_t resource;
    uint64_t soft;
    uint64_t hard;
} limits[] = {
    { "LimitCPU=1.5s", RLIMIT_CPU, 2, 2 },
    { "LimitCPU=1min:2h", RLIMIT_CPU, 60, 7200 },
    { "LimitFSIZE=1K:1.5M", RLIMIT_FSIZE, 1024, 1572864 },
    { "LimitDATA=1T", RLIMIT_DATA, UINT64_C(1) << 40, UINT64_C(1) << 40 },
    { "LimitSTACK=8M", RLIMIT_STACK, 8 << 20, 8 << 20 },
    { "LimitCORE=0:infinity", RLIMIT_CORE, 0, UINT64_MAX },
    { "LimitRSS=5", RLIMIT_RSS, 5, 5 },
    { "LimitNOFILE=0x10", RLIMIT_NOFILE, 16, 16 },
    { "LimitNOFILE=010", RLIMIT_NOFILE, 8, 8 },
    { "LimitAS=4G", RLIMIT_AS, UINT64_C(4) << 30, UINT64_C(4) << 30 },
    { "LimitNPROC=7", RLIMIT_NPROC, 7, 7 },
    { "LimitMEMLOCK=64K", RLIMIT_MEMLOCK, 65536, 65536 },
    { "LimitLOCKS=3", RLIMIT_LOCKS, 3, 3 },
    { "LimitSIGPENDING=3", RLIMIT_SIGPENDING, 3, 3 },
    { "LimitMSGQUEUE=3K", RLIMIT_MSGQUEUE, 3072, 3072 },
    { "LimitNICE=+5", RLIMIT_NICE, 15, 15 },
    { "LimitNICE=-5", RLIMIT_NICE, 25, 25 },
    { "LimitNICE=20:30", RLIMIT_NICE, 20, 30 },
    { "LimitRTPRIO=9", RLIMIT_RTPRIO, 9, 9 },
    { "LimitRTTIME=100", RLIMIT_RTTIME, 100, 100 },
    { "LimitRTTIME=1ms:2s", RLIMIT_RTTIME, 1000, 2000000 },
};

static void test_limits(void **state)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const struct snapshot *s = load_service(limits[i].line);
        const struct unit_exec *e = tree_exec(s, "x.service");
        const struct limit *l = snapshot_at(s, e->limits.at);
        assert_int_equal(e->limits.count, 1);
        assert_int_equal(l->resource, limits[i].resource);
        if (l->soft != limits[i].soft || l->hard != limits[i].hard) {
            fail_msg("%s: %llu:%llu", limits[i].line, (unsigned long long)l->soft,
                     (unsigned long long)l->hard);
        }
    }
    static const char *const wrong[] = { "LimitNOFILE=2:1", "LimitNOFILE=",      "LimitNOFILE=1K",
                                         "LimitNOFILE=1:",  "LimitNOFILE=1 : 2", "LimitNICE=41",
                                         "LimitNICE=+20",   "LimitAS=x",         "LimitCPU=x" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(tree_exec(load_service(wrong[i]), "x.service")->limits.count, 0);
    }
    /* A later line replaces an earlier one of the same resource. */
    assert_int_equal(
        tree_exec(load_service("LimitNPROC=7\nLimitNOFILE=1\nLimitNPROC=8"), "x.service")->limits.count, 2);
}

/* SuccessExitStatus */
static void test_success(void **state)
{
    const struct snapshot *s =
        load_service("SuccessExitStatus=TEMPFAIL 250 SIGKILL\nSuccessExitStatus=1 nonsense");
    const struct unit_service *v = tree_service(s, "x.service");
    const struct exit_value *e = snapshot_at(s, v->exits.at);
    assert_int_equal(v->exits.count, 4);
    assert_true(e[0].is_signal == 0 && e[0].value == 75);
    assert_true(e[1].is_signal == 0 && e[1].value == 250);
    assert_true(e[2].is_signal == 1 && e[2].value == SIGKILL);
    assert_true(e[3].is_signal == 0 && e[3].value == 1);
    s = load_service("SuccessExitStatus=1\nSuccessExitStatus=");
    assert_int_equal(tree_service(s, "x.service")->exits.count, 0);
}

/* SERVICE_PLAIN: what takes it away. */
static void test_plain(void **state)
{
    static const char *const lines[] = { "User=a",
                                         "Group=a",
                                         "SupplementaryGroups=a",
                                         "WorkingDirectory=/a",
                                         "WorkingDirectory=~",
                                         "EnvironmentFile=/a",
                                         "RuntimeDirectory=a",
                                         "StandardInput=tty",
                                         "StandardInput=file:/a",
                                         "StandardOutput=tty",
                                         "StandardError=append:/a" };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if ((tree_service(load_service(lines[i]), "x.service")->flags & SERVICE_PLAIN) != 0) {
            fail_msg("plain all the same: %s", lines[i]);
        }
    }
    const struct unit_service *s = tree_service(load_service("Nice=5\nLimitNOFILE=5\nNoNewPrivileges=1"),
                                                "x.service");
    assert_int_equal(s->flags & SERVICE_PLAIN, SERVICE_PLAIN);
}

/* --- commands: ExecStart, ExecStartPre, ExecStartPost, ExecStop, ExecStopPost --- */

static const struct {
    const char *value;
    const char *path;
    const char *argv; /* NULL: the service does not load */
    unsigned flags;
} commands[] = {
    { "/bin/echo a b", "/bin/echo", "/bin/echo|a|b", 0 },
    { "/bin/echo \"a b\" c", "/bin/echo", "/bin/echo|a b|c", 0 },
    { "-/bin/echo a", "/bin/echo", "/bin/echo|a", COMMAND_MAY_FAIL },
    { "@/bin/echo name a", "/bin/echo", "name|a", COMMAND_ARGV0 },
    { ":/bin/echo $A", "/bin/echo", "/bin/echo|$A", COMMAND_LITERAL },
    { "+/bin/echo", "/bin/echo", "/bin/echo", COMMAND_PRIVILEGED },
    { "!/bin/echo", "/bin/echo", "/bin/echo", COMMAND_NO_SETUID },
    { "@-:+/bin/echo name", "/bin/echo", "name",
      COMMAND_ARGV0 | COMMAND_MAY_FAIL | COMMAND_LITERAL | COMMAND_PRIVILEGED },
    { "/bin/echo $A ${B}c", "/bin/echo", "/bin/echo|$A|${B}c", COMMAND_VARIABLES },
    { "echo a", "echo", "echo|a", COMMAND_SEARCH },
    { "/bin//echo/./x a", "/bin/echo/x", "/bin//echo/./x|a", 0 },
    { "/bin/echo %n %% %i.", "/bin/echo", "/bin/echo|x.service|%|.", 0 },
    { "/bin/echo \\; a", "/bin/echo", "/bin/echo|;|a", 0 },
    { "/bin/echo \";\" a;b", "/bin/echo", "/bin/echo|;|a;b", 0 },
    { "/bin/echo \"\"", "/bin/echo", "/bin/echo|", 0 },
    { "\"/bin/ec ho\" a", "/bin/ec ho", "/bin/ec ho|a", 0 },
    { "/bin/echo a \\\n  # comment\n  b", "/bin/echo", "/bin/echo|a|b", 0 },
    { "/bin/echo \\q", "/bin/echo", "/bin/echo|\\q", 0 },
    { "", NULL, NULL, 0 },
    { "-", NULL, NULL, 0 },
    { "@/bin/echo", NULL, NULL, 0 },
    { "bin/echo", NULL, NULL, 0 },
    { "./echo", NULL, NULL, 0 },
    { "/bin/", NULL, NULL, 0 },
    { "--/bin/echo", NULL, NULL, 0 },
    { "+!/bin/echo", NULL, NULL, 0 },
    { "/bin/echo \"a", NULL, NULL, 0 },
    { "/bin/echo %z", NULL, NULL, 0 },
    { "/bin/ec\\x01ho", NULL, NULL, 0 },
};

static void test_commands(void **state)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "[Service]\nExecStart=%s\n", commands[i].value);
        const struct snapshot *s = load(text);
        const struct unit *u = tree_unit(s, "x.service");
        if (is_bad(s) != (commands[i].argv == NULL)) {
            fail_msg("\"%s\": %s", commands[i].value, is_bad(s) ? "bad" : "loads");
        }
        if (!is_bad(s)) {
            const struct unit_command *c = snapshot_at(s, u->commands.at);
            assert_int_equal(u->commands.count, 1);
            assert_string_equal(tree_argv(s, "x.service", 0), commands[i].argv);
            assert_string_equal(snapshot_string(s, c->path), commands[i].path);
            assert_int_equal(c->flags, commands[i].flags);
        }
    }
}

static void test_several_commands(void **state)
{
    const struct snapshot *s = load(
        "[Service]\nType=oneshot\nExecStopPost=/p5\nExecStop=/p4\nExecReload=/r\nExecStartPost=/p3\n"
        "ExecStart=/a ; /b c ; -/d\nExecStart=/e\nExecStartPre=/p1\n");
    static const char *const argvs[] = { "/p1", "/a", "/b|c", "/d", "/e", "/p3", "/r", "/p4", "/p5" };
    static const uint8_t phases[] = { PHASE_START_PRE, PHASE_START, PHASE_START,
                                      PHASE_START,     PHASE_START, PHASE_START_POST,
                                      PHASE_RELOAD,    PHASE_STOP,  PHASE_STOP_POST };
    const struct unit *u = tree_unit(s, "x.service");
    const struct unit_command *c = snapshot_at(s, u->commands.at);
    assert_int_equal(u->commands.count, 9);
    for (unsigned i = 0; i < 9; i++) {
        assert_string_equal(tree_argv(s, "x.service", i), argvs[i]);
        assert_int_equal(c[i].phase, phases[i]);
    }
    s = load("[Service]\nExecStart=/a\nExecStartPre=/p\nExecStart=\nExecStart=/b\n");
    assert_int_equal(tree_unit(s, "x.service")->commands.count, 2);
    assert_string_equal(tree_argv(s, "x.service", 1), "/b");
}

/* systemd.service(5): what it refuses. */
static void test_refused_services(void **state)
{
    static const char *const bad[] = {
        "[Unit]\nDescription=x\n",
        "[Service]\nExecStop=/a\n",
        "[Service]\nType=simple\nExecStop=/a\nRemainAfterExit=yes\n",
        "[Service]\nExecStart=/a\nExecStart=/b\n",
        "[Service]\nType=oneshot\nExecStart=/a\nRestart=always\n",
        "[Service]\nType=oneshot\nExecStart=/a\nRestart=on-success\n",
        "[Service]\nType=forking\nExecStart=/a\nExecStart=/b\n",
        "[Service]\nType=dbus\nExecStart=/a\n",
        "[Service]\nExecStart=/a\nUser=a:b\n",
        "[Service]\nExecStart=/a\nRootDirectory=/srv\n",
        "[Service]\nExecStart=/a\nStandardInput=socket\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct snapshot *s = load(bad[i]);
        if (!is_bad(s) || tree_finding(s, "x.service", FINDING_ERROR, "") == NULL) {
            fail_msg("loads: %s", bad[i]);
        }
    }
    assert_false(is_bad(load("[Service]\nExecStop=/a\nRemainAfterExit=yes\n")));
    assert_false(is_bad(load("[Service]\nType=oneshot\nExecStart=/a\nRestart=on-failure\n")));
    assert_false(is_bad(load_service("RootDirectory=/")));
}

/* --- Description, Documentation, specifiers --- */

static void test_specifiers(void **state)
{
    static const struct {
        const char *text;
        const char *value;
    } cases[] = {
        { "%n", "a-b@c-d\\x2de.service" },
        { "%N", "a-b@c-d\\x2de" },
        { "%p %P", "a-b a/b" },
        { "%i %I", "c-d\\x2de c/d-e" },
        { "%j %J", "b b" },
        { "%f", "/c/d-e" },
        { "%t %S %C %L %E", "/run /var/lib /var/cache /var/log /etc" },
        { "100%% %", "100% %" },
        { "%! x", "%! x" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "[Unit]\nDescription=%s\n" SERVICE, cases[i].text);
        tree_file(&tree, "second/a-b@.service", text);
        const struct snapshot *s = tree_load(&tree, "a-b@c-d\\x2de.service");
        const struct unit *u = tree_unit(s, "a-b@c-d\\x2de.service");
        assert_string_equal(snapshot_string(s, u->description), cases[i].value);
    }
    const struct snapshot *s = load("[Unit]\nDescription=%y %Y\n" SERVICE);
    char expected[3 * PATH_MAX];
    snprintf(expected, sizeof expected, "%s/x.service %s", tree.second, tree.second);
    assert_string_equal(snapshot_string(s, tree_unit(s, "x.service")->description), expected);
    s = load("[Unit]\nDescription=kept\nDescription=%z\n" SERVICE);
    assert_string_equal(snapshot_string(s, tree_unit(s, "x.service")->description), "kept");
    assert_non_null(tree_finding(s, "x.service", FINDING_WARNING, "%z is no specifier"));
    s = load("[Unit]\nDescription=gone\nDescription=\nDocumentation=man:x(1)\n" SERVICE);
    assert_int_equal(tree_unit(s, "x.service")->description, 0);
    assert_int_equal(s->findings.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_rows_are_found),
        cmocka_unit_test(test_old_names),
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_directory_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_environment_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_success, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_services, setup, teardown),
        cmocka_unit_test_setup_teardown(test_specifiers, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
