/*
 * Every honoured directive of systemd.exec(5), from the line in a unit file to what the started program has of it.
 *
 * An effect is a difference: a directive is shown by taking its lines away, after which at least one of its cases must
 * not hold any more. tests/lint/directives reads the names in the table, and knows from them which directives have a
 * case; the manager's own directives have theirs in tests/ns/effects.bats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exec_inside.h"
#include "exec_run.h"
#include "unit_tree.h"

enum needs {
    ROOT = 1,     /* the machine's root: another user, or one more group */
    RESOURCE = 2, /* CAP_SYS_RESOURCE: a limit above primer's own */
};

struct effect {
    const char *directive;
    /*
     * Lines of [Service]. @SHOW@ is tests/helpers/show.c, @TTY@ a terminal. Without an ExecStart= among them the
     * program is @SHOW@ with all that it can show.
     */
    const char *lines;
    const char *shows[4]; /* lines of its output */
    const char *hides;    /* no line of it; NULL: nothing to look for */
    const char *output;   /* the file that has its output; NULL: the log */
    unsigned needs;       /* enum needs */
};

#define SH(script) "ExecStart=/bin/sh -c '" script "'\n"

static const struct effect effects[] = {
    { "User",
      "User=redis\n",
      { "uid 107 107 107", "gid 115 115 115", "groups 115 120", "env HOME=/run/home" },
      .needs = ROOT },
    { "User", "User=root\n", { "uid 0 0 0", "env USER=root" } },
    { "Group", "Group=video\n", { "uid 0 0 0", "gid 44 44 44" }, .needs = ROOT },
    { "SupplementaryGroups",
      "SupplementaryGroups=video log\n",
      { "gid 0 0 0", "groups 4 44" },
      .needs = ROOT },
    { "CapabilityBoundingSet",
      "CapabilityBoundingSet=CAP_KILL CAP_CHOWN\n",
      { "CapBnd 0000000000000021", "CapEff 0000000000000021" } },
    { "CapabilityBoundingSet",
      "CapabilityBoundingSet=\n",
      { "CapBnd 0000000000000000", "CapEff 0000000000000000" } },
    { "AmbientCapabilities",
      "User=redis\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n",
      { "CapAmb 0000000000000400", "CapEff 0000000000000400" },
      .needs = ROOT },
    { "AmbientCapabilities", "AmbientCapabilities=CAP_KILL\n", { "CapAmb 0000000000000020" } },
    { "NoNewPrivileges", "NoNewPrivileges=yes\n", { "NoNewPrivs 1" } },
    { "IgnoreSIGPIPE", "IgnoreSIGPIPE=no\n", { "SigIgn 0000000000000000" } },
    { "IgnoreSIGPIPE", "", { "SigIgn 0000000000001000" } },
    { "UMask", "UMask=0077\n", { "umask 0077" } },
    { "UMask", "", { "umask 0022" } },
    { "OOMScoreAdjust", "OOMScoreAdjust=345\n", { "oom 345" } },
    { "Nice", "Nice=7\n", { "nice 7" } },
    { "LimitCPU", "LimitCPU=100\n", { "limit 0 100 100" } },
    { "LimitFSIZE", "LimitFSIZE=1M:2M\n", { "limit 1 1048576 2097152" } },
    { "LimitDATA", "LimitDATA=64M\n", { "limit 2 67108864 67108864" } },
    { "LimitSTACK", "LimitSTACK=1M\n", { "limit 3 1048576 1048576" } },
    { "LimitCORE", "LimitCORE=0\n", { "limit 4 0 0" } },
    { "LimitRSS", "LimitRSS=32M\n", { "limit 5 33554432 33554432" } },
    { "LimitNPROC", "LimitNPROC=500\n", { "limit 6 500 500" } },
    { "LimitNOFILE", "LimitNOFILE=100:200\n", { "limit 7 100 200" } },
    { "LimitMEMLOCK", "LimitMEMLOCK=64K\n", { "limit 8 65536 65536" } },
    { "LimitAS", "LimitAS=256M\n", { "limit 9 268435456 268435456" } },
    { "LimitLOCKS", "LimitLOCKS=10\n", { "limit 10 10 10" } },
    { "LimitSIGPENDING", "LimitSIGPENDING=10\n", { "limit 11 10 10" } },
    { "LimitMSGQUEUE", "LimitMSGQUEUE=4096\n", { "limit 12 4096 4096" } },
    { "LimitNICE", "LimitNICE=+5\n", { "limit 13 15 15" }, .needs = RESOURCE },
    { "LimitRTPRIO", "LimitRTPRIO=3\n", { "limit 14 3 3" }, .needs = RESOURCE },
    { "LimitRTTIME", "LimitRTTIME=1000\n", { "limit 15 1000 1000" } },
    { "WorkingDirectory", "WorkingDirectory=/usr\n", { "folder /usr" } },
    { "WorkingDirectory", "WorkingDirectory=-/nowhere\n", { "folder /" } },
    { "WorkingDirectory", "User=redis\nWorkingDirectory=~\n", { "folder /run/home" }, .needs = ROOT },
    { "RuntimeDirectory", "RuntimeDirectory=a b/c\n", { "env RUNTIME_DIRECTORY=/run/a:/run/b/c" } },
    { "RuntimeDirectory", "RuntimeDirectory=a\n" SH("stat -c %%n:%%a:%%u /run/a"), { "/run/a:755:0" } },
    { "RuntimeDirectory",
      "RuntimeDirectory=a\nUser=redis\n" SH("touch /run/a/x && stat -c %%U /run/a"),
      { "redis" },
      .needs = ROOT },
    { "RuntimeDirectoryMode",
      "RuntimeDirectory=a\nRuntimeDirectoryMode=0750\n" SH("stat -c %%n:%%a /run/a"),
      { "/run/a:750" } },
    { "Environment",
      "Environment=\"A=b c\" D=e\nEnvironment=D=f\n",
      { "env A=b c", "env D=f" },
      .hides = "env D=e" },
    { "EnvironmentFile",
      "Environment=A=unit\nEnvironmentFile=/run/env\nEnvironmentFile=-/run/none\n",
      { "env A=file", "env B=two words" } },
    { "EnvironmentFile", "EnvironmentFile=/run/e?v\n", { "env A=file" } },
    { "PassEnvironment", "PassEnvironment=OUTSIDE\n", { "env OUTSIDE=seen" } },
    { "PassEnvironment", "", { "session own" }, .hides = "env OUTSIDE=seen" },
    { "UnsetEnvironment",
      "Environment=A=1 B=2 C=3\nUnsetEnvironment=A B=2 C=4\n",
      { "env C=3" },
      .hides = "env A=1" },
    { "StandardInput", "", { "fd 0 /dev/null rw" } },
    { "StandardInput", "StandardInput=file:/run/in\n" SH("cat"), { "input" } },
    { "StandardInput",
      "StandardInput=tty-force\nStandardOutput=journal\nTTYPath=@TTY@\n",
      { "tty yes", "foreground yes", "env TERM=vt220" } },
    { "StandardInput", "StandardInput=tty-fail\nStandardOutput=journal\nTTYPath=@TTY@\n", { "tty yes" } },
    { "StandardOutput",
      "StandardOutput=null\nStandardError=journal\n" SH("echo lost; echo found >&2"),
      { "found" },
      .hides = "lost" },
    { "StandardOutput", "StandardOutput=truncate:/run/out\n", { "fd 1 /run/out w" }, .output = "/run/out" },
    { "StandardOutput",
      "StandardOutput=append:/run/appended\n" SH("echo more"),
      { "first", "more" },
      .output = "/run/appended" },
    { "StandardOutput",
      "StandardOutput=file:/run/over\n" SH("echo AB"),
      { "AB", "defg" },
      .output = "/run/over" },
    { "StandardError",
      "StandardError=truncate:/run/err\n" SH("echo out; echo err >&2"),
      { "err" },
      .hides = "out",
      .output = "/run/err" },
    { "StandardError", "StandardError=inherit\n" SH("echo err >&2"), { "err" } },
    { "TTYPath",
      "StandardInput=tty\nStandardOutput=journal\nTTYPath=@TTY@\n",
      { "tty yes", "fd 0 @TTY@ rw" } },

    /* systemd.service(5): the command line and its prefixes. */
    { "ExecStart",
      "ExecStart=@SHOW@ argv -- a  \"b c\" 'd' \\x41\n",
      { "argv @SHOW@", "argv b c", "argv d", "argv A" } },
    { "ExecStart",
      "Environment=\"V=1 2\"\nExecStart=@SHOW@ argv -- $V ${V} $$V\n",
      { "argv 1", "argv 2", "argv 1 2", "argv $V" } },
    { "ExecStart", "Environment=V=1\nExecStart=:@SHOW@ argv -- $V\n", { "argv $V" } },
    { "ExecStart", "ExecStart=@@SHOW@ zero argv\n", { "argv zero" }, .hides = "argv @SHOW@" },
    { "ExecStart", "ExecStart=sh -c 'echo found'\n", { "found" } },
    { "ExecStart",
      "User=redis\nCapabilityBoundingSet=\nNoNewPrivileges=yes\nExecStart=+@SHOW@ ids status\n",
      { "uid 0 0 0", "NoNewPrivs 0" },
      .hides = "CapBnd 0000000000000000" },
    { "ExecStart",
      "User=redis\nNoNewPrivileges=yes\nExecStart=!@SHOW@ ids status\n",
      { "uid 0 0 0", "NoNewPrivs 1" } },
    { "ExecStart", "User=redis\nExecStart=!!@SHOW@ ids\n", { "uid 107 107 107" }, .needs = ROOT },
    { "ExecStart", "User=redis\nExecStart=-@SHOW@ ids\n", { "uid 107 107 107" }, .needs = ROOT },
};

enum { EFFECTS = sizeof effects / sizeof effects[0] };

static struct tree tree;
static struct run r;
static char terminal[64];

/* TEXT with @SHOW@ and @TTY@ replaced. */
static void fill(const char *text, char *out, size_t size)
{
    size_t len = 0;
    while (*text != '\0') {
        const char *word = NULL;
        size_t taken = 1;
        if (strncmp(text, "@SHOW@", 6) == 0) {
            word = show_program();
            taken = 6;
        } else if (strncmp(text, "@TTY@", 5) == 0) {
            word = terminal;
            taken = 5;
        }
        size_t n = word == NULL ? 1 : strlen(word);
        assert_true(len + n < size);
        memcpy(out + len, word == NULL ? text : word, n);
        len += n;
        text += taken;
    }
    out[len] = '\0';
}

static void read_output(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t n = read(fd, r.out, sizeof r.out - 1);
    assert_true(n >= 0);
    r.out[n] = '\0';
    close(fd);
}

static void prepare(void)
{
    assert_true(inside_write("/run/in", "input\n", 0644));
    assert_true(inside_write("/run/appended", "first\n", 0644));
    assert_true(inside_write("/run/over", "abcdefg\n", 0644));
    assert_true(inside_write("/run/out", "", 0644));
    assert_true(inside_write("/run/err", "", 0644));
    assert_true(inside_write("/run/env", "# a file\nA=file\nB='two words'\n", 0600));
}

/* The unit of these lines, which nothing is wrong with. */
static const struct unit *load(const char *lines)
{
    char text[4096];
    char filled[4096];
    bool has_command = strstr(lines, "ExecStart=") != NULL;
    snprintf(text, sizeof text, "[Service]\n%s%s", lines,
             has_command ? "" : "ExecStart=@SHOW@ ids env process status fds limits argv\n");
    fill(text, filled, sizeof filled);
    tree_file(&tree, "first/x.service", filled);
    const struct snapshot *s = tree_load(&tree, "x.service");
    const struct unit *unit = tree_unit(s, "x.service");
    if ((unit->flags & UNIT_BAD) != 0 || s->findings.count > 0) {
        load_print_findings(s, FINDING_NOTE, 2);
        fail_msg("does not load:\n%s", filled);
    }
    return unit;
}

static void start(const struct unit *unit)
{
    run_snapshot(&r, tree.snapshot, unit, snapshot_at(tree.snapshot, unit->commands.at));
}

/* LINES without those of DIRECTIVE. False: there are none. */
static bool take_away(const char *lines, const char *directive, char *out, size_t size)
{
    size_t len = 0;
    bool taken = false;
    while (*lines != '\0') {
        size_t line = strcspn(lines, "\n") + 1;
        size_t name = strlen(directive);
        if (strncmp(lines, directive, name) == 0 && lines[name] == '=') {
            taken = true;
        } else {
            assert_true(len + line < size);
            memcpy(out + len, lines, line);
            len += line;
        }
        lines += line;
    }
    out[len] = '\0';
    return taken;
}

/* Runs a unit of LINES; its output is then in `r`. */
static void run_lines(const struct effect *effect, const char *lines, bool must_run)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ptsname_r(master, terminal, sizeof terminal), 0);
    prepare();
    const struct unit *unit = load(lines);
    start(unit);
    close(master);
    if (must_run && (r.report.error != 0 || r.status != 0)) {
        print_error("%s", lines);
        assert_runs(&r);
    }
    if (effect->output != NULL) {
        read_output(effect->output);
    }
    assert_int_equal(command_clean(tree.snapshot, unit, false), 0);
}

/* The first line of the output that is not as EFFECT wants it, NULL when it is; MISSING: it should be there. */
static const char *difference(const struct effect *effect, bool *missing)
{
    static char line[512];
    *missing = true;
    for (unsigned i = 0; i < 4 && effect->shows[i] != NULL; i++) {
        fill(effect->shows[i], line, sizeof line);
        if (!run_has(&r, line)) {
            return line;
        }
    }
    *missing = false;
    if (effect->hides != NULL) {
        fill(effect->hides, line, sizeof line);
        if (run_has(&r, line)) {
            return line;
        }
    }
    return NULL;
}

/* True: without the directive it is not so. */
static bool check(const struct effect *effect)
{
    char without[4096];
    bool missing;
    run_lines(effect, effect->lines, true);
    const char *line = difference(effect, &missing);
    if (line != NULL) {
        fail_msg("%s= shows %s \"%s\" but:\n%s", effect->directive, missing ? "no" : "a line", line, r.out);
    }
    if (!take_away(effect->lines, effect->directive, without, sizeof without)) {
        return false; /* a default */
    }
    run_lines(effect, without, false);
    return difference(effect, &missing) != NULL;
}

static bool can_run(const struct effect *effect)
{
    return ((effect->needs & ROOT) == 0 || is_root) && ((effect->needs & RESOURCE) == 0 || has_resource);
}

static void test_effects(void **state)
{
    unsigned passed_over = 0;
    (void)state;
    for (unsigned i = 0; i < EFFECTS;) {
        const char *directive = effects[i].directive;
        bool shown = false;
        bool all = true;
        for (; i < EFFECTS && strcmp(effects[i].directive, directive) == 0; i++) {
            if (can_run(&effects[i])) {
                shown |= check(&effects[i]);
            } else {
                all = false;
                passed_over++;
            }
        }
        if (all && !shown) {
            fail_msg("%s= makes no difference in any of its cases", directive);
        }
    }
    print_message("%d effects, %u passed over for want of rights\n", EFFECTS, passed_over);
}

/* RuntimeDirectoryPreserve= shows when the service has ended: WORD, and what is left after a stop and before a restart. */
static void check_preserve(const char *word, bool after_stop, bool before_restart)
{
    char lines[128];
    snprintf(lines, sizeof lines, "RuntimeDirectory=kept\nRuntimeDirectoryPreserve=%s\n", word);
    const struct unit *unit = load(lines);
    start(unit);
    assert_runs(&r);
    assert_int_equal(command_clean(tree.snapshot, unit, true), 0);
    assert_int_equal(access("/run/kept", F_OK) == 0, before_restart);
    start(unit);
    assert_int_equal(command_clean(tree.snapshot, unit, false), 0);
    assert_int_equal(access("/run/kept", F_OK) == 0, after_stop);
    rmdir("/run/kept");
}

static void test_preserve(void **state)
{
    (void)state;
    check_preserve("no", false, false);
    check_preserve("restart", false, true);
    check_preserve("yes", true, true);
}

static int setup(void **state)
{
    (void)state;
    tree_begin(&tree);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_end(&tree);
    return 0;
}

static int run(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_effects, setup, teardown),
        cmocka_unit_test_setup_teardown(test_preserve, setup, teardown),
    };
    setenv("OUTSIDE", "seen", 1);
    /* Without TTYPath= it would be the machine's console, which is nobody's to play with. */
    if (access("/dev/console", F_OK) == 0 && mount("/dev/null", "/dev/console", NULL, MS_BIND, NULL) < 0) {
        perror("/dev/console");
        return 1;
    }
    r.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    return cmocka_run_group_tests_name("directives", tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return inside(argc, argv, run);
}
