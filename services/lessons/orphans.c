/*
 * orphans: who becomes the parent of a process whose parent has ended, and what is left of one that has ended
 * itself. Every answer is the kernel's, and found by asking it. Begin with orphans.md, which asks you first.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* We fork a parent; it forks a child, and ends. The child lives on, and says who its parent is now. */
static void orphan_a_child(void)
{
    pid_t seen[2]; /* what the child has to say: its own number, and its parent's */
    int over[2], answer[2];

    pipe(over);
    pipe(answer);
    pid_t parent = fork();
    if (parent == 0) {
        if (fork() == 0) {
            close(over[1]);
            read(over[0], seen, 1); /* comes back when nobody has the other end any more */
            write(answer[1], (pid_t[]){ getpid(), getppid() }, sizeof seen);
        }
        _exit(0); /* the parent at once, the child in the end */
    }
    waitpid(parent, NULL, 0); /* the parent has ended, and the kernel has chosen another one */
    close(over[1]);
    close(answer[1]);
    while (read(answer[0], seen, sizeof seen) > 0)
        ; /* to the end of file: then the child has ended, too */
    printf("   parent %d forked child %d, and has ended\n", parent, seen[0]);
    printf("   child %d asks getppid(): %d\n", seen[0], seen[1]);
    printf("   we, the grandparent %d, ask waitpid(%d): ", getpid(), seen[0]);
    printf("%s\n", waitpid(seen[0], NULL, 0) < 0 ? strerror(errno) : "it was yours, and has ended");
    printf("   answer: %c\n", seen[1] == 0 ? 'a' : seen[1] == getpid() ? 'b' : seen[1] == 1 ? 'c' : 'd');
}

/* One letter: R runs, S sleeps, Z is a zombie, "-" when there is no such process; proc(5). */
static char state_of(pid_t pid)
{
    char path[32], state = '-';

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *stat = fopen(path, "re");
    if (stat && fscanf(stat, "%*d (%*[^)]) %c", &state) == 1)
        fclose(stat);
    return state;
}

/* A child ends, and we only look at it. Then we end, too, and leave it: who collects it? */
static void leave_a_zombie(void)
{
    siginfo_t end;
    pid_t child = fork();

    if (child == 0)
        _exit(7);
    waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT); /* waits for its end, and collects nothing */
    printf("   child %d has ended; its state: %c\n", child, state_of(child));
    printf("   we send it KILL: %s\n", kill(child, SIGKILL) == 0 ? "done" : strerror(errno));
    waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT | WNOHANG);
    printf("   how did it end? With status %d; its state: %c\n", end.si_status, state_of(child));
    printf("   answer: %c\n", state_of(child) == '-' ? 'a' : end.si_status == SIGKILL ? 'b' : 'c');
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0); /* or each fork() copies the lines that still wait in the buffer */
    puts("1. A parent ends before its child");
    orphan_a_child();
    puts("\n2. The same again, but first we say prctl(PR_SET_CHILD_SUBREAPER, 1)");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    orphan_a_child();
    puts("\n3. A child ends, and its parent does not ask how");
    leave_a_zombie();
}
