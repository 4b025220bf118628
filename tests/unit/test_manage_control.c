/*
 * The control socket's bounds, with real sockets and a loop that the test turns by hand, so that it can say what time it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit_tree.h"

#include "base/clock.h"
#include "base/text.h"
#include "manage/manager.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct tree tree;
static struct manager m;
static struct service services[32];
static struct groups groups[32];
static struct pid_entry pid_slots[64];
static uint32_t heap[32];
static uint32_t place[32];

static const struct step_table nothing = { .name = "nothing" };
static const struct life life = { .name = "test", .start = &nothing, .stop = &nothing };

static int setup(void **state)
{
    tree_begin(&tree);
    tree_file(&tree, "first/a.service", SERVICE);
    const struct snapshot *s = tree_load(&tree, NULL);
    assert_true(s->units.count <= 32);
    manager_init(&m, &life);
    m.snapshot = s;
    m.services = services;
    m.groups = memset(groups, 0, sizeof groups);
    m.pids = (struct pids){ .slots = memset(pid_slots, 0, sizeof pid_slots), .mask = 63 };
    m.timers = (struct timers){ .services = services, .heap = heap, .place = memset(place, 0, sizeof place) };
    roster_init(&m.roster, s, services, m.roster.note, &m);
    m.started = true;
    m.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    assert_int_equal(control_open(&m, tree.path), 0);
    return 0;
}

static int teardown(void **state)
{
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        if (m.control.clients[i].stage != CLIENT_FREE) {
            close(m.control.clients[i].out.fd);
        }
    }
    munmap(m.control.clients, CONTROL_CLIENTS * sizeof(struct client));
    close(m.control.fd);
    close(m.epoll_fd);
    tree_end(&tree);
    return 0;
}

static struct sockaddr_un address(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    struct text path = TEXT_OVER(a.sun_path);
    text_add(&path, tree.path);
    text_add(&path, "/control");
    assert_false(path.cut);
    return a;
}

static int client(void)
{
    struct sockaddr_un a = address();
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

/* Turns the loop at NOW_NS until nothing is left to do. What it says about when to come again. */
static uint64_t turn_at(uint64_t now_ns)
{
    struct epoll_event events[8];
    uint64_t next_ns = 0;
    for (unsigned i = 0; i < 1000; i++) {
        int n = epoll_wait(m.epoll_fd, events, 8, 0);
        if (n <= 0 && i > 0 && next_ns != 0) {
            return next_ns;
        }
        for (int k = 0; k < n; k++) {
            if (events[k].data.u64 >> 32 == SOURCE_CONTROL) {
                control_accept(&m);
            } else {
                control_client(&m, (uint32_t)events[k].data.u64);
            }
        }
        next_ns = control_turn(&m, now_ns);
    }
    fail_msg("the loop has no rest");
    return 0;
}

static uint64_t turn(void)
{
    return turn_at(clock_now_ns());
}

static void say(int fd, const char *bytes)
{
    assert_int_equal(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), (ssize_t)strlen(bytes));
}

/* What FD was told so far; *OVER: and then its connection was closed. */
static const char *told(int fd, bool *over)
{
    static char buf[1 << 20];
    size_t len = 0;
    ssize_t n;
    while ((n = recv(fd, buf + len, sizeof buf - 1 - len, MSG_DONTWAIT)) > 0) {
        len += (size_t)n;
    }
    buf[len] = '\0';
    *over = n == 0 || errno == ECONNRESET;
    return buf;
}

/* Asks and is told the whole answer. */
static void assert_answer(const char *request, const char *part)
{
    bool over = false;
    int fd = client();
    say(fd, request);
    turn();
    const char *answer = told(fd, &over);
    assert_true(over);
    if (strstr(answer, part) == NULL) {
        fail_msg("\"%s\" is not in the answer to %s%s", part, request, answer);
    }
    close(fd);
}

static void test_answers(void **state)
{
    assert_answer("1 status a.service\n", "unit=a.service\tactive=inactive\tstate=dead");
    assert_answer("1 status\n", "life=test\t");
    assert_answer("1 list\n", "end=done\n");
    assert_answer("1 status nothing.service\n", "end=refused\terrno=ENOENT\t");
    assert_answer("1 lst\n", "end=refused\terrno=ENOSYS\t");
    assert_answer("1 start\n", "end=refused\terrno=EINVAL\t");
    assert_answer("1 reload a.service\n", "end=refused\terrno=ENOTTY\t");
    assert_answer("1 kill a.service NONE\n", "end=refused\terrno=EINVAL\t");
    assert_answer("1 kill a.service TERM main\n", "end=refused\terrno=ESRCH\t");
    assert_answer("2 list\n", "end=refused\terrno=EPROTO\t");
    assert_answer("\n", "end=refused\terrno=EINVAL\t");
    assert_answer("1 reboot\n", "end=refused\terrno=EOPNOTSUPP\t");
    assert_int_equal(m.control.used, 0);
}

static void test_request_in_parts(void **state)
{
    bool over = false;
    int fd = client();
    const char request[] = "1 list a.service\n";
    for (size_t i = 0; i < sizeof request - 1; i++) {
        assert_int_equal(send(fd, request + i, 1, 0), 1);
        turn();
    }
    assert_non_null(strstr(told(fd, &over), "end=done"));
    close(fd);
    fd = client(); /* and one that hangs up in the middle */
    say(fd, "1 li");
    turn();
    assert_int_equal(m.control.used, 1);
    close(fd);
    turn();
    assert_int_equal(m.control.used, 0);
}

static void test_request_without_end(void **state)
{
    static char bytes[REQUEST_LINE + 1];
    memset(bytes, 'x', sizeof bytes - 1);
    assert_answer(bytes, "end=refused\terrno=EMSGSIZE\t");
    bytes[REQUEST_LINE - 1] = '\n'; /* the longest one that there may be */
    assert_answer(bytes, "errno=EPROTO");
}

/* A thousand that say nothing: they have the places of each other, and whoever asks is answered at once. */
static void test_silent_clients(void **state)
{
    enum { SILENT = 1000 };
    static int fds[SILENT];
    for (unsigned i = 0; i < SILENT; i++) {
        fds[i] = client();
        turn();
        assert_in_range(m.control.used, 1, CONTROL_CLIENTS);
        if (i % 100 == 99) {
            assert_answer("1 list a.service\n", "end=done");
        }
    }
    uint64_t next_ns = turn();
    assert_true(next_ns != NEVER_NS && next_ns > clock_now_ns());
    turn_at(clock_now_ns() + 11 * NS_PER_SECOND); /* nobody may be silent for so long */
    assert_int_equal(m.control.used, 0);
    for (unsigned i = 0; i < SILENT; i++) {
        bool over = false;
        assert_string_equal(told(fds[i], &over), "");
        assert_true(over);
        close(fds[i]);
    }
}

/* One that reads nothing is told of a gap when it does; the manager keeps no more for it than one line. */
static void test_slow_reader(void **state)
{
    bool over = false;
    int fd = client();
    say(fd, "1 events json debug\n");
    turn();
    for (unsigned i = 0; i < 20000; i++) {
        event_note(&m.ring, EVENT_REPORT, "a.service", "again");
        if (i % 100 == 0) {
            turn();
        }
    }
    assert_true(m.control.used == 1);
    assert_answer("1 list a.service\n", "end=done"); /* it holds up nobody */
    assert_null(strstr(told(fd, &over), "\"gap\""));
    assert_false(over);
    turn();
    assert_non_null(strstr(told(fd, &over), "\"event\":\"gap\""));
    for (unsigned i = 0; i < 20000; i++) {
        event_note(&m.ring, EVENT_REPORT, "a.service", "again");
        if (i % 100 == 0) {
            turn();
        }
    }
    turn_at(clock_now_ns() + 31 * NS_PER_SECOND); /* nor does it keep its place */
    assert_int_equal(m.control.used, 0);
    close(fd);
}

/* Those who may only look cannot keep out those who may change things. */
static void test_places(void **state)
{
    static int fds[CONTROL_CLIENTS];
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        fds[i] = client();
        say(fds[i], "1 wait boot\n");
        turn();
    }
    assert_int_equal(m.control.used, CONTROL_CLIENTS);
    bool over = false;
    int fd = client();
    say(fd, "1 list a.service\n");
    turn();
    assert_string_equal(told(fd, &over), ""); /* all of them are equals, and being served */
    assert_true(over);
    close(fd);
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        m.control.clients[i].may_change = false;
    }
    assert_answer("1 list a.service\n", "end=done");
    assert_int_equal(m.control.used, CONTROL_CLIENTS - 1);
    m.up_ns = clock_now_ns();
    turn();
    assert_int_equal(m.control.used, 0);
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        close(fds[i]);
        fds[i] = client();
        say(fds[i], "1 events\n");
        turn();
    }
    assert_int_equal(m.control.used, CONTROL_CLIENTS);
    assert_answer("1 list a.service\n", "end=done"); /* a follower goes before anybody is turned away */
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        close(fds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_request_in_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_request_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silent_clients, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slow_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_places, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
