#include "base/signals.h"

#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

const signal_set signals_blockable = ~(SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGFPE) |
                                       SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGSYS) |
                                       SIGNAL_BIT(SIGABRT));

/* struct kernel_sigaction of rt_sigaction(2); the C library's own struct has another order. */
struct kernel_action {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    signal_set mask;
};

int signals_mask(signal_set set, signal_set *old)
{
    long r = syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set, old, sizeof set);
    return r < 0 ? -errno : 0;
}

static int set_handler(int signo, void (*handler)(int))
{
    struct kernel_action action = { .handler = handler };
    long r = syscall(SYS_rt_sigaction, signo, &action, NULL, sizeof action.mask);
    return r < 0 ? -errno : 0;
}

int signals_default(int signo)
{
    return set_handler(signo, SIG_DFL);
}

int signals_ignore(int signo)
{
    return set_handler(signo, SIG_IGN);
}

int signals_default_was(int signo, bool *ignored)
{
    struct kernel_action action = { .handler = SIG_DFL };
    struct kernel_action before;
    if (syscall(SYS_rt_sigaction, signo, &action, &before, sizeof action.mask) < 0) {
        return -errno;
    }
    *ignored = before.handler == SIG_IGN;
    return 0;
}

signal_set signals_ignored(void)
{
    signal_set ignored = SIGNALS_NONE;
    for (int signo = 1; signo <= SIGNAL_LAST; signo++) {
        struct kernel_action action;
        long r = syscall(SYS_rt_sigaction, signo, NULL, &action, sizeof action.mask);
        if (r == 0 && action.handler == SIG_IGN) {
            ignored |= SIGNAL_BIT(signo);
        }
    }
    return ignored;
}

int signals_fd(signal_set set)
{
    long r = syscall(SYS_signalfd4, -1, &set, sizeof set, SFD_CLOEXEC | SFD_NONBLOCK);
    return r < 0 ? -errno : (int)r;
}

static const struct {
    int signo;
    const char *name;
} names[] = {
    { SIGHUP, "HUP" },   { SIGINT, "INT" },       { SIGQUIT, "QUIT" }, { SIGILL, "ILL" },
    { SIGTRAP, "TRAP" }, { SIGABRT, "ABRT" },     { SIGBUS, "BUS" },   { SIGFPE, "FPE" },
    { SIGKILL, "KILL" }, { SIGUSR1, "USR1" },     { SIGSEGV, "SEGV" }, { SIGUSR2, "USR2" },
    { SIGPIPE, "PIPE" }, { SIGALRM, "ALRM" },     { SIGTERM, "TERM" }, { SIGSTKFLT, "STKFLT" },
    { SIGCHLD, "CHLD" }, { SIGCONT, "CONT" },     { SIGSTOP, "STOP" }, { SIGTSTP, "TSTP" },
    { SIGTTIN, "TTIN" }, { SIGTTOU, "TTOU" },     { SIGURG, "URG" },   { SIGXCPU, "XCPU" },
    { SIGXFSZ, "XFSZ" }, { SIGVTALRM, "VTALRM" }, { SIGPROF, "PROF" }, { SIGWINCH, "WINCH" },
    { SIGIO, "IO" },     { SIGPWR, "PWR" },       { SIGSYS, "SYS" },   { SIGABRT, "IOT" },
    { SIGIO, "POLL" },   { SIGCHLD, "CLD" },
};

const char *signals_name(int signo, char name[12])
{
    struct text t = { .at = name, .size = 12 };
    name[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].signo == signo) {
            text_add(&t, names[i].name);
            return name;
        }
    }
    if (signo >= SIGNAL_RTMIN && signo <= SIGNAL_LAST) {
        text_add(&t, "RTMIN");
        if (signo > SIGNAL_RTMIN) {
            text_char(&t, '+');
            text_i64(&t, signo - SIGNAL_RTMIN);
        }
    } else {
        text_i64(&t, signo);
    }
    return name;
}

/* What follows "RTMIN" or "RTMAX": nothing, or SIGN and a number; -EINVAL otherwise. */
static int realtime_offset(const char *s, char sign)
{
    uint64_t offset = 0;
    if (*s == '\0') {
        return 0;
    }
    if (*s != sign || number_parse(s + 1, 10, SIGNAL_LAST - SIGNAL_RTMIN, &offset) < 0) {
        return -EINVAL;
    }
    return (int)offset;
}

int signals_parse(const char *name)
{
    uint64_t number;
    if (number_parse(name, 10, SIGNAL_LAST, &number) == 0) {
        return number == 0 ? -EINVAL : (int)number;
    }
    if (strncasecmp(name, "SIG", 3) == 0) {
        name += 3;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(names[i].name, name) == 0) {
            return names[i].signo;
        }
    }
    if (strncasecmp(name, "RTMIN", 5) == 0) {
        int offset = realtime_offset(name + 5, '+');
        return offset < 0 ? offset : SIGNAL_RTMIN + offset;
    }
    if (strncasecmp(name, "RTMAX", 5) == 0) {
        int offset = realtime_offset(name + 5, '-');
        return offset < 0 ? offset : SIGNAL_LAST - offset;
    }
    return -EINVAL;
}
