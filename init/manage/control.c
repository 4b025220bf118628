#include "manage/control.h"

#include "base/clock.h"
#include "base/fd.h"
#include "manage/manager.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ASK_NS  (10 * NS_PER_SECOND) /* time to say what one wants */
#define TAKE_NS (30 * NS_PER_SECOND) /* and to take one record */

enum {
    A_TURN_CLIENTS = 16,
    A_TURN_LINES = 64,
    OVERFLOW_UID =
        65534, /* whom this user namespace has no name for: not even root's, if root is called so */
};

int control_open(struct manager *m, const char *folder)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct text path = TEXT_OVER(address.sun_path);
    text_add(&path, folder);
    text_add(&path, "/control");
    unlink(address.sun_path); /* of a manager before this one */

    size_t size = CONTROL_CLIENTS * sizeof(struct client);
    void *clients = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (clients == MAP_FAILED || fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(address.sun_path, 0666) < 0 || listen(fd, SOMAXCONN) < 0) {
        int error = -errno;
        fd_close(&fd);
        return error;
    }
    m->control.fd = fd;
    m->control.clients = clients;
    return manager_watch(m, fd, EPOLLIN, SOURCE_CONTROL, 0);
}

/* --- places ------------------------------------------------------------------------------------------- */

static void wait_for(struct manager *m, struct client *c, uint32_t events)
{
    struct epoll_event event = {
        .events = events,
        .data.u64 = (uint64_t)SOURCE_CLIENT << 32 | (uint64_t)(c - m->control.clients),
    };
    epoll_ctl(m->epoll_fd, EPOLL_CTL_MOD, c->out.fd, &event);
}

/* A child that is before its exec may have a copy of the descriptor, so closing alone would not tell the client. */
static void leave(struct manager *m, struct client *c)
{
    epoll_ctl(m->epoll_fd, EPOLL_CTL_DEL, c->out.fd, NULL);
    shutdown(c->out.fd, SHUT_RDWR);
    fd_close(&c->out.fd);
    c->stage = CLIENT_FREE;
    m->control.used--;
}

/* It holds its place without need: it does not ask, or does not take. */
static bool is_idle(const struct client *c)
{
    return c->stage == CLIENT_ASKS || c->out.waiting;
}

/*
 * How soon C has to go for somebody who MAY_CHANGE things, or may not; 0: not at all. Who follows events for ever has no
 * answer to lose, only what comes.
 */
static unsigned weakness(const struct client *c, bool may_change)
{
    if (c->stage == CLIENT_FREE || (c->may_change && !may_change)) {
        return 0;
    }
    return is_idle(c) ? 3 : c->follows ? 2 : !c->may_change && may_change;
}

/* Who goes when there is no place: of the weakest, who has been here longest. NULL: nobody. */
static struct client *weakest(struct manager *m, bool may_change)
{
    struct client *found = NULL;
    unsigned most = 0;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        struct client *c = &m->control.clients[i];
        unsigned weak = weakness(c, may_change);
        if (weak > most || (weak > 0 && weak == most && c->since_ns < found->since_ns)) {
            found = c;
            most = weak;
        }
    }
    return found;
}

static struct client *place_for(struct manager *m, bool may_change)
{
    struct client *free = NULL;
    unsigned lookers = 0;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        struct client *c = &m->control.clients[i];
        free = c->stage == CLIENT_FREE ? c : free;
        lookers += c->stage != CLIENT_FREE && !c->may_change;
    }
    if (free == NULL || (!may_change && lookers >= CONTROL_LOOKERS)) {
        free = weakest(m, may_change);
        if (free != NULL) {
            leave(m, free);
        }
    }
    return free;
}

static bool peer_may_change(int fd)
{
    struct ucred peer = { .uid = OVERFLOW_UID };
    socklen_t size = sizeof peer;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    return peer.uid != OVERFLOW_UID && (peer.uid == 0 || peer.uid == geteuid());
}

static void enter(struct manager *m, int fd)
{
    bool may_change = peer_may_change(fd);
    struct client *c = place_for(m, may_change);
    if (c == NULL || manager_watch(m, fd, EPOLLIN, SOURCE_CLIENT, (uint32_t)(c - m->control.clients)) < 0) {
        close(fd); /* everybody here is being served, or there is no memory */
        return;
    }
    /* Not the whole of it: a line is bytes that nobody reads before they are written. */
    memset(c, 0, offsetof(struct client, out.line));
    c->stage = CLIENT_ASKS;
    c->may_change = may_change;
    c->unit = UNIT_NONE;
    c->since_ns = clock_now_ns();
    c->out.fd = fd;
    m->control.used++;
    control_client(m, (uint32_t)(c - m->control.clients)); /* most have asked already */
}

/* Without a descriptor for the next client the socket would stay ready for ever; it is looked at again in a second. */
void control_accept(struct manager *m)
{
    for (unsigned i = 0; i < A_TURN_CLIENTS; i++) {
        int fd = accept4(m->control.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            enter(m, fd);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            epoll_ctl(m->epoll_fd, EPOLL_CTL_DEL, m->control.fd, NULL);
            m->control.retry_ns = clock_after_ns(clock_now_ns(), NS_PER_SECOND);
            return;
        }
    }
}

/* --- what comes in, and goes out ---------------------------------------------------------------------- */

static void listen_to(struct manager *m, struct client *c)
{
    struct outlet *o = &c->out;
    ssize_t n = recv(o->fd, o->line + o->len, REQUEST_LINE - o->len, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        leave(m, c);
        return;
    }
    size_t before = o->len;
    o->len += n < 0 ? 0 : (size_t)n;
    const char *end = memchr(o->line + before, '\n', o->len - before);
    if (end == NULL && o->len < REQUEST_LINE) {
        return;
    }
    o->len = o->sent = 0;
    c->stage = CLIENT_IS_TOLD;
    wait_for(m, c, 0); /* for nothing but that it hangs up: what else it says is not read */
    if (end == NULL) {
        answer_end(c, -EMSGSIZE, "a request is one line of at most 512 bytes");
    } else {
        answer_begin(m, c, (size_t)(end - o->line));
    }
}

/* What epoll says may be about one who had the place before, so a client that hangs up is asked for itself. */
void control_client(struct manager *m, uint32_t number)
{
    struct client *c = &m->control.clients[number];
    if (c->stage == CLIENT_ASKS) {
        listen_to(m, c);
    } else if (c->stage != CLIENT_FREE) {
        struct pollfd peer = { .fd = c->out.fd };
        c->out.waiting = false;
        wait_for(m, c, 0);
        if (poll(&peer, 1, 0) > 0) {
            leave(m, c);
        }
    }
}

/* True: the line is out. */
static bool send_line(struct manager *m, struct client *c)
{
    struct outlet *o = &c->out;
    while (o->sent < o->len && !o->waiting) {
        ssize_t n = send(o->fd, o->line + o->sent, o->len - o->sent, MSG_NOSIGNAL);
        if (n > 0) {
            o->sent += (size_t)n;
            c->since_ns = clock_now_ns();
        } else if (errno == EAGAIN) {
            o->waiting = true;
            wait_for(m, c, EPOLLOUT | EPOLLONESHOT);
        } else if (errno != EINTR) {
            c->stage = CLIENT_ENDS; /* it is gone */
            o->sent = o->len;
        }
    }
    return !o->waiting;
}

/* True: there is more for it, but others come first. */
static bool serve(struct manager *m, struct client *c)
{
    for (unsigned i = 0; i < A_TURN_LINES; i++) {
        if (c->stage == CLIENT_ASKS || !send_line(m, c)) {
            return false;
        }
        if (c->stage == CLIENT_ENDS) {
            leave(m, c);
            return false;
        }
        if (!c->tell(m, c)) {
            return false;
        }
    }
    return true;
}

uint64_t control_turn(struct manager *m, uint64_t now_ns)
{
    struct control *k = &m->control;
    uint64_t next_ns = NEVER_NS;
    if (k->retry_ns != 0 && k->retry_ns <= now_ns) {
        k->retry_ns = manager_watch(m, k->fd, EPOLLIN, SOURCE_CONTROL, 0) < 0 ? now_ns + NS_PER_SECOND : 0;
    }
    if (k->retry_ns != 0) {
        next_ns = k->retry_ns;
    }
    for (unsigned i = 0; i < CONTROL_CLIENTS && k->used > 0; i++) {
        struct client *c = &k->clients[i];
        if (c->stage != CLIENT_FREE && serve(m, c)) {
            next_ns = 0;
        }
        if (c->stage == CLIENT_FREE || !is_idle(c)) {
            continue;
        }
        uint64_t late_ns = clock_after_ns(c->since_ns, c->stage == CLIENT_ASKS ? ASK_NS : TAKE_NS);
        if (late_ns <= now_ns) {
            leave(m, c);
        } else if (late_ns < next_ns) {
            next_ns = late_ns;
        }
    }
    return next_ns;
}

/* --- what the manager tells --------------------------------------------------------------------------- */

void control_note(struct manager *m, const struct note *note)
{
    for (unsigned i = 0; i < CONTROL_CLIENTS && m->control.used > 0; i++) {
        struct client *c = &m->control.clients[i];
        if (c->job != JOB_NONE && c->result == 0 && c->unit == note->unit) {
            c->result = (uint8_t)(note->result + 1);
        }
    }
}

/* Names are sorted, so whoever is in the middle of a list goes on behind the last name that it was told. */
static uint32_t place_of(const struct snapshot *new, const char *name)
{
    uint32_t at = 0;
    while (at < new->units.count && strcmp(unit_name(new, at), name) < 0) {
        at++;
    }
    return at;
}

void control_renumber(struct manager *m, const struct snapshot *new)
{
    for (unsigned i = 0; i < CONTROL_CLIENTS && m->control.used > 0; i++) {
        struct client *c = &m->control.clients[i];
        if (c->stage == CLIENT_FREE) {
            continue;
        }
        if (c->unit != UNIT_NONE) {
            int64_t unit = snapshot_find(new, manager_unit_name(m, c->unit));
            c->unit = unit < 0 ? UNIT_NONE : (uint32_t)unit;
            c->next = 0; /* its findings */
        } else if (c->next < m->roster.count) {
            c->next = place_of(new, manager_unit_name(m, c->next));
        }
    }
}
