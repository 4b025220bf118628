/*
 * entry_fault: every system call of the entrypoint life fails in turn with each error that its manual page names.
 *
 * usage: entry_fault PRIMER [all] [SCENE]
 *
 * PRIMER, the release binary as it is, runs with a seccomp filter that asks this process about every call
 * (seccomp_unotify(2)). In each scene the calls are counted once; then the scene runs once for each call, each of its
 * occurrences (without "all": the first two and the last) and each error, and that one call fails with it. Calls of
 * primer and of its child up to main's execve(2) count; whatever main does goes through. A few scenes are played at
 * a time, each in a PID namespace of its own.
 *
 * A finding is a run that hangs, that says 0 though main did not, that crashes outside of the C library's own
 * start, or that leaves a process behind without a word; and an error that no run met with. The table of calls and
 * errors goes to stdout. Status 0: no finding; 1: findings; 77: it cannot be done here, and why. Wants to be root.
 */
#include "entry_calls.h"
#include "entry_run.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { RETRIES = 3, OCCURRENCES = 64, PLAYERS = 4, IMPOSSIBLE = 77 };

/* What came of the runs of one call with one error. */
struct cell {
    unsigned same;   /* the status was main's */
    unsigned other;  /* primer refused, or had to tell less than the truth */
    unsigned said;   /* something was left behind, and primer said so */
    unsigned missed; /* the call did not come this time */
    unsigned findings;
};

/* What all the players write to, each to its own scene's. */
struct tally {
    struct cell cells[CALLS][ERRORS];
    unsigned runs, findings;
    uint64_t slowest_ns;
};

static struct tally *tallies, *tally;

static const struct call *find_call(int nr)
{
    for (unsigned i = 0; i < CALLS; i++) {
        if (calls[i].nr == nr) {
            return &calls[i];
        }
    }
    return NULL;
}

static const char *what_is_wrong(const struct scene *scene, const struct outcome *outcome)
{
    if (outcome->hung) {
        return "hangs";
    }
    if (scene->status != 0 && outcome->status == 0) {
        return "a false 0";
    }
    if (outcome->status >= 128 && outcome->status != scene->status && outcome->status != 128 + 9 &&
        !outcome->before_main) {
        return "crashes";
    }
    return outcome->left > 0 && !outcome->said ? "leaves a process behind without a word" : NULL;
}

static void judge(const struct scene *scene, const struct fault *fault, const struct outcome *outcome,
                  struct cell *cell)
{
    const struct call *call = find_call(fault->nr);
    const char *wrong = what_is_wrong(scene, outcome);
    tally->runs++;
    tally->slowest_ns = outcome->took_ns > tally->slowest_ns ? outcome->took_ns : tally->slowest_ns;
    if (wrong != NULL) {
        tally->findings++;
        cell->findings++;
        printf("FINDING: %s: %s's call %u of %s with %s: %s (status %d)\n%s", scene->name,
               fault->who == 0 ? "primer" : "the child", fault->nth, call->name, strerror(fault->error),
               wrong, outcome->status, outcome->words);
    } else if (!outcome->injected) {
        cell->missed++;
    } else if (outcome->left > 0) {
        cell->said++;
    } else if (outcome->status == scene->status) {
        cell->same++;
    } else {
        cell->other++;
    }
}

static void fail_call(const struct scene *scene, int who, const struct call *call, unsigned nth)
{
    for (unsigned e = 0; e < ERRORS && call->errors[e] != 0; e++) {
        const struct fault fault = { .who = who, .nr = call->nr, .nth = nth, .error = call->errors[e] };
        struct outcome outcome;
        int tries = 0;
        do {
            run_scene(scene, &fault, NULL, &outcome);
        } while (!outcome.injected && !outcome.hung && ++tries < RETRIES);
        judge(scene, &fault, &outcome, &tally->cells[call - calls][e]);
    }
}

/* Counts the calls of SCENE, then lets each of them fail. */
static void play(const struct scene *scene, int all)
{
    static struct counts counts;
    struct outcome outcome;
    memset(&counts, 0, sizeof counts);
    run_scene(scene, NULL, &counts, &outcome);
    if (outcome.hung || outcome.left > 0 || outcome.status != scene->status) {
        tally->findings++;
        printf("FINDING: %s: without a fault: status %d, %u left, hung %d\n%s", scene->name, outcome.status,
               outcome.left, outcome.hung, outcome.words);
        return;
    }
    for (int who = 0; who < 2; who++) {
        for (int nr = 0; nr < LAST_CALL; nr++) {
            const unsigned times = counts.of[who][nr];
            const struct call *call = find_call(nr);
            if (times > 0 && call == NULL) {
                tally->findings++;
                printf("FINDING: %s: call number %d has no row in entry_calls.h\n", scene->name, nr);
                continue;
            }
            for (unsigned nth = 1; nth <= times && nth <= OCCURRENCES; nth++) {
                if (all || nth <= 2 || nth == times) {
                    fail_call(scene, who, call, nth);
                }
            }
        }
    }
}

/* Plays SCENE in a process of its own. Its pid or -1. */
static pid_t play_apart(const struct scene *scene, int all)
{
    fflush(stdout);
    pid_t pid = fork_player();
    if (pid == 0) {
        tally = &tallies[scene - scenes];
        play(scene, all);
        printf("%s: %u runs, the slowest took %.1f s\n", scene->name, tally->runs,
               (double)tally->slowest_ns / 1e9);
        fflush(stdout);
        _exit(tally->findings > 0);
    }
    return pid;
}

/* Waits for one player. 0, or -1 when it could not play. */
static int wait_player(void)
{
    int status;
    return wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) < 2 ? 0 : -1;
}

/* ---- the table ---- */

/* CELL of all scenes together. */
static struct cell sum_cell(unsigned call, unsigned error)
{
    struct cell sum = { 0 };
    for (unsigned i = 0; i < SCENES; i++) {
        const struct cell *cell = &tallies[i].cells[call][error];
        sum.same += cell->same;
        sum.other += cell->other;
        sum.said += cell->said;
        sum.missed += cell->missed;
        sum.findings += cell->findings;
    }
    return sum;
}

static unsigned met(const struct cell *cell)
{
    return cell->same + cell->other + cell->said + cell->findings;
}

/* Prints a row; how many of its errors no run met with, or -1 when the call is not among those of these scenes. */
static int print_row(unsigned c)
{
    const struct call *call = &calls[c];
    unsigned all = 0;
    int never = 0;
    for (unsigned e = 0; call->errors[e] != 0; e++) {
        const struct cell cell = sum_cell(c, e);
        all += met(&cell) + cell.missed;
        never += met(&cell) == 0;
    }
    if (all == 0) {
        return -1;
    }
    printf("%-18s", call->name);
    for (unsigned e = 0; call->errors[e] != 0; e++) {
        const struct cell cell = sum_cell(c, e);
        printf(" %s %u", name_of_error(call->errors[e]), met(&cell));
        if (cell.other + cell.said + cell.missed > 0) {
            printf("(%u+%u-%u)", cell.other, cell.said, cell.missed);
        }
        if (cell.findings > 0) {
            printf("!%u", cell.findings);
        }
    }
    putchar('\n');
    return never;
}

/* How many errors no run met with. */
static unsigned print_table(void)
{
    unsigned never = 0;
    printf("\nEvery call and every error that its page names: how often it failed so, and (in brackets) how "
           "often primer\n"
           "then ended with another status than main's, + left something and said so, - or the call did not "
           "come.\n\n");
    for (unsigned c = 0; c < CALLS; c++) {
        const int result = print_row(c);
        never += result > 0 ? (unsigned)result : 0;
    }
    printf("\nnot made, or its page names no error:");
    for (unsigned c = 0; c < CALLS; c++) {
        const struct cell first = sum_cell(c, 0);
        if (met(&first) + first.missed == 0) {
            printf(" %s", calls[c].name);
        }
    }
    putchar('\n');
    return never;
}

static int play_all(int all, const char *only)
{
    int playing = 0;
    int result = 0;
    for (unsigned i = 0; i < SCENES && result == 0; i++) {
        if (only != NULL && strcmp(scenes[i].name, only) != 0) {
            continue;
        }
        if (playing == PLAYERS) {
            result = wait_player();
            playing--;
        }
        if (play_apart(&scenes[i], all) < 0) {
            perror("entry_fault: a namespace");
            result = -1;
            break;
        }
        playing++;
    }
    while (playing-- > 0) {
        result = wait_player() < 0 ? -1 : result;
    }
    return result;
}

int main(int argc, char **argv)
{
    int all = argc > 2 && strcmp(argv[2], "all") == 0;
    const char *only = argc > 2 + all ? argv[2 + all] : NULL;
    if (argc > 2 && strcmp(argv[1], "act") == 0) {
        return act(argv[2]);
    }
    if (argc < 2 || run_begin(argv[1]) < 0) {
        fprintf(stderr, "usage: entry_fault PRIMER [all] [SCENE]\n");
        return 2;
    }
    tallies = mmap(NULL, SCENES * sizeof *tallies, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tallies == MAP_FAILED || !can_listen() || play_all(all, only) < 0) {
        return IMPOSSIBLE;
    }
    unsigned runs = 0;
    unsigned findings = 0;
    uint64_t slowest_ns = 0;
    for (unsigned i = 0; i < SCENES; i++) {
        runs += tallies[i].runs;
        findings += tallies[i].findings;
        slowest_ns = tallies[i].slowest_ns > slowest_ns ? tallies[i].slowest_ns : slowest_ns;
    }
    const unsigned never = print_table();
    printf("\n%u runs, %u findings, %u errors that no run met with; the slowest run took %.1f s\n", runs,
           findings, never, (double)slowest_ns / 1e9);
    return findings == 0 && never == 0 && runs > 0 ? 0 : 1;
}
