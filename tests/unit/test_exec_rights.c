/*
 * What needs a right: users, groups, capabilities, runtime folders, cgroups, missing devices.
 *
 * In namespaces of its own (exec_inside.h): as root it sees the rights taken on, in a user namespace it sees that what
 * is not needed is not asked for, and what cannot be had is refused by the row that would have done it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exec_inside.h"
#include "exec_run.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static struct builder b;
static struct run r;
static int null_fd;
static int setup(void **state)
{
    (void)state;
    memset(&r, 0, sizeof r);
    r.null_fd = null_fd;
    builder_init(&b);
    builder_command(&b, show_program(), "show", "ids", "env", "process", "status", "fds", "limits", NULL);
    return 0;
}

static void set_user(const char *user, const char *its_group)
{
    b.exec->user = user == NULL ? 0 : builder_string(&b, user);
    b.exec->group = its_group == NULL ? 0 : builder_string(&b, its_group);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    assert_true(inside_write(path, text, mode));
}

/* A line of the output that names a set of capabilities. */
static void assert_capabilities(const char *name, uint64_t set)
{
    char line[64];
    snprintf(line, sizeof line, "%s %016llx", name, (unsigned long long)set);
    assert_shows(&r, line);
}

/* --- identity --- */

static void test_user(void **state)
{
    (void)state;
    set_user("redis", NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 107 107 107");
    assert_shows(&r, "gid 115 115 115");
    assert_shows(&r, "groups 115 120");
    assert_shows(&r, "env USER=redis");
    assert_shows(&r, "env LOGNAME=redis");
    assert_shows(&r, "env HOME=/run/home");
    assert_null(strstr(r.out, "env SHELL")); /* nologin is none */
    assert_capabilities("CapEff", 0);
    assert_capabilities("CapPrm", 0);
    assert_capabilities("CapBnd", inside_capabilities("CapBnd:"));
}

static void test_user_and_groups(void **state)
{
    (void)state;
    set_user("person", "log");
    b.exec->groups = builder_strings(&b, "redis", "999", NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 1000 1000 1000");
    assert_shows(&r, "gid 4 4 4");
    assert_shows(&r, "groups 4 44 115 999");
    assert_shows(&r, "env SHELL=/bin/sh");
}

static void test_group_alone(void **state)
{
    (void)state;
    set_user(NULL, "video");
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 0 0 0");
    assert_shows(&r, "gid 44 44 44");
    assert_null(strstr(r.out, "env USER"));
    assert_capabilities("CapEff", inside_capabilities("CapEff:"));
}

static void test_supplementary_groups_alone(void **state)
{
    (void)state;
    b.exec->groups = builder_strings(&b, "video", "log", NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "gid 0 0 0");
    assert_shows(&r, "groups 4 44");
}

static void test_numbers(void **state)
{
    (void)state;
    set_user("107", NULL);
    run_command(&r, &b);
    assert_shows(&r, "gid 115 115 115");
    assert_shows(&r, "env USER=redis");

    set_user("5555", "66");
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 5555 5555 5555");
    assert_shows(&r, "gid 66 66 66");
    assert_shows(&r, "groups 66");
    assert_null(strstr(r.out, "env USER"));

    set_user("5555", NULL);
    run_command(&r, &b);
    assert_fails(&r, "account", ESRCH, HINT_GROUP_UNKNOWN, "5555");
}

static void test_nobody_of_that_name(void **state)
{
    (void)state;
    set_user("ghost", NULL);
    run_command(&r, &b);
    assert_fails(&r, "account", ESRCH, HINT_NO_USER, "ghost");
    assert_int_equal(r.status, 125);

    set_user(NULL, "ghosts");
    run_command(&r, &b);
    assert_fails(&r, "account", ESRCH, HINT_NO_GROUP, "ghosts");

    set_user(NULL, NULL);
    b.exec->groups = builder_strings(&b, "log", "spirits", NULL);
    run_command(&r, &b);
    assert_fails(&r, "account", ESRCH, HINT_NO_GROUP, "spirits");
}

/* Root needs no file that names it, and no right that it has not. */
static void test_root(void **state)
{
    (void)state;
    set_user("root", "root");
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 0 0 0");
    assert_shows(&r, "env HOME=/root");
    assert_capabilities("CapEff", inside_capabilities("CapEff:"));
}

static void test_privileged_prefixes(void **state)
{
    (void)state;
    set_user("redis", NULL);
    b.exec->flags |= EXEC_HAS_BOUNDING | EXEC_NO_NEW_PRIVILEGES;
    b.exec->cap_bounding = BIT(CAP_KILL);
    b.command->flags = COMMAND_PRIVILEGED;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 0 0 0");
    assert_shows(&r, "env USER=redis"); /* who it works for */
    assert_shows(&r, "NoNewPrivs 0");
    assert_capabilities("CapEff", inside_capabilities("CapEff:"));

    b.command->flags = COMMAND_NO_SETUID;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 0 0 0");
    assert_shows(&r, "gid 0 0 0");
    assert_shows(&r, "NoNewPrivs 1");
    assert_capabilities("CapBnd", BIT(CAP_KILL));
}

/* In a user namespace there are no other users: the first row that needs one says so. */
static void test_user_cannot_be_had(void **state)
{
    (void)state;
    set_user("redis", NULL);
    run_command(&r, &b);
    assert_fails(&r, "groups", EPERM, HINT_NONE, "");

    b.command->flags = COMMAND_PRIVILEGED;
    run_command(&r, &b);
    assert_runs(&r);
}

/* --- capabilities --- */

static void test_bounding_set(void **state)
{
    (void)state;
    uint64_t keep = BIT(CAP_KILL) | BIT(CAP_CHOWN);
    b.exec->flags |= EXEC_HAS_BOUNDING;
    b.exec->cap_bounding = keep | BIT(63); /* what the kernel does not know is no matter */
    run_command(&r, &b);
    assert_runs(&r);
    assert_capabilities("CapBnd", keep);
    assert_capabilities("CapEff", keep);
    assert_capabilities("CapPrm", keep);

    b.exec->cap_bounding = 0;
    run_command(&r, &b);
    assert_runs(&r);
    assert_capabilities("CapBnd", 0);
    assert_capabilities("CapEff", 0);
}

static void test_bounding_set_of_user(void **state)
{
    (void)state;
    set_user("redis", NULL);
    b.exec->flags |= EXEC_HAS_BOUNDING;
    b.exec->cap_bounding = BIT(CAP_NET_RAW);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 107 107 107");
    assert_capabilities("CapBnd", BIT(CAP_NET_RAW));
    assert_capabilities("CapEff", 0);
}

static void test_ambient(void **state)
{
    (void)state;
    uint64_t set = BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_NICE);
    set_user("redis", NULL);
    b.exec->cap_ambient = set;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 107 107 107");
    assert_capabilities("CapAmb", set);
    assert_capabilities("CapInh", set);
    assert_capabilities("CapEff", set);
    assert_capabilities("CapPrm", set); /* what was kept for the change of user is gone */

    b.exec->flags |= EXEC_HAS_BOUNDING | EXEC_NO_NEW_PRIVILEGES;
    b.exec->cap_bounding = set;
    run_command(&r, &b);
    assert_runs(&r);
    assert_capabilities("CapBnd", set);
    assert_capabilities("CapEff", set);
    assert_shows(&r, "NoNewPrivs 1");
}

static void test_ambient_of_root(void **state)
{
    (void)state;
    b.exec->cap_ambient = BIT(CAP_KILL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_capabilities("CapAmb", BIT(CAP_KILL));
    assert_capabilities("CapEff", inside_capabilities("CapEff:"));
}

static void test_ambient_beyond_bounds(void **state)
{
    (void)state;
    b.exec->cap_ambient = BIT(CAP_KILL);
    b.exec->flags |= EXEC_HAS_BOUNDING;
    b.exec->cap_bounding = BIT(CAP_CHOWN);
    run_command(&r, &b);
    assert_fails(&r, "capabilities", EPERM, HINT_NONE, "");
}

/* --- folders and files --- */

static void assert_folder(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | mode);
    assert_int_equal(status.st_uid, uid);
    assert_int_equal(status.st_gid, gid);
}

static void test_runtime_directory(void **state)
{
    (void)state;
    b.exec->runtime = builder_strings(&b, "one", "two/inner", NULL);
    b.exec->runtime_mode = 02750;
    uid_t uid = 0;
    gid_t gid = 0;
    if (is_root) {
        set_user("redis", NULL);
        uid = 107;
        gid = 115;
    }
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "env RUNTIME_DIRECTORY=/run/one:/run/two/inner");
    assert_folder("/run/one", 02750, uid, gid);
    assert_folder("/run/two", 0755, 0, 0);
    assert_folder("/run/two/inner", 02750, uid, gid);

    b.exec->flags |= EXEC_RUNTIME_PRESERVE_RESTART;
    assert_int_equal(command_clean(&b.at.snapshot, b.unit, true), 0);
    assert_folder("/run/one", 02750, uid, gid);
    assert_int_equal(command_clean(&b.at.snapshot, b.unit, false), 0);
    assert_int_equal(access("/run/one", F_OK), -1);
    assert_int_equal(access("/run/two/inner", F_OK), -1);
    assert_folder("/run/two", 0755, 0, 0);

    run_command(&r, &b);
    b.exec->flags |= EXEC_RUNTIME_PRESERVE;
    assert_int_equal(command_clean(&b.at.snapshot, b.unit, false), 0);
    assert_folder("/run/one", 02750, uid, gid);
    b.exec->flags &= ~(uint32_t)(EXEC_RUNTIME_PRESERVE | EXEC_RUNTIME_PRESERVE_RESTART);
    assert_int_equal(command_clean(&b.at.snapshot, b.unit, true), 0);
    assert_int_equal(access("/run/one", F_OK), -1);
}

static void test_runtime_directory_in_the_way(void **state)
{
    (void)state;
    write_file("/run/taken", "", 0600);
    b.exec->runtime = builder_strings(&b, "taken", NULL);
    run_command(&r, &b);
    assert_fails(&r, "runtime-directory", ENOTDIR, HINT_NONE, "taken");
    unlink("/run/taken");
}

static void test_working_directory_of_user(void **state)
{
    (void)state;
    set_user("redis", NULL);
    b.exec->flags |= EXEC_DIRECTORY_HOME;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "folder /run/home");

    assert_int_equal(mkdir("/run/closed", 0700), 0);
    b.exec->flags &= ~(uint32_t)EXEC_DIRECTORY_HOME;
    b.exec->directory = builder_string(&b, "/run/closed");
    run_command(&r, &b);
    assert_fails(&r, "working-directory", EACCES, HINT_NONE, "/run/closed"); /* as the user it is */
    rmdir("/run/closed");
}

static void test_environment_file_of_root(void **state)
{
    struct env_file file = { .path = builder_string(&b, "/run/secret") };
    (void)state;
    write_file("/run/secret", "SECRET=42\n", 0600);
    b.exec->environment_files = (struct list){ .at = builder_room(&b, sizeof file), .count = 1 };
    memcpy(b.at.bytes + b.exec->environment_files.at, &file, sizeof file);
    set_user("redis", NULL);
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 107 107 107");
    assert_shows(&r, "env SECRET=42");
}

static void test_program_of_another_user(void **state)
{
    (void)state;
    write_file("/run/mine", "#!/bin/sh\n", 0700);
    builder_command(&b, "/run/mine", "mine", NULL);
    set_user("redis", NULL);
    run_command(&r, &b);
    assert_fails(&r, "exec", EACCES, HINT_NOT_EXECUTABLE, "/run/mine");
    assert_int_equal(r.status, 126);
    unlink("/run/mine");

    assert_int_equal(mkdir("/run/closed", 0700), 0);
    write_file("/run/closed/program", "#!/bin/sh\n", 0755);
    builder_command(&b, "/run/closed/program", "program", NULL);
    run_command(&r, &b);
    assert_fails(&r, "exec", EACCES, HINT_CLOSED_FOLDER, "/run/closed/program");
    unlink("/run/closed/program");
    rmdir("/run/closed");
}

static void test_noexec_mount(void **state)
{
    (void)state;
    assert_int_equal(mkdir("/run/noexec", 0755), 0);
    assert_int_equal(mount("none", "/run/noexec", "tmpfs", MS_NOEXEC, NULL), 0);
    write_file("/run/noexec/program", "#!/bin/sh\n", 0755);
    builder_command(&b, "/run/noexec/program", "program", NULL);
    run_command(&r, &b);
    assert_fails(&r, "exec", EACCES, HINT_NOEXEC_MOUNT, "/run/noexec/program");
    assert_int_equal(umount("/run/noexec"), 0);
    rmdir("/run/noexec");
}

/* --- process properties --- */

/* Limits above primer's own: root may, an unprivileged one gets as much as there is. */
static void test_limits_beyond(void **state)
{
    struct rlimit old;
    struct limit limit = { .soft = 5000, .hard = 6000, .resource = RLIMIT_NOFILE };
    (void)state;
    getrlimit(RLIMIT_NOFILE, &old);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1000, 2000 }), 0);
    b.exec->limits = (struct list){ .at = builder_room(&b, sizeof limit), .count = 1 };
    memcpy(b.at.bytes + b.exec->limits.at, &limit, sizeof limit);
    if (is_root) {
        set_user("redis", NULL);
    }
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, has_resource ? "limit 7 5000 6000" : "limit 7 2000 2000");
    if (has_resource) {
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    }
}

/* Not refused where it cannot be had: a service runs a little less well. */
static void test_nice_and_oom_downwards(void **state)
{
    (void)state;
    b.exec->flags |= EXEC_HAS_NICE | EXEC_HAS_OOM_ADJUST;
    b.exec->nice = -5;
    b.exec->oom_adjust = -500;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, is_root ? "nice -5" : "nice 0");
    if (has_resource) {
        assert_shows(&r, "oom -500");
    } else {
        assert_hides(&r, "oom -500");
    }
}

static void test_terminal_becomes_the_users(void **state)
{
    char path[64];
    struct stat status;
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ptsname_r(master, path, sizeof path), 0);
    set_user("person", NULL);
    b.exec->tty_path = builder_string(&b, path);
    b.exec->stdio[0].kind = STDIO_TTY_FAIL;
    b.exec->stdio[1].kind = STDIO_LOG;
    run_command(&r, &b);
    assert_runs(&r);
    assert_shows(&r, "uid 1000 1000 1000");
    assert_shows(&r, "tty yes");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_uid, 1000);
    close(master);
}

/* Without /dev/null, and with 0 to 2 closed at that: there is something on each of them all the same. */
static void test_without_dev_null(void **state)
{
    (void)state;
    static struct run with_null_output;
    r.null_fd = -1;
    int input = fcntl(0, F_DUPFD_CLOEXEC, 10);
    int output = fcntl(1, F_DUPFD_CLOEXEC, 10);
    assert_int_equal(mount("none", "/dev", "tmpfs", 0, NULL), 0);
    builder_command(&b, show_program(), "show", "fds", NULL);
    close(0);
    close(1);
    run_command(&r, &b);
    with_null_output = r;
    builder_command(&b, "/bin/sh", "sh", "-c", "read x; echo input $? >&2; echo lost", NULL);
    b.command->flags = COMMAND_LITERAL;
    b.exec->stdio[1].kind = STDIO_NULL;
    b.exec->stdio[2].kind = STDIO_LOG;
    run_command(&with_null_output, &b);
    dup2(input, 0);
    dup2(output, 1);
    close(input);
    close(output);
    assert_int_equal(umount2("/dev", MNT_DETACH), 0);

    assert_runs(&r);
    assert_non_null(strstr(r.out, "fd 0 pipe:"));
    assert_non_null(strstr(r.out, "fd 1 pipe:"));
    assert_non_null(strstr(r.out, "fd 2 pipe:"));
    assert_null(strstr(r.out, "fd 3 "));
    assert_shows(&with_null_output, "input 1");                 /* the end of the file */
    assert_non_null(strstr(with_null_output.out, "I/O error")); /* nobody listens */
}

/* --- cgroups --- */

/* Runs a command in the cgroup /sys/fs/cgroup/test. */
static int run_in_cgroup(bool share_memory)
{
    int fd = open("/sys/fs/cgroup/test", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    builder_command(&b, "/bin/sh", "sh", "-c", "grep -q '^0::/test$' /proc/self/cgroup", NULL);
    b.command->flags = COMMAND_LITERAL;
    b.service->flags = SERVICE_PLAIN;
    struct command_request request = {
        .snapshot = &b.at.snapshot,
        .unit = b.unit,
        .command = b.command,
        .null_fd = null_fd,
        .log_fd = -1,
        .cgroup_fd = fd,
        .share_memory_allowed = share_memory,
    };
    int report_fd = -1;
    struct child_report report = { 0 };
    pid_t pid = command_start(&request, &report_fd, &report);
    close(fd);
    if (pid < 0) {
        return pid;
    }
    assert_int_equal(report_fd < 0, share_memory);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(report_fd);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

static void refuse_clone3(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 4, code };
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void test_cgroup(void **state)
{
    (void)state;
    const char *tracker = getenv("PRIMER_TRACKER");
    if (tracker == NULL || strcmp(tracker, "cgroup") != 0) {
        skip();
    }
    assert_int_equal(mkdir("/sys/fs/cgroup/test", 0755), 0);
    assert_int_equal(run_in_cgroup(false), 0);
    assert_int_equal(run_in_cgroup(true), 0);
    pid_t pid = fork();
    if (pid == 0) {
        refuse_clone3(); /* for good, so in a process of its own */
        _exit(run_in_cgroup(false) == 0 && run_in_cgroup(true) == 0 ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(rmdir("/sys/fs/cgroup/test"), 0);
}

/* A cgroup that is gone: nothing is started, or the child says that it could not enter. */
static void test_cgroup_gone(void **state)
{
    (void)state;
    int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct command_request request = {
        .snapshot = &b.at.snapshot,
        .unit = b.unit,
        .command = b.command,
        .null_fd = null_fd,
        .log_fd = -1,
        .cgroup_fd = fd,
    };
    int report_fd = -1;
    struct child_report report;
    assert_int_equal(command_start(&request, &report_fd, &report), -EBADF);
    assert_int_equal(report_fd, -1);
    close(fd);
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

/* What both variants can have. */
static const struct CMUnitTest common[] = {
    CASE(test_root),
    CASE(test_nobody_of_that_name),
    CASE(test_bounding_set),
    CASE(test_ambient_of_root),
    CASE(test_ambient_beyond_bounds),
    CASE(test_runtime_directory),
    CASE(test_runtime_directory_in_the_way),
    CASE(test_noexec_mount),
    CASE(test_limits_beyond),
    CASE(test_nice_and_oom_downwards),
    CASE(test_without_dev_null),
    CASE(test_cgroup),
    CASE(test_cgroup_gone),
};

static const struct CMUnitTest as_root[] = {
    CASE(test_user),
    CASE(test_user_and_groups),
    CASE(test_group_alone),
    CASE(test_supplementary_groups_alone),
    CASE(test_numbers),
    CASE(test_privileged_prefixes),
    CASE(test_bounding_set_of_user),
    CASE(test_ambient),
    CASE(test_working_directory_of_user),
    CASE(test_environment_file_of_root),
    CASE(test_program_of_another_user),
    CASE(test_terminal_becomes_the_users),
};

static const struct CMUnitTest as_user[] = {
    CASE(test_user_cannot_be_had),
};

static int run(void)
{
    null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    int failed = cmocka_run_group_tests_name("in both", common, NULL, NULL);
    if (is_root) {
        failed += cmocka_run_group_tests_name("as root", as_root, NULL, NULL);
    } else {
        failed += cmocka_run_group_tests_name("in a user namespace", as_user, NULL, NULL);
    }
    return failed;
}

int main(int argc, char **argv)
{
    return inside(argc, argv, run);
}
