#include "entrypoint/reap.h"

#include "base/fd.h"
#include "base/text.h"
#include "entrypoint/forward.h"
#include "entrypoint/say.h"
#include "entrypoint/start.h"
#include "track/process.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TURN = 64, SIGNALLED = 128 };

/* What waitid(2) has said of one child. */
struct ended {
    pid_t pid;  /* 0: none */
    int code;   /* CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_STOPPED */
    int status; /* or signal */
    char name[16];
};

/* waitid failed for no reason that it documents; wait4(2) does the same by another door. */
static int wait_plainly(int flags, struct ended *ended)
{
    int status;
    ended->pid = waitpid(-1, &status, WNOHANG | ((flags & WSTOPPED) != 0 ? WUNTRACED : 0));
    if (ended->pid < 0) {
        return -errno;
    }
    if (WIFSTOPPED(status)) {
        ended->code = CLD_STOPPED;
        ended->status = WSTOPSIG(status);
        return 0;
    }
    ended->code = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED;
    ended->status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return 0;
}

/* 0 and *ENDED, or -errno. FLAGS beside WNOHANG: WNOWAIT only peeks. */
static int wait_one(int flags, struct ended *ended)
{
    siginfo_t info = { 0 };
    int result;
    do {
        result = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | flags);
    } while (result < 0 && errno == EINTR);
    ended->name[0] = '\0';
    if (result < 0) {
        return errno == ECHILD ? -ECHILD : wait_plainly(flags, ended);
    }
    ended->pid = info.si_pid;
    ended->code = info.si_code;
    ended->status = info.si_status;
    return 0;
}

/* Its name can only be had while it is a zombie: peek first, then reap. */
static void peek_name(const struct life *life, char name[16])
{
    struct ended peeked;
    struct process process;
    if (wait_one(WNOWAIT, &peeked) < 0 || peeked.pid == 0) {
        return;
    }
    int proc = process_open(life->self);
    if (proc >= 0 && process_read(proc, peeked.pid, &process) == 0) {
        text_copy(name, sizeof process.name, process.name);
    }
    fd_close(&proc);
}

static int status_of(const struct ended *ended)
{
    return ended->code == CLD_EXITED ? ended->status & 0xff : SIGNALLED + (ended->status & 0x7f);
}

/* Main's end, or its failure before it was executed. */
static void main_ended(struct life *life, const struct ended *ended)
{
    life->main_lives = false;
    if (life->report_fd >= 0) {
        if (child_report_read(life->report_fd, &life->report) <= 0) {
            life->report.error = 0;
        }
        fd_close(&life->report_fd);
    }
    if (life->report.error != 0) {
        life->status = start_failed(life);
        return;
    }
    int status = status_of(ended);
    uint16_t mapped = life->settings.exit_map[status];
    life->status = mapped == 0 ? status : mapped - 1;
}

static void say_ended(const struct life *life, const struct ended *ended)
{
    const struct words words = { .n = ended->pid,
                                 .m = ended->status,
                                 .word = ended->name[0] == '\0' ? "?" : ended->name };
    say(life, ended->code == CLD_EXITED ? PHRASE_EXITED : PHRASE_KILLED, words);
    if (ended->pid != life->main && life->settings.name_reaped) {
        say(life, PHRASE_ORPHAN, words);
    }
}

static bool names_are_said(const struct life *life)
{
    return says(life, PHRASE_EXITED) || (life->settings.name_reaped && says(life, PHRASE_ORPHAN));
}

enum reap_result reap(struct life *life)
{
    /* Only where there is a terminal can it matter to primer that main is stopped. */
    const int flags = life->terminal ? WSTOPPED : 0;
    life->reaped = false;
    for (int i = 0; i < TURN; i++) {
        struct ended ended;
        char name[16] = "";
        if (life->settings.verbose > 0 && names_are_said(life)) {
            peek_name(life, name);
        }
        int result = wait_one(flags, &ended);
        if (result == -ECHILD) {
            return REAP_NO_CHILDREN;
        }
        if (result < 0) {
            return REAP_FAILED;
        }
        life->failures = 0;
        if (ended.pid == 0) {
            return REAP_CHILDREN;
        }
        life->reaped = true;
        if (ended.code == CLD_STOPPED) {
            if (ended.pid == life->main) {
                forward_main_stopped(life, ended.status);
            }
            continue;
        }
        text_copy(ended.name, sizeof ended.name, name);
        if (ended.pid == life->main && life->main_lives) {
            main_ended(life, &ended);
        }
        if (life->report.error == 0) {
            say_ended(life, &ended);
        }
    }
    return REAP_MORE;
}
