/*
 * What a command gets from its unit's settings, as far as nobody needs a right for it; test_exec_rights has the rest.
 * Every case starts a real program, over the pipe and, where the unit is plain, with shared memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/signals.h"
#include "exec_run.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static struct builder b;
static struct run r;
static bool share_memory;
static int null_fd;
static char folder[] = "/tmp/primer-exec-XXXXXX";

static int setup(void **state)
{
    (void)state;
    memset(&r, 0, sizeof r);
    r.share_memory = share_memory;
    r.null_fd = null_fd;
    builder_init(&b);
    b.service->flags = SERVICE_PLAIN;
    builder_command(&b, show_program(), "show", "env", "argv", "process", "status", "fds", "limits", NULL);
    return 0;
}

/* A path in this test's folder. */
static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static const char *read_file(const char *path)
{
    static char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t n = read(fd, text, sizeof text - 1);
    assert_true(n >= 0);
    text[n] = '\0';
    close(fd);
    return text;
}

/* --- defaults --- */

static void test_defaults(void **state)
{
    (void)state;
    run_command(&r, &b);
    assert_runs(&r);
    assert_int_equal(r.shared_memory, share_memory);
    assert_shows(&r, "argv show");
    assert_shows(&r, "env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    assert_null(strstr(strstr(r.out, "env ") + 1, "env ")); /* and no other variable */
    assert_shows(&r, "umask 0022");
    assert_shows(&r, "folder /");
    assert_shows(&r, "session own");
    assert_shows(&r, "tty no");
    assert_shows(&r, "SigBlk 0000000000000000");
    assert_shows(&r, "SigIgn 0000000000001000"); /* IgnoreSIGPIPE=yes */
    assert_shows(&r, "NoNewPrivs 0");
    assert_shows(&r, "fd 0 /dev/null rw");
    assert_null(strstr(r.out, "fd 3 ")); /* nothing of primer's */
}

/* A row without work makes no call: what the table says is what is done. */
static char told[1024];

static void tell(struct step_runner *runner, const struct step *step, int result)
{
    (void)runner;
    if (result != STEP_NOTHING) {
        int fd = open(told, O_WRONLY | O_APPEND | O_CLOEXEC);
        dprintf(fd, "%s\n", step->name);
        close(fd);
    }
}

static void test_plain_unit_runs_few_rows(void **state)
{
    static const struct step_watch watch = { .after = tell };
    (void)state;
    snprintf(told, sizeof told, "%s", in_folder("told"));
    write_file(told, "", 0600);
    r.watch = &watch;
    r.at_home = true;
    run_command(&r, &b);
    assert_runs(&r);
    assert_string_equal(read_file(told), "session\nstdio\nenvironment\narguments\nsignals\n");
}

/* What the request says is inherited is not set again, and else it is. */
static void test_not_at_home(void **state)
{
    (void)state;
    assert_int_equal(chdir("/usr"), 0);
    umask(0077);
    run_command(&r, &b);
    umask(0022);
    assert_int_equal(chdir("/"), 0);
    assert_runs(&r);
    assert_shows(&r, "umask 0022");
    assert_shows(&r, "folder /");
}

static void test_ignored_signals_come_back(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    r.ignored = signals_ignored();
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "SigIgn 0000000000001000");
    b.exec->flags &= ~(uint32_t)EXEC_IGNORE_SIGPIPE;
    run_command(&r, &b);
    assert_shows(&r, "SigIgn 0000000000000000");
    signal(SIGPIPE, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
}

static void test_ignore_sigpipe_no(void **state)
{
    (void)state;
    b.exec->flags &= ~(uint32_t)EXEC_IGNORE_SIGPIPE;
    run_command(&r, &b);
    assert_shows(&r, "SigIgn 0000000000000000");
}

/* --- process properties --- */

static void test_umask(void **state)
{
    (void)state;
    b.exec->umask = 0027;
    r.at_home = true;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "umask 0027");
}

static void test_directory(void **state)
{
    (void)state;
    b.exec->directory = builder_string(&b, "/usr/bin");
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "folder /usr/bin");

    b.exec->directory = builder_string(&b, "/nowhere");
    run_command(&r, &b);
    assert_fails(&r, "working-directory", ENOENT, HINT_NONE, "/nowhere");
    assert_int_equal(r.status, 125);

    b.exec->flags |= EXEC_DIRECTORY_OPTIONAL;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "folder /");

    b.exec->flags = EXEC_DIRECTORY_HOME; /* of no user */
    run_command(&r, &b);
    assert_fails(&r, "working-directory", ENXIO, HINT_NONE, "");
}

static void test_limits(void **state)
{
    struct limit limits[] = {
        { .soft = 123, .hard = 456, .resource = RLIMIT_NOFILE },
        { .soft = 0, .hard = 0, .resource = RLIMIT_CORE },
        { .soft = 1 << 20, .hard = UINT64_MAX, .resource = RLIMIT_STACK },
    };
    (void)state;
    b.exec->limits = (struct list){ .at = builder_room(&b, sizeof limits), .count = 3 };
    memcpy(b.at.bytes + b.exec->limits.at, limits, sizeof limits);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "limit 7 123 456");
    assert_shows(&r, "limit 4 0 0");
    assert_shows(&r, "limit 3 1048576 -1");

    /* "+" is without limits, as in systemd. */
    b.command->flags = COMMAND_PRIVILEGED;
    run_command(&r, &b);
    assert_hides(&r, "limit 7 123 456");

    limits[0].resource = 99;
    memcpy(b.at.bytes + b.exec->limits.at, limits, sizeof limits);
    b.command->flags = 0;
    run_command(&r, &b);
    assert_fails(&r, "limits", EINVAL, HINT_NONE, "");
}

static void test_nice_and_oom(void **state)
{
    (void)state;
    b.exec->flags |= EXEC_HAS_NICE | EXEC_HAS_OOM_ADJUST;
    b.exec->nice = 7;
    b.exec->oom_adjust = 345;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "nice 7");
    assert_shows(&r, "oom 345");
}

static void test_no_new_privileges(void **state)
{
    (void)state;
    b.exec->flags |= EXEC_NO_NEW_PRIVILEGES;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "NoNewPrivs 1");
    b.command->flags = COMMAND_PRIVILEGED;
    run_command(&r, &b);
    assert_shows(&r, "NoNewPrivs 0");
}

/* --- environment --- */

static void test_environment_order(void **state)
{
    static const char *const own[] = { "NOTIFY_SOCKET=/run/notify", "WHO=primer", NULL };
    struct env_file files[] = { { .optional = 0 }, { .optional = 1 } };
    (void)state;
    write_file(in_folder("env"), "# comment\nWHO=file\nQUOTED=\"a b\"\n", 0600);
    files[0].path = builder_string(&b, in_folder("env"));
    files[1].path = builder_string(&b, in_folder("not-there"));
    setenv("PASSED", "from outside", 1);
    setenv("NOT_PASSED", "x", 1);
    setenv("BOTH", "outside", 1);
    r.environment = own;
    b.exec->environment = builder_strings(&b, "WHO=unit", "BOTH=unit", "TWICE=1", "TWICE=2", "PATH=/mine",
                                          NULL);
    b.exec->pass_environment = builder_strings(&b, "PASSED", "BOTH", "NOT_SET", NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "env WHO=unit"); /* the unit's own over primer's */
    assert_shows(&r, "env BOTH=unit");
    assert_shows(&r, "env TWICE=2");
    assert_hides(&r, "env TWICE=1");
    assert_shows(&r, "env PASSED=from outside");
    assert_shows(&r, "env NOTIFY_SOCKET=/run/notify");
    assert_shows(&r, "env PATH=/mine");
    assert_null(strstr(r.out, "NOT_PASSED"));
    assert_null(strstr(r.out, "NOT_SET"));

    b.exec->environment_files = (struct list){ .at = builder_room(&b, sizeof files), .count = 2 };
    memcpy(b.at.bytes + b.exec->environment_files.at, files, sizeof files);
    b.exec->unset_environment = builder_strings(&b, "PASSED", "BOTH=other", "TWICE=2", NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "env WHO=file"); /* files over the unit */
    assert_shows(&r, "env QUOTED=a b");
    assert_null(strstr(r.out, "env PASSED"));
    assert_null(strstr(r.out, "env TWICE"));
    assert_shows(&r, "env BOTH=unit"); /* another value: stays */
}

static void test_environment_file_missing(void **state)
{
    struct env_file file = { .path = builder_string(&b, "/nowhere/env") };
    (void)state;
    b.exec->environment_files = (struct list){ .at = builder_room(&b, sizeof file), .count = 1 };
    memcpy(b.at.bytes + b.exec->environment_files.at, &file, sizeof file);
    run_command(&r, &b);
    assert_fails(&r, "environment", ENOENT, HINT_NONE, "/nowhere/env");
}

/* More variables than a plain child has room for: it goes the other way. */
static void test_many_variables(void **state)
{
    static char text[200][32];
    static const char *own[201];
    (void)state;
    for (int i = 0; i < 200; i++) {
        snprintf(text[i], sizeof text[i], "V%d=%d", i % 1000, i % 1000);
        own[i] = text[i];
    }
    r.environment = own;
    run_command(&r, &b);
    assert_runs(&r);
    assert_false(r.shared_memory);
    assert_shows(&r, "env V0=0");
    assert_shows(&r, "env V199=199");
}

/* --- the command line --- */

static void test_variables_in_arguments(void **state)
{
    (void)state;
    b.exec->environment = builder_strings(&b, "ONE=one", "TWO=two two", NULL);
    builder_command(&b, show_program(), "$ONE", "argv", "--", "$ONE", "$TWO", "${TWO}", "a${ONE}b", "$$X",
                    "$NONE", "${NONE}", "", NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_string_equal(r.out, "argv $ONE\nargv argv\nargv --\nargv one\nargv two\nargv two\nargv two two\n"
                               "argv aoneb\nargv $X\nargv \nargv \n");

    b.command->flags |= COMMAND_LITERAL;
    run_command(&r, &b);
    assert_shows(&r, "argv ${TWO}");
    assert_shows(&r, "argv $$X");
}

static void test_argv0(void **state)
{
    (void)state;
    builder_command(&b, show_program(), "-another name", "argv", NULL);
    b.command->flags = COMMAND_ARGV0;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "argv -another name");
}

static void test_search(void **state)
{
    (void)state;
    builder_command(&b, "sh", "sh", "-c", "echo found", NULL);
    b.command->flags = COMMAND_SEARCH;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "found");

    builder_command(&b, "no-such-program", "no-such-program", NULL);
    run_command(&r, &b);
    assert_fails(&r, "exec", ENOENT, HINT_NO_FILE, "no-such-program");
    assert_int_equal(r.status, 127);
}

static void test_exec_failures(void **state)
{
    (void)state;
    builder_command(&b, "/nowhere/program", "program", NULL);
    run_command(&r, &b);
    assert_fails(&r, "exec", ENOENT, HINT_NO_FILE, "/nowhere/program");
    assert_int_equal(r.status, 127);

    builder_command(&b, "/etc", "program", NULL);
    run_command(&r, &b);
    assert_fails(&r, "exec", EACCES, HINT_DIRECTORY, "/etc");
    assert_int_equal(r.status, 126);

    write_file(in_folder("script"), "#!/nowhere/sh\n", 0755);
    builder_command(&b, in_folder("script"), "program", NULL);
    run_command(&r, &b);
    assert_fails(&r, "exec", ENOENT, HINT_NO_SCRIPT_INTERPRETER, "/nowhere/sh");
}

static void test_arguments_too_long(void **state)
{
    static char long_value[150 * 1024];
    const char *own[] = { long_value, NULL };
    (void)state;
    memset(long_value, 'x', sizeof long_value - 1);
    memcpy(long_value, "A=", 2);
    r.environment = own;
    run_command(&r, &b);
    assert_int_equal(r.report.error, E2BIG); /* one string of more than 128 KiB */
    assert_int_equal(r.report.hint, HINT_TOO_LONG);
}

static void test_five_hundred_arguments(void **state)
{
    (void)state;
    builder_command(&b, show_program(), "show", "argv", "--", NULL);
    for (unsigned i = 0; i < 500; i++) {
        char word[16];
        snprintf(word, sizeof word, "a\n%u", i);
        memcpy(b.at.bytes + b.len, word, strlen(word) + 1);
        b.len += (uint32_t)strlen(word) + 1;
        b.command->argc++;
    }
    run_command(&r, &b);
    assert_runs(&r);
    assert_non_null(strstr(r.out, "argv a\n0\n"));
    assert_non_null(strstr(r.out, "argv a\n499\n"));
}

/* --- standard input and output --- */

static void set_stdio(int fd, enum stdio_kind kind, const char *path)
{
    b.exec->stdio[fd].kind = kind;
    b.exec->stdio[fd].path = path == NULL ? 0 : builder_string(&b, path);
}

static void test_stdio_null(void **state)
{
    (void)state;
    builder_command(&b, "/bin/sh", "sh", "-c", "read x && exit 1; echo a; echo b >&2", NULL);
    set_stdio(1, STDIO_NULL, NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_string_equal(r.out, "");
}

static void test_stdio_log(void **state)
{
    (void)state;
    builder_command(&b, "/bin/sh", "sh", "-c", "echo a; echo b >&2", NULL);
    set_stdio(1, STDIO_LOG, NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_string_equal(r.out, "a\nb\n"); /* errors go where output goes */
}

static void test_stdio_error_apart(void **state)
{
    (void)state;
    builder_command(&b, "/bin/sh", "sh", "-c", "echo a; echo b >&2", NULL);
    set_stdio(2, STDIO_NULL, NULL);
    run_command(&r, &b);
    assert_string_equal(r.out, "a\n");
}

/* Output inherits input: which is null, so it is too. */
static void test_stdio_inherit(void **state)
{
    (void)state;
    builder_command(&b, "/bin/sh", "sh", "-c", "echo a; echo b >&2", NULL);
    set_stdio(1, STDIO_INHERIT, NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_string_equal(r.out, "");
}

static void test_stdio_without_null(void **state)
{
    (void)state;
    r.null_fd = -1;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "fd 0 /dev/null rw");
}

static void test_stdio_files(void **state)
{
    (void)state;
    write_file(in_folder("in"), "input\n", 0600);
    write_file(in_folder("out"), "0123456789\n", 0600);
    builder_command(&b, "/bin/sh", "sh", "-c", "read x; echo $x; echo err >&2", NULL);
    b.command->flags = COMMAND_LITERAL;
    set_stdio(0, STDIO_FILE, in_folder("in"));
    set_stdio(1, STDIO_FILE, in_folder("out"));
    set_stdio(2, STDIO_FILE, in_folder("out"));
    run_command(&r, &b);
    assert_runs(&r);
    assert_string_equal(read_file(in_folder("out")), "input\nerr\n\n"); /* not truncated, one offset */

    set_stdio(1, STDIO_APPEND, in_folder("out"));
    set_stdio(2, STDIO_LOG, NULL);
    run_command(&r, &b);
    assert_string_equal(read_file(in_folder("out")), "input\nerr\n\ninput\n");
    assert_string_equal(r.out, "err\n");

    set_stdio(1, STDIO_TRUNCATE, in_folder("out"));
    set_stdio(2, STDIO_DEFAULT, NULL);
    run_command(&r, &b);
    assert_string_equal(read_file(in_folder("out")), "input\nerr\n");
}

static void test_stdio_new_file_and_umask(void **state)
{
    struct stat status;
    (void)state;
    set_stdio(1, STDIO_FILE, in_folder("new"));
    b.exec->umask = 0027;
    run_command(&r, &b);
    assert_runs(&r);
    assert_int_equal(stat(in_folder("new"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void test_stdio_one_file_for_both(void **state)
{
    (void)state;
    write_file(in_folder("both"), "line\n", 0600);
    builder_command(&b, "/bin/sh", "sh", "-c", "read x; echo got >&0; echo more", NULL);
    set_stdio(0, STDIO_FILE, in_folder("both"));
    set_stdio(1, STDIO_FILE, in_folder("both"));
    run_command(&r, &b);
    assert_runs(&r);
    assert_string_equal(read_file(in_folder("both")), "line\ngot\nmore\n"); /* one offset: opened once */
}

static void test_stdio_file_missing(void **state)
{
    (void)state;
    set_stdio(0, STDIO_FILE, "/nowhere/in");
    run_command(&r, &b);
    assert_fails(&r, "stdio", ENOENT, HINT_NONE, "/nowhere/in");
}

static void test_stdio_socket(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char text[16] = "";
    (void)state;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", in_folder("socket"));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    builder_command(&b, "/bin/sh", "sh", "-c", "echo to socket", NULL);
    set_stdio(1, STDIO_FILE, address.sun_path);
    set_stdio(2, STDIO_LOG, NULL);
    run_command(&r, &b);
    assert_runs(&r);
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(connection >= 0);
    assert_int_equal(read(connection, text, sizeof text), 10);
    assert_string_equal(text, "to socket\n");
    close(connection);
    close(listener);
}

/* --- terminals --- */

/* A pseudo-terminal's path, and its other side in *MASTER. */
static const char *new_terminal(int *master)
{
    static char path[64];
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(*master >= 0);
    assert_int_equal(grantpt(*master), 0);
    assert_int_equal(unlockpt(*master), 0);
    assert_int_equal(ptsname_r(*master, path, sizeof path), 0);
    return path;
}

static void test_terminal(void **state)
{
    int master;
    struct winsize size;
    (void)state;
    const char *path = new_terminal(&master);
    b.exec->tty_path = builder_string(&b, path);
    set_stdio(0, STDIO_TTY, NULL);
    set_stdio(1, STDIO_LOG, NULL);
    run_command(&r, &b);
    assert_runs(&r);
    char line[96];
    snprintf(line, sizeof line, "fd 0 %s rw", path);
    assert_shows(&r, line);
    assert_shows(&r, "tty yes");
    assert_shows(&r, "foreground yes");
    assert_shows(&r, "env TERM=vt220");
    assert_int_equal(ioctl(master, TIOCGWINSZ, &size), 0);
    assert_int_equal(size.ws_row, 24);
    assert_int_equal(size.ws_col, 80);
    close(master);
}

/* Output goes where input is, and both ways through the line. */
static void test_terminal_talks(void **state)
{
    int master;
    char text[256] = "";
    size_t len = 0;
    (void)state;
    b.exec->tty_path = builder_string(&b, new_terminal(&master));
    set_stdio(0, STDIO_TTY_FORCE, NULL);
    builder_command(&b, "/bin/sh", "sh", "-c", "read x; echo got-$x", NULL);
    b.command->flags = COMMAND_LITERAL;
    assert_int_equal(write(master, "word\n", 5), 5);
    run_command(&r, &b);
    assert_runs(&r);
    while (len < sizeof text - 1 && strstr(text, "got-word") == NULL) {
        struct pollfd ready = { .fd = master, .events = POLLIN };
        assert_int_equal(poll(&ready, 1, 10000), 1);
        ssize_t n = read(master, text + len, sizeof text - 1 - len);
        assert_true(n > 0);
        len += (size_t)n;
    }
    close(master);
}

/* Commands that nobody answers to are not on the terminal; what they say is. */
static void test_terminal_not_for_stop(void **state)
{
    int master;
    (void)state;
    b.exec->tty_path = builder_string(&b, new_terminal(&master));
    set_stdio(0, STDIO_TTY, NULL);
    set_stdio(1, STDIO_INHERIT, NULL);
    set_stdio(2, STDIO_LOG, NULL);
    b.command->phase = PHASE_STOP;
    builder_command(&b, "/bin/sh", "sh", "-c", "test ! -t 0 && test -t 1; echo $? >&2", NULL);
    b.command->flags = COMMAND_LITERAL;
    run_command(&r, &b);
    assert_string_equal(r.out, "0\n");
    close(master);
}

static void test_terminal_is_none(void **state)
{
    (void)state;
    b.exec->tty_path = builder_string(&b, "/dev/null");
    set_stdio(0, STDIO_TTY, NULL);
    run_command(&r, &b);
    assert_fails(&r, "terminal", ENOTTY, HINT_NONE, "/dev/null");

    b.exec->tty_path = builder_string(&b, "/dev/no-such-tty");
    run_command(&r, &b);
    assert_fails(&r, "terminal", ENOENT, HINT_NONE, "/dev/no-such-tty");
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

static const struct CMUnitTest tests[] = {
    CASE(test_defaults),
    CASE(test_plain_unit_runs_few_rows),
    CASE(test_not_at_home),
    CASE(test_ignored_signals_come_back),
    CASE(test_ignore_sigpipe_no),
    CASE(test_umask),
    CASE(test_directory),
    CASE(test_limits),
    CASE(test_nice_and_oom),
    CASE(test_no_new_privileges),
    CASE(test_environment_order),
    CASE(test_environment_file_missing),
    CASE(test_many_variables),
    CASE(test_variables_in_arguments),
    CASE(test_argv0),
    CASE(test_search),
    CASE(test_exec_failures),
    CASE(test_arguments_too_long),
    CASE(test_five_hundred_arguments),
    CASE(test_stdio_null),
    CASE(test_stdio_log),
    CASE(test_stdio_error_apart),
    CASE(test_stdio_inherit),
    CASE(test_stdio_without_null),
    CASE(test_stdio_files),
    CASE(test_stdio_new_file_and_umask),
    CASE(test_stdio_one_file_for_both),
    CASE(test_stdio_file_missing),
    CASE(test_stdio_socket),
    CASE(test_terminal),
    CASE(test_terminal_talks),
    CASE(test_terminal_not_for_stop),
    CASE(test_terminal_is_none),
};

static void remove_folder(void)
{
    static const char *const names[] = { "told", "env", "script", "in", "out", "new", "both", "socket" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unlink(in_folder(names[i]));
    }
    rmdir(folder);
}

int main(void)
{
    signals_mask(signals_blockable, NULL);
    fd_keep_inherited(); /* as the manager does: ctest leaves descriptors of its own open */
    umask(0022);
    null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (mkdtemp(folder) == NULL || chdir("/") < 0) {
        return 1;
    }
    int failed = cmocka_run_group_tests_name("apart", tests, NULL, NULL);
    unlink(in_folder("socket"));
    share_memory = true;
    failed += cmocka_run_group_tests_name("sharing where it may", tests, NULL, NULL);
    remove_folder();
    return failed;
}
