#include "exec/command.h"

#include "base/fd.h"
#include "base/text.h"
#include "exec/arguments.h"
#include "exec/capability.h"
#include "exec/environment.h"
#include "exec/identity.h"
#include "exec/limits.h"
#include "exec/program.h"
#include "exec/runtime.h"
#include "exec/stdio.h"
#include "exec/terminal.h"
#include "exec/vector.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PLAIN_STRINGS = 64, /* arguments, and variables, that a child which shares memory can have */
    DEFAULT_UMASK = 0022,
    IDLE_MS = 5000,
};

/* One start, from the request to exec: what the rows work on. */
struct command {
    struct child_notes notes;
    const struct command_request *request;
    const struct snapshot *snapshot;
    const struct unit_exec *exec;
    const struct unit_command *line;
    bool confined;     /* no "+": limits and privileges are as the unit says */
    bool changes_user; /* neither "+" nor "!" */
    struct stdio_plan stdio;
    struct identity identity;
    struct vector environment;
    struct vector argv;
    const char *environment_room[PLAIN_STRINGS];
    const char *argv_room[PLAIN_STRINGS];
    char tty_room[TERMINAL_PATH];
};

static const char *string(const struct command *c, ref at)
{
    return snapshot_string(c->snapshot, at);
}

/* Says what a failure was about, and passes it on. */
static int about(struct command *c, const char *what, int error)
{
    text_copy(c->notes.detail, sizeof c->notes.detail, what);
    return error;
}

/* --- the rows, in their order --- */

static int step_cgroup(void *context)
{
    struct command *c = context;
    if (c->request->cgroup_fd < 0 || !c->notes.outside) {
        return STEP_NOTHING;
    }
    return fd_write_file(c->request->cgroup_fd, "cgroup.procs", "0");
}

static int step_session(void *context)
{
    (void)context;
    return setsid() < 0 ? -errno : 0;
}

static int step_umask(void *context)
{
    struct command *c = context;
    if (c->request->at_home && c->exec->umask == DEFAULT_UMASK) {
        return STEP_NOTHING;
    }
    umask(c->exec->umask);
    return 0;
}

static int step_account(void *context)
{
    struct command *c = context;
    const struct unit_exec *exec = c->exec;
    if (exec->user == 0 && exec->group == 0 && exec->groups.count == 0) {
        return STEP_NOTHING;
    }
    const ref *groups = snapshot_at(c->snapshot, exec->groups.at);
    int result = identity_find(string(c, exec->user), string(c, exec->group), &c->identity, &c->notes);
    for (uint32_t i = 0; i < exec->groups.count && result == 0; i++) {
        result = identity_add_group(string(c, groups[i]), &c->identity, &c->notes);
    }
    return result;
}

/* Signals get through meanwhile, or a stop would have to wait as well. */
static int step_idle(void *context)
{
    const struct command *c = context;
    signal_set before;
    if (c->request->idle_fds == NULL || c->line->phase != PHASE_START) {
        return STEP_NOTHING;
    }
    close(c->request->idle_fds[1]); /* this copy of it must not keep the pipe open */
    struct pollfd end = { .fd = c->request->idle_fds[0] };
    signals_mask(SIGNALS_NONE, &before);
    poll(&end, 1, IDLE_MS);
    signals_mask(before, NULL);
    return 0;
}

static int step_terminal(void *context)
{
    struct command *c = context;
    if (!stdio_wants_terminal(&c->stdio)) {
        return STEP_NOTHING;
    }
    c->stdio.tty = terminal_path(string(c, c->exec->tty_path), c->tty_room);
    int result = stdio_take_terminal(&c->stdio, &c->notes);
    if (result == 0 && c->identity.has_user && fchown(STDIN_FILENO, c->identity.uid, (gid_t)-1) < 0) {
        result = about(c, c->stdio.tty, -errno); /* so that its user can open it by its name, too */
    }
    return result;
}

static int step_stdio(void *context)
{
    struct command *c = context;
    return stdio_connect(&c->stdio, &c->notes);
}

static int step_oom_score(void *context)
{
    struct command *c = context;
    char number[8];
    struct text t = TEXT_OVER(number);
    if ((c->exec->flags & EXEC_HAS_OOM_ADJUST) == 0) {
        return STEP_NOTHING;
    }
    text_i64(&t, c->exec->oom_adjust);
    int result = fd_write_file(AT_FDCWD, "/proc/self/oom_score_adj", number);
    /* An unprivileged manager may only raise it; systemd.exec(5)'s manager goes on as well. */
    return result == -EACCES || result == -EPERM ? STEP_NOTHING : result;
}

static int step_nice(void *context)
{
    struct command *c = context;
    if ((c->exec->flags & EXEC_HAS_NICE) == 0) {
        return STEP_NOTHING;
    }
    if (setpriority(PRIO_PROCESS, 0, c->exec->nice) == 0) {
        return 0;
    }
    return errno == EACCES || errno == EPERM ? STEP_NOTHING : -errno; /* likewise */
}

static int step_runtime(void *context)
{
    struct command *c = context;
    const ref *names = snapshot_at(c->snapshot, c->exec->runtime.at);
    if (c->exec->runtime.count == 0) {
        return STEP_NOTHING;
    }
    uid_t uid = c->identity.has_user ? c->identity.uid : geteuid();
    gid_t gid = c->identity.has_group ? c->identity.gid : getegid();
    for (uint32_t i = 0; i < c->exec->runtime.count; i++) {
        const char *name = string(c, names[i]);
        int result = runtime_make(RUNTIME_FOLDER, name, c->exec->runtime_mode, uid, gid);
        if (result < 0) {
            return about(c, name, result);
        }
    }
    return 0;
}

static int step_environment(void *context)
{
    struct command *c = context;
    struct environment_sources sources = {
        .snapshot = c->snapshot,
        .exec = c->exec,
        .path = "PATH=" PROGRAM_SEARCH_PATH,
        .identity = &c->identity,
        .tty = stdio_wants_terminal(&c->stdio) ? c->stdio.tty : NULL,
        .own = c->request->environment,
    };
    return environment_build(&sources, &c->environment, &c->notes);
}

static int step_arguments(void *context)
{
    struct command *c = context;
    const char *word = string(c, c->line->argv);
    bool expand = (c->line->flags & COMMAND_VARIABLES) != 0 && (c->line->flags & COMMAND_LITERAL) == 0;
    for (uint32_t i = 0; i < c->line->argc; i++, word += strlen(word) + 1) {
        int result = expand && i > 0 ? arguments_expand(word, &c->environment, &c->argv)
                                     : vector_add(&c->argv, word);
        if (result < 0) {
            return about(c, word, result);
        }
    }
    return 0;
}

static int step_limits(void *context)
{
    struct command *c = context;
    const struct limit *limits = snapshot_at(c->snapshot, c->exec->limits.at);
    if (c->exec->limits.count == 0 || !c->confined) {
        return STEP_NOTHING;
    }
    for (uint32_t i = 0; i < c->exec->limits.count; i++) {
        int result = limits_set(&limits[i]);
        if (result < 0) {
            return about(c, limits_name(limits[i].resource), result);
        }
    }
    return 0;
}

static int step_groups(void *context)
{
    struct command *c = context;
    return c->changes_user ? identity_take_groups(&c->identity) : STEP_NOTHING;
}

static int step_bounding_set(void *context)
{
    struct command *c = context;
    if ((c->exec->flags & EXEC_HAS_BOUNDING) == 0 || !c->confined) {
        return STEP_NOTHING;
    }
    return capability_bound(c->exec->cap_bounding);
}

static int step_identity(void *context)
{
    struct command *c = context;
    return c->changes_user ? identity_take(&c->identity, c->exec->cap_ambient != 0) : STEP_NOTHING;
}

static int step_capabilities(void *context)
{
    struct command *c = context;
    if (c->exec->cap_ambient == 0 || !c->confined) {
        return STEP_NOTHING;
    }
    return capability_make_ambient(c->exec->cap_ambient);
}

static int step_no_new_privileges(void *context)
{
    struct command *c = context;
    if ((c->exec->flags & EXEC_NO_NEW_PRIVILEGES) == 0 || !c->confined) {
        return STEP_NOTHING;
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static int step_directory(void *context)
{
    struct command *c = context;
    const char *path = c->exec->directory == 0 ? "/" : string(c, c->exec->directory);
    if ((c->exec->flags & EXEC_DIRECTORY_HOME) != 0) {
        path = c->identity.has_user ? c->identity.user.home : "";
        if (path[0] == '\0') {
            return -ENXIO; /* nobody's home */
        }
    }
    if (c->request->at_home && strcmp(path, "/") == 0) {
        return STEP_NOTHING;
    }
    if (chdir(path) == 0) {
        return 0;
    }
    int error = about(c, path, -errno);
    if ((c->exec->flags & EXEC_DIRECTORY_OPTIONAL) == 0) {
        return error;
    }
    return chdir("/") < 0 ? -errno : 0;
}

static int step_signals(void *context)
{
    struct command *c = context;
    bool ignore_pipe = (c->exec->flags & EXEC_IGNORE_SIGPIPE) != 0;
    signal_set surplus = c->request->ignored;
    if (ignore_pipe && (surplus & SIGNAL_BIT(SIGPIPE)) == 0) {
        signals_ignore(SIGPIPE);
    } else if (ignore_pipe) {
        surplus &= ~SIGNAL_BIT(SIGPIPE);
    }
    for (int signo = 1; surplus != 0 && signo <= SIGNAL_LAST; signo++) {
        if ((surplus & SIGNAL_BIT(signo)) != 0) {
            signals_default(signo);
        }
    }
    return signals_mask(SIGNALS_NONE, NULL);
}

static int step_exec(void *context)
{
    struct command *c = context;
    const char *search_path = (c->line->flags & COMMAND_SEARCH) != 0 ? PROGRAM_SEARCH_PATH : NULL;
    return program_execute(string(c, c->line->path), search_path, &c->argv, &c->environment, &c->notes);
}

static const struct step rows[] = {
    { "enter-cgroup", step_cgroup, "cgroups(7)",
      "Where clone3 may not be used, the child enters its cgroup itself.", STEP_ENDS },
    { "session", step_session, "setsid(2)",
      "A service is no part of primer's session: no terminal's ^C reaches it.", STEP_ENDS },
    { "idle", step_idle, "systemd.service(5)", "A Type=idle program begins when no job is left, or in 5 s.",
      STEP_ENDS },
    { "umask", step_umask, "umask(2)", "UMask= says which permissions new files do not get.", STEP_ENDS },
    { "account", step_account, "passwd(5)", "User= and Group= are names, the kernel wants numbers.",
      STEP_ENDS },
    { "terminal", step_terminal, "tty_ioctl(4)",
      "A session's leader takes a terminal as its own, so that ^C and job control work.", STEP_ENDS },
    { "stdio", step_stdio, "dup2(2)", "Input, output and errors go where StandardInput= and the others say.",
      STEP_ENDS },
    { "oom-score", step_oom_score, "proc(5)",
      "OOMScoreAdjust= says how early the kernel kills it for want of memory.", STEP_ENDS },
    { "nice", step_nice, "setpriority(2)", "Nice= says how it shares the processor.", STEP_ENDS },
    { "runtime-directory", step_runtime, "systemd.exec(5)",
      "RuntimeDirectory= is made below /run, where only root can, for its user.", STEP_ENDS },
    { "environment", step_environment, "environ(7)",
      "A service gets few variables: those of its unit and files, and none of primer's own.", STEP_ENDS },
    { "arguments", step_arguments, "systemd.service(5)",
      "$NAME and ${NAME} on the command line become what they are in the environment.", STEP_ENDS },
    { "limits", step_limits, "setrlimit(2)",
      "The Limit…= are set while primer's rights are still there, to raise them too.", STEP_ENDS },
    { "groups", step_groups, "setgroups(2)",
      "First of all identities: later there is no right left to change groups.", STEP_ENDS },
    { "bounding-set", step_bounding_set, "capabilities(7)",
      "What CapabilityBoundingSet= leaves out no program can get back.", STEP_ENDS },
    { "identity", step_identity, "setresuid(2)",
      "Group, then user: from here on it has the service's rights only.", STEP_ENDS },
    { "capabilities", step_capabilities, "capabilities(7)",
      "AmbientCapabilities= outlive exec, without being root.", STEP_ENDS },
    { "no-new-privileges", step_no_new_privileges, "prctl(2)",
      "NoNewPrivileges= makes setuid programs plain ones, for good.", STEP_ENDS },
    { "working-directory", step_directory, "chdir(2)",
      "As the service's user, because only that one may be allowed in.", STEP_ENDS },
    { "signals", step_signals, "signal(7)", "primer's blocked and ignored signals are its own affair.",
      STEP_ENDS },
    { "exec", step_exec, "execve(2)", "The program takes the place of primer's copy.", STEP_ENDS },
};

const struct step_table command_steps = {
    .name = "exec",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
};

/* --- starting and cleaning --- */

/* No row can block on a path that somebody chose, or take memory: what the loader's mark says, looked at again. */
static bool is_plain(const struct command *c, const struct unit_service *service)
{
    const struct unit_exec *exec = c->exec;
    bool plain = (service->flags & SERVICE_PLAIN) != 0 && exec->user == 0 && exec->group == 0 &&
                 exec->groups.count == 0 && exec->environment_files.count == 0 && exec->runtime.count == 0 &&
                 exec->directory == 0 && (exec->flags & (EXEC_HAS_BOUNDING | EXEC_DIRECTORY_HOME)) == 0 &&
                 exec->cap_ambient == 0 && (c->line->flags & COMMAND_VARIABLES) == 0;
    for (int i = 0; i < 3; i++) {
        enum stdio_kind kind = c->stdio.kind[i];
        plain = plain && (kind == STDIO_NULL || kind == STDIO_LOG || kind == STDIO_INHERIT);
    }
    return plain;
}

static bool may_share_memory(const struct command *c)
{
    const struct command_request *request = c->request;
    size_t variables = 2 + (size_t)c->exec->environment.count + c->exec->pass_environment.count;
    for (const char *const *own = request->environment; own != NULL && *own != NULL; own++) {
        variables++;
    }
    return request->share_memory_allowed && request->watch == NULL && request->idle_fds == NULL &&
           variables < PLAIN_STRINGS && c->line->argc < PLAIN_STRINGS &&
           is_plain(c, snapshot_at(c->snapshot, request->unit->service));
}

/* systemd's rule: only what a person may answer to is on the terminal. */
static bool may_have_terminal(const struct unit_command *line)
{
    return line->phase == PHASE_START_PRE || line->phase == PHASE_START || line->phase == PHASE_STOP_POST;
}

static void plan_stdio(struct command *c)
{
    for (int i = 0; i < 3; i++) {
        c->stdio.kind[i] = (enum stdio_kind)c->exec->stdio[i].kind;
        c->stdio.path[i] = string(c, c->exec->stdio[i].path);
    }
    c->stdio.null_fd = c->request->null_fd;
    c->stdio.log_fd = c->request->log_fd;
    stdio_settle(&c->stdio, may_have_terminal(c->line));
}

pid_t command_start(const struct command_request *request, int *report_fd, struct child_report *report)
{
    struct command c;
    memset(&c.notes, 0, sizeof c.notes);
    c.request = request;
    c.snapshot = request->snapshot;
    c.exec = snapshot_at(request->snapshot, request->unit->exec);
    c.line = request->command;
    c.confined = (c.line->flags & COMMAND_PRIVILEGED) == 0;
    c.changes_user = c.confined && (c.line->flags & COMMAND_NO_SETUID) == 0;
    identity_none(&c.identity);
    plan_stdio(&c);
    bool share_memory = may_share_memory(&c);
    c.environment = VECTOR_OVER(c.environment_room, share_memory);
    c.argv = VECTOR_OVER(c.argv_room, share_memory);
    struct child_plan plan = {
        .steps = &command_steps,
        .context = &c,
        .notes = &c.notes,
        .watch = request->watch,
        .cgroup_fd = request->cgroup_fd,
        .share_memory = share_memory,
    };
    return child_start(&plan, report_fd, report);
}

int command_clean(const struct snapshot *s, const struct unit *unit, bool restarting)
{
    const struct unit_exec *exec = snapshot_at(s, unit->exec);
    const struct unit_service *service = snapshot_at(s, unit->service);
    int result = 0;
    if (exec != NULL && service->pid_file != 0) {
        unlink(snapshot_string(s, service->pid_file)); /* what is in it is another's pid from now on */
    }
    if (exec == NULL || (exec->flags & EXEC_RUNTIME_PRESERVE) != 0 ||
        (restarting && (exec->flags & EXEC_RUNTIME_PRESERVE_RESTART) != 0)) {
        return 0;
    }
    const ref *names = snapshot_at(s, exec->runtime.at);
    for (uint32_t i = 0; i < exec->runtime.count; i++) {
        int error = runtime_remove(RUNTIME_FOLDER, snapshot_string(s, names[i]));
        result = result < 0 ? result : error;
    }
    return result;
}
