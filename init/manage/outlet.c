#include "manage/outlet.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* What a person sees of the step tables only when asked to be shown everything. */
static bool is_shown(const struct outlet *o, const struct event *e)
{
    if (o->form == FORM_JSON) {
        return true;
    }
    if (o->form == FORM_EXPLAIN && e->kind == EVENT_STEP) {
        return true;
    }
    return event_level(e) <= o->level;
}

/* A step with its manual page and its reason, for those who asked why. */
static void explain_step(const struct event *e, struct text *t)
{
    text_add(t, e->word);
    text_char(t, ' ');
    if (e->unit[0] != '\0') {
        text_add(t, e->unit);
        text_char(t, ' ');
    }
    text_add(t, e->step->name);
    text_add(t, ": ");
    text_add(t, e->step->why);
    text_add(t, " (");
    text_add(t, e->step->page);
    text_add(t, ")");
    if (e->text[0] != '\0') {
        text_add(t, " ");
        text_add(t, e->text);
    }
}

bool outlet_form_line(struct outlet *o, const struct event *e)
{
    if (!is_shown(o, e)) {
        return false;
    }
    struct text t = { .at = o->line, .size = sizeof o->line - 2 };
    o->line[0] = '\0';
    if (o->form == FORM_JSON) {
        event_json(e, &t);
    } else {
        text_char(&t, '[');
        text_seconds(&t, e->time_ns, 6);
        text_add(&t, "] ");
        if (o->form == FORM_EXPLAIN && e->kind == EVENT_STEP && e->step != NULL && e->code == 0) {
            explain_step(e, &t);
        } else {
            event_sentence(e, &t);
        }
    }
    o->line[t.len++] = '\n';
    o->len = t.len;
    o->sent = 0;
    return true;
}

bool outlet_flush(struct outlet *o, const struct event_ring *ring)
{
    while (o->fd >= 0) {
        while (o->sent < o->len) {
            ssize_t n = write(o->fd, o->line + o->sent, o->len - o->sent);
            if (n < 0 && errno == EINTR) {
                continue;
            }
            if (n < 0 && errno == EAGAIN) {
                o->waiting = true;
                return false;
            }
            /* A reader that is gone, or a device that fails: this line is lost, and nobody waits for it. */
            o->sent = n < 0 ? o->len : o->sent + (size_t)n;
        }
        const struct event *e = event_read(ring, &o->reader);
        if (e == NULL) {
            break;
        }
        outlet_form_line(o, e);
    }
    o->waiting = false;
    return true;
}

void outlet_finish(struct outlet *o, const struct event_ring *ring, uint64_t deadline_ns)
{
    while (o->fd >= 0 && !outlet_flush(o, ring)) {
        uint64_t now_ns = clock_now_ns();
        if (now_ns >= deadline_ns) {
            return;
        }
        struct pollfd ready = { .fd = o->fd, .events = POLLOUT };
        poll(&ready, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1);
    }
}
