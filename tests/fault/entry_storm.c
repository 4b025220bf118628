/*
 * entry_storm: all 64 signals, each many times, at random moments of the entrypoint's start, run and stop.
 *
 * usage: entry_storm PRIMER TIMES [SEED]
 *
 * A deck has every signal TIMES times. Run after run, until it is empty, starts PRIMER, most often with --map options,
 * deals it some signals at random moments, stops it with TERM, and deals it some more. A run is in one of three
 * places: PID 1 of a namespace; started with all signals blocked; started with none blocked, where a signal may end
 * primer before it has begun. KILL is for PID 1 alone, since it leaves main to nobody else; a STOP is followed by a CONT.
 *
 * A finding is a run whose status is not right (see is_right), that leaves a process behind, or that hangs. Status 0: no
 * finding; 1: findings, each with what it takes to see it again; 77: it cannot be done here, and why. Wants to be
 * root, of the machine or of a user namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS           UINT64_C(1000000)
#define STOP_TIMEOUT (100 * MS)
#define BEGIN_MOST   (1000 * MS)
#define HANG         (30000 * MS)
#define ARGS         48
#define SHARED_FD    100

enum {
    SIGNALS = 64,
    RTMIN = 34, /* the kernel's */
    CARDS_A_PART = 16,
    MAPS = 6,
    MAPPED_STATUS = 33, /* --exit makes it MAPPED_TO */
    MAPPED_TO = 44,
    WORDS = 4096,
    IMPOSSIBLE = 77,
};

enum place { IS_PID_1, STARTS_BLOCKED, STARTS_OPEN, PLACES };
enum kind { ENDS_ITSELF, OBEYS, DIES, KINDS };
enum moment { AT_START, AT_RUN, AT_STOP, MOMENTS };

static const char *const kind_names[] = { "ends-itself", "obeys", "dies" };
static const char *const place_names[] = { "PID 1", "signals blocked", "signals not blocked" };

/* What main and its descendants tell; a file in memory that survives the execve. */
struct shared {
    volatile int began, ended;
};

struct run {
    enum place place;
    enum kind kind;
    int status;           /* of a main that ends */
    unsigned life_ms;     /* of a main that ends itself */
    int map[SIGNALS + 1]; /* 0: as it is, -1: ignored */
    char words[MAPS][24]; /* the options' */
    const char *argv[ARGS];
    int sent[3 * CARDS_A_PART + 4];
    unsigned sent_count;
    pid_t primer;
    uint64_t begin_ns, asked_ns, end_ns;
    int wait_status;
    int hung, left;
};

static char primer_path[PATH_MAX], own_path[PATH_MAX];
static struct shared *shared;
static uint8_t *deck;
static unsigned cards;
static unsigned given[SIGNALS + 1][MOMENTS];
static uint64_t seed;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

/* xorshift64*, so that a seed says it all. */
static unsigned random_below(unsigned limit)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (unsigned)((seed * UINT64_C(2685821657736338717)) >> 33) % limit;
}

/* ---- main: this program again, "act KIND STATUS MS" ---- */

static const uint64_t all_signals = ~UINT64_C(0);

static void mask_all(int how)
{
    syscall(SYS_rt_sigprocmask, how, &all_signals, NULL, sizeof all_signals);
}

/* A child that TERM ends, or only KILL. */
static void leave_child(int stubborn)
{
    if (fork() != 0) {
        return;
    }
    mask_all(stubborn ? SIG_BLOCK : SIG_UNBLOCK);
    if (stubborn) {
        setsid();
    }
    for (;;) {
        pause();
    }
}

static int act(enum kind kind, int status, unsigned ms)
{
    struct shared *told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);
    mask_all(kind == DIES ? SIG_UNBLOCK : SIG_BLOCK);
    told->began = 1;
    leave_child(0);
    leave_child(1);
    for (const uint64_t end = now_ns() + ms * MS; kind != ENDS_ITSELF || now_ns() < end;) {
        const struct timespec patience = { .tv_nsec = 1000000 };
        siginfo_t info;
        if (kind == DIES) {
            pause();
        } else if (syscall(SYS_rt_sigtimedwait, &all_signals, &info, &patience, sizeof all_signals) ==
                       SIGTERM &&
                   kind == OBEYS) {
            break;
        }
    }
    told->ended = 1;
    return status;
}

/* ---- a run ---- */

static void choose_maps(struct run *run, unsigned *argc)
{
    const unsigned count = random_below(MAPS + 1);
    for (unsigned i = 0; i < count; i++) {
        const int from = 1 + (int)random_below(SIGNALS);
        const int to = (int)random_below(SIGNALS + 1);
        if (from == SIGKILL || from == SIGSTOP || from == SIGTERM || run->map[from] != 0) {
            continue; /* the first two cannot be caught, and TERM ends the run */
        }
        run->map[from] = to == 0 ? -1 : to;
        if (to == 0) {
            snprintf(run->words[i], sizeof run->words[i], "%d=ignore", from);
        } else {
            snprintf(run->words[i], sizeof run->words[i], "%d=%d", from, to);
        }
        run->argv[(*argc)++] = "--map";
        run->argv[(*argc)++] = run->words[i];
    }
}

static void choose(struct run *run)
{
    static const int statuses[] = { 0, 7, MAPPED_STATUS, 255 };
    static char status[8], life[8];
    unsigned argc = 0;
    memset(run, 0, sizeof *run);
    run->place = (enum place)random_below(PLACES);
    run->kind = (enum kind)random_below(KINDS);
    run->status = statuses[random_below(sizeof statuses / sizeof statuses[0])];
    run->life_ms = random_below(60);
    run->argv[argc++] = "primer";
    run->argv[argc++] = "--stop-timeout";
    run->argv[argc++] = "100ms";
    run->argv[argc++] = "--exit";
    run->argv[argc++] = "33=44";
    if (random_below(2) == 0) {
        run->argv[argc++] = "-g";
    }
    if (random_below(4) == 0) {
        run->argv[argc++] = "-vv";
    }
    choose_maps(run, &argc);
    snprintf(status, sizeof status, "%d", run->status);
    snprintf(life, sizeof life, "%u", run->life_ms);
    const char *const main_argv[] = { "--", own_path, "act", kind_names[run->kind], status, life };
    for (unsigned i = 0; i < sizeof main_argv / sizeof main_argv[0]; i++) {
        run->argv[argc++] = main_argv[i];
    }
}

static void start_child(const struct run *run, int words)
{
    /*
     * A sanitizer must not take a signal of ours for a fault of its own, nor an exit status that means anything. And a
     * CONT that comes while the leak checker attaches takes back its STOP (ptrace(2)), and it waits for ever.
     */
    const char *const environment[] = {
        "PATH=/usr/bin:/bin", "UBSAN_OPTIONS=exitcode=99",
        "ASAN_OPTIONS=exitcode=99:detect_leaks=0:handle_segv=0:handle_sigbus=0:"
        "handle_sigfpe=0:handle_sigill=0:handle_abort=0",
        NULL
    };
    if (run->place == IS_PID_1 && (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
                                   mount("proc", "/proc", "proc", 0, NULL) < 0)) {
        _exit(98);
    }
    if (run->place != IS_PID_1) {
        setsid();
    }
    dup2(words, 1);
    dup2(words, 2);
    if (run->place != STARTS_BLOCKED) {
        mask_all(SIG_UNBLOCK);
    }
    execve(primer_path, (char *const *)run->argv, (char *const *)environment);
    _exit(97);
}

static int has_ended(const struct run *run)
{
    siginfo_t info = { 0 };
    return waitid(P_PID, (id_t)run->primer, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

static void send(struct run *run, int signo)
{
    if (kill(run->primer, signo) < 0) {
        return;
    }
    run->sent[run->sent_count++] = signo;
    const int to = run->map[signo];
    if (run->asked_ns == 0 && (signo == SIGTERM || to == SIGTERM)) {
        run->asked_ns = now_ns();
    }
}

static void sleep_until(uint64_t moment_ns)
{
    const struct timespec t = { .tv_sec = (time_t)(moment_ns / (1000 * MS)),
                                .tv_nsec = (long)(moment_ns % (1000 * MS)) };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* The place in the deck of a card that RUN may get; -1: none. */
static int find_card(const struct run *run)
{
    for (unsigned i = cards; i > 0; i--) {
        if (deck[i - 1] != SIGKILL || run->place == IS_PID_1) {
            return (int)i - 1;
        }
    }
    return -1;
}

static enum moment moment_of(const struct run *run)
{
    return !shared->began ? AT_START : shared->ended || run->asked_ns != 0 ? AT_STOP : AT_RUN;
}

static int by_time(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Up to COUNT signals at random moments within WINDOW_US from now. Whoever has ended gets no more. */
static void deal(struct run *run, unsigned count, unsigned window_us)
{
    uint64_t moments[CARDS_A_PART];
    const uint64_t begin_ns = now_ns();
    for (unsigned i = 0; i < count; i++) {
        moments[i] = begin_ns + random_below(window_us) * UINT64_C(1000);
    }
    qsort(moments, count, sizeof moments[0], by_time);
    for (unsigned i = 0; i < count; i++) {
        sleep_until(moments[i]);
        const int at = find_card(run);
        if (at < 0 || has_ended(run)) {
            return;
        }
        const int signo = deck[at];
        given[signo][moment_of(run)]++;
        send(run, signo);
        deck[at] = deck[--cards];
    }
}

/* Start, run and stop. A start with nothing blocked survives few signals: every other one is left in peace. */
static void deal_all(struct run *run)
{
    if (run->place != STARTS_OPEN || random_below(2) == 0) {
        deal(run, random_below(CARDS_A_PART), 60000);
    }
    send(run, SIGCONT); /* it may have been stopped */
    /* A main that --map has stopped does not begin. */
    for (const uint64_t end_ns = now_ns() + BEGIN_MOST;
         !shared->began && !has_ended(run) && now_ns() < end_ns;) {
        poll(NULL, 0, 1);
    }
    deal(run, random_below(CARDS_A_PART), 80000);
    send(run, SIGCONT);
    send(run, SIGTERM);
    deal(run, random_below(CARDS_A_PART), 120000);
    send(run, SIGCONT);
}

/* Until primer has ended. PID 1 may have shielded itself from TERM at its start, so TERM is sent until it works. */
static void follow(struct run *run)
{
    for (uint64_t again_ns = now_ns() + STOP_TIMEOUT; !has_ended(run);) {
        if (now_ns() - run->begin_ns > HANG) {
            run->hung = 1;
            kill(run->primer, SIGKILL);
        } else if (now_ns() > again_ns) {
            kill(run->primer, SIGTERM);
            again_ns += STOP_TIMEOUT;
        }
        poll(NULL, 0, 1);
    }
    run->end_ns = now_ns();
    waitpid(run->primer, &run->wait_status, 0);
}

/* Ends and counts what primer has left. */
static int end_the_rest(void)
{
    for (int left = 0;; left++) {
        siginfo_t info = { 0 };
        while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
            info.si_pid = 0;
        }
        char line[4096] = "";
        char path[64];
        snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
        close(fd);
        if (n <= 0) {
            return left;
        }
        kill(atoi(line), SIGKILL);
        waitpid(atoi(line), NULL, 0);
    }
}

/* ---- judgement ---- */

static int was_sent(const struct run *run, int signo)
{
    for (unsigned i = 0; i < run->sent_count; i++) {
        if (run->sent[i] == signo) {
            return 1;
        }
    }
    return 0;
}

/* Whether main may have got SIGNO from primer, as it is or from --map. */
static int may_have_got(const struct run *run, int signo)
{
    for (unsigned i = 0; i < run->sent_count; i++) {
        const int to = run->map[run->sent[i]];
        if (to == signo || (to == 0 && run->sent[i] == signo)) {
            return 1;
        }
    }
    return 0;
}

/*
 * The status of a main that ends is what it ended with. 128+N is right when main may have got N and dies of it, as all
 * mains do of KILL; and of KILL also when a stop was asked for and its time was over. Primer itself is ended
 * by a signal only if it is KILL, or before main has begun.
 */
static int is_right(const struct run *run)
{
    if (WIFSIGNALED(run->wait_status)) {
        const int signo = WTERMSIG(run->wait_status);
        return was_sent(run, signo) &&
               (run->place == IS_PID_1 ? signo == SIGKILL : run->place == STARTS_OPEN && !shared->began);
    }
    const int status = WEXITSTATUS(run->wait_status);
    const int asked = run->asked_ns != 0 && run->end_ns - run->asked_ns >= STOP_TIMEOUT;
    if (status == 128 + SIGKILL && (asked || may_have_got(run, SIGKILL))) {
        return 1;
    }
    /* Before it has blocked them, signals end a main of any kind. */
    if (run->kind == DIES || (!shared->began && run->place != STARTS_BLOCKED)) {
        return status > 128 && may_have_got(run, status - 128);
    }
    return shared->ended && status == (run->status == MAPPED_STATUS ? MAPPED_TO : run->status);
}

static void describe(const struct run *run, const char *wrong, uint64_t its_seed, int words)
{
    char text[WORDS];
    printf(
        "FINDING: %s: %s, main %s, seed %#llx; wait status %#x after %llu ms, began %d, ended %d, %d left\n ",
        wrong, place_names[run->place], kind_names[run->kind], (unsigned long long)its_seed, run->wait_status,
        (unsigned long long)((run->end_ns - run->begin_ns) / MS), shared->began, shared->ended, run->left);
    for (unsigned i = 0; run->argv[i] != NULL; i++) {
        printf(" %s", run->argv[i]);
    }
    printf("\n  signals:");
    for (unsigned i = 0; i < run->sent_count; i++) {
        printf(" %d", run->sent[i]);
    }
    ssize_t n = pread(words, text, sizeof text - 1, 0);
    text[n < 0 ? 0 : n] = '\0';
    printf("\n%s", text);
}

/* 0, 1: a finding, or -1: it cannot be done. */
static int play(void)
{
    static struct run run;
    const uint64_t its_seed = seed;
    int words = (int)syscall(SYS_memfd_create, "words", 1U);
    choose(&run);
    shared->began = 0;
    shared->ended = 0;
    run.begin_ns = now_ns();
    const unsigned long flags = SIGCHLD | (run.place == IS_PID_1 ? CLONE_NEWPID | CLONE_NEWNS : 0);
    run.primer = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (run.primer < 0) {
        perror("entry_storm: a namespace");
        return -1;
    }
    if (run.primer == 0) {
        start_child(&run, words);
    }
    deal_all(&run);
    follow(&run);
    run.left = end_the_rest();
    /* Primer that was ended before it began has not promised anything, but has not left anything either. */
    const char *wrong = run.hung         ? "hangs"
                        : run.left > 0   ? "leaves a process"
                        : is_right(&run) ? NULL
                                         : "status";
    if (wrong != NULL) {
        describe(&run, wrong, its_seed, words);
    }
    close(words);
    return wrong != NULL;
}

static void shuffle(unsigned times)
{
    cards = times * SIGNALS;
    for (unsigned i = 0; i < cards; i++) {
        deck[i] = (uint8_t)(1 + i % SIGNALS);
    }
    for (unsigned i = cards; i > 1; i--) {
        const unsigned j = random_below(i);
        const uint8_t card = deck[i - 1];
        deck[i - 1] = deck[j];
        deck[j] = card;
    }
}

static int begin(const char *primer)
{
    if (realpath(primer, primer_path) == NULL ||
        readlink("/proc/self/exe", own_path, sizeof own_path - 1) < 0 ||
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) {
        return -1;
    }
    int fd = (int)syscall(SYS_memfd_create, "shared", 0U);
    if (fd < 0 || ftruncate(fd, sizeof *shared) < 0 || dup2(fd, SHARED_FD) < 0) {
        return -1;
    }
    close(fd);
    mask_all(SIG_BLOCK); /* so that a child has them blocked from its first moment */
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);
    return shared == MAP_FAILED ? -1 : 0;
}

static enum kind kind_named(const char *name)
{
    unsigned kind = 0;
    while (kind < KINDS - 1 && strcmp(kind_names[kind], name) != 0) {
        kind++;
    }
    return (enum kind)kind;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "act") == 0) {
        return act(kind_named(argv[2]), atoi(argv[3]), (unsigned)atoi(argv[4]));
    }
    const unsigned times = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
    seed = argc > 3 ? strtoull(argv[3], NULL, 0) : now_ns();
    deck = malloc(times * SIGNALS + 1);
    if (times == 0 || seed == 0 || deck == NULL || begin(argv[1]) < 0) {
        fprintf(stderr, "usage: entry_storm PRIMER TIMES [SEED]\n");
        return 2;
    }
    printf("seed %#llx\n", (unsigned long long)seed);
    fflush(stdout);
    shuffle(times);
    unsigned runs = 0;
    unsigned findings = 0;
    while (cards > 0) {
        const int result = play();
        if (result < 0) {
            return IMPOSSIBLE;
        }
        runs++;
        findings += (unsigned)result;
        fflush(stdout);
    }
    printf("%-8s %8s %8s %8s\n", "signal", "start", "run", "stop");
    for (int signo = 1; signo <= SIGNALS; signo++) {
        printf("%-8d %8u %8u %8u\n", signo, given[signo][AT_START], given[signo][AT_RUN],
               given[signo][AT_STOP]);
    }
    printf("%u runs, %u signals, %u findings\n", runs, times * SIGNALS, findings);
    return findings > 0;
}
