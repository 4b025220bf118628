#include "unit/finish.h"

#include "unit/directive.h"
#include "unit/finding.h"
#include "unit/hash.h"
#include "unit/shape.h"

#include "base/clock.h"

#include <signal.h>
#include <string.h>

/* systemd-system.conf(5), systemd.service(5), systemd.exec(5), systemd.kill(5). */
static const struct unit_service service_defaults = {
    .timeout_start_ns = 90 * NS_PER_SECOND,
    .timeout_stop_ns = 90 * NS_PER_SECOND,
    .restart_delay_ns = 100 * NS_PER_MS,
    .start_limit_interval_ns = 10 * NS_PER_SECOND,
    .start_limit_burst = 5,
    .runtime_max_ns = NEVER_NS,
    .type = SERVICE_SIMPLE,
    .restart = RESTART_NO,
    .kill_mode = KILL_CONTROL_GROUP,
    .kill_signal = SIGTERM,
    .final_signal = SIGKILL,
    .notify_access = NOTIFY_NONE,
    .flags = SERVICE_SEND_SIGKILL | SERVICE_GUESS_MAIN,
};

static const struct unit_exec exec_defaults = {
    .cap_bounding = UINT64_MAX,
    .flags = EXEC_IGNORE_SIGPIPE,
    .umask = 0022,
    .runtime_mode = 0755,
};

void finish_begin(struct draft_service *s)
{
    memcpy(&s->service, &service_defaults, sizeof s->service); /* with its padding: the bytes are compared */
    memcpy(&s->exec, &exec_defaults, sizeof s->exec);
    s->has_type = false;
    s->has_timeout_start = false;
    s->has_service_section = false;
    s->exits.count = 0;
    s->commands.count = 0;
    s->protections.count = 0;
    for (unsigned i = 0; i < EXEC_LISTS; i++) {
        s->lists[i].count = 0;
    }
}

static uint32_t commands_of(const struct draft_service *s, enum phase phase)
{
    const struct draft_command *all = s->commands.at;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->commands.count; i++) {
        n += all[i].phase == phase;
    }
    return n;
}

/* What systemd refuses to load, in its words' sense. NULL: the service is sound. */
static const char *why_refused(const struct draft_service *s)
{
    uint32_t starts = commands_of(s, PHASE_START);
    bool oneshot = s->service.type == SERVICE_ONESHOT;
    if (starts == 0 && commands_of(s, PHASE_STOP) == 0) {
        return "this service has neither ExecStart= nor ExecStop=: say what it runs";
    }
    if (starts == 0 && !oneshot) {
        return "this service has no ExecStart=, which only Type=oneshot services may lack";
    }
    if (starts == 0 && (s->service.flags & SERVICE_REMAIN_AFTER_EXIT) == 0) {
        return "this service has no ExecStart=, and so needs RemainAfterExit=yes";
    }
    if (starts > 1 && !oneshot) {
        return "this service has more than one ExecStart=, which only Type=oneshot services may have";
    }
    if (oneshot && (s->service.restart == RESTART_ALWAYS || s->service.restart == RESTART_ON_SUCCESS)) {
        return "a Type=oneshot service cannot have Restart=always or on-success: it would never be done";
    }
    return NULL;
}

static bool uses_terminal(const struct unit_exec *e)
{
    return e->stdio[0].kind >= STDIO_TTY && e->stdio[0].kind <= STDIO_TTY_FAIL;
}

static bool opens_path(const struct unit_exec *e)
{
    bool found = false;
    for (unsigned i = 0; i < 3; i++) {
        found = found || e->stdio[i].path != 0 || e->stdio[i].kind == STDIO_TTY;
    }
    return found;
}

/* SERVICE_PLAIN, as snapshot.h says. */
static bool is_plain(const struct draft_service *s)
{
    const struct unit_exec *e = &s->exec;
    return e->user == 0 && e->group == 0 && s->lists[LIST_GROUPS].count == 0 && e->directory == 0 &&
           (e->flags & EXEC_DIRECTORY_HOME) == 0 && s->lists[LIST_ENVIRONMENT_FILES].count == 0 &&
           s->lists[LIST_RUNTIME].count == 0 && !uses_terminal(e) && !opens_path(e) &&
           (s->service.flags & SERVICE_IDLE) == 0;
}

static void settle(struct draft_service *s)
{
    if (!s->has_type && commands_of(s, PHASE_START) == 0) {
        s->service.type = SERVICE_ONESHOT;
    }
    if (s->service.type == SERVICE_ONESHOT && !s->has_timeout_start) {
        s->service.timeout_start_ns = NEVER_NS;
    }
    if (s->service.type == SERVICE_NOTIFY && s->service.notify_access == NOTIFY_NONE) {
        s->service.notify_access = NOTIFY_MAIN;
    }
    if (s->service.start_limit_interval_ns == 0 || s->service.start_limit_burst == 0) {
        s->service.start_limit_interval_ns = 0;
        s->service.start_limit_burst = 0;
    }
    /* systemd.exec(5): only a terminal is an input that makes sense as output too. */
    struct stdio *output = &s->exec.stdio[1];
    if (uses_terminal(&s->exec) && output->kind == STDIO_DEFAULT) {
        output->kind = STDIO_INHERIT;
    } else if (!uses_terminal(&s->exec) && output->kind == STDIO_INHERIT) {
        output->kind = STDIO_DEFAULT;
    }
    if ((s->exec.flags & EXEC_HAS_BOUNDING) == 0) {
        s->exec.cap_bounding = 0;
    }
    s->service.flags |= is_plain(s) ? SERVICE_PLAIN : 0;
}

/* The index of these bytes among ALL; new ones are added. */
static uint32_t share(struct loader *l, struct blobs *all, const char *bytes, size_t size)
{
    uint64_t hash = hash_bytes(bytes, size);
    uint32_t *slot = &all->slots[hash % BLOB_SLOTS];
    for (uint32_t i = *slot; i != 0;) {
        const struct blob *b = (const struct blob *)all->blobs.at + (i - 1);
        if (b->hash == hash && b->size == size && hash_same(b->at, bytes, size)) {
            return i - 1;
        }
        i = b->next;
    }
    struct blob *b = vec_add(&l->arena, &all->blobs, sizeof *b);
    *b = (struct blob){ .hash = hash, .at = arena_take(&l->arena, size), .size = size, .next = *slot };
    memcpy(b->at, bytes, size);
    *slot = all->blobs.count;
    return all->blobs.count - 1;
}

static void share_service(struct loader *l, struct draft *d)
{
    struct draft_service *s = &l->service;
    s->service.exits.count = s->exits.count;
    size_t more = s->exits.count * sizeof(struct exit_value);
    char *bytes = arena_take(&l->arena, sizeof s->service + more);
    memcpy(bytes, &s->service, sizeof s->service);
    if (more > 0) {
        memcpy(bytes + sizeof s->service, s->exits.at, more);
    }
    d->service = share(l, &l->services, bytes, sizeof s->service + more);
}

static void share_exec(struct loader *l, struct draft *d)
{
    struct draft_service *s = &l->service;
    size_t size = sizeof s->exec;
    for (unsigned i = 0; i < EXEC_LISTS; i++) {
        const struct list list = { .count = s->lists[i].count };
        memcpy((char *)&s->exec + exec_shapes[i].at, &list, sizeof list);
        size += list.count * exec_shapes[i].element;
    }
    char *bytes = arena_take(&l->arena, size);
    memcpy(bytes, &s->exec, sizeof s->exec);
    char *at = bytes + sizeof s->exec;
    for (unsigned i = 0; i < EXEC_LISTS; i++) {
        size_t n = s->lists[i].count * exec_shapes[i].element;
        if (n > 0) {
            memcpy(at, s->lists[i].at, n);
        }
        at += n;
    }
    d->exec = share(l, &l->execs, bytes, size);
}

static void keep_commands(struct loader *l, struct draft *d)
{
    const struct draft_command *all = l->service.commands.at;
    d->first_command = l->commands.count;
    for (unsigned phase = 0; phase < PHASES; phase++) {
        for (uint32_t i = 0; i < l->service.commands.count; i++) {
            if (all[i].phase == phase) {
                *(struct draft_command *)vec_add(&l->arena, &l->commands, sizeof all[i]) = all[i];
            }
        }
    }
    d->command_count = l->commands.count - d->first_command;
}

void finish_share(struct loader *l, struct draft *d)
{
    share_service(l, d);
    share_exec(l, d);
    keep_commands(l, d);
}

static void say_unconfined(const struct assignment *a)
{
    const struct protection *all = a->service->protections.at;
    for (uint32_t i = 0; i < a->service->protections.count; i++) {
        struct assignment at = *a;
        at.row = all[i].row;
        at.file = all[i].file;
        at.line = all[i].line;
        finding_add(&at, FINDING_UNCONFINED, "runs less confined than its file asks: ", at.row->name,
                    "= is without effect, ", at.row->because, NULL);
    }
}

void finish_service(const struct assignment *a)
{
    struct loader *l = a->loader;
    struct draft *d = a->draft;
    settle(&l->service);
    if ((d->flags & (UNIT_NOT_FOUND | UNIT_MASKED | UNIT_BAD)) == 0) {
        const char *problem = why_refused(&l->service);
        if (problem != NULL) {
            finding_add(a, FINDING_ERROR, problem, NULL);
        }
    }
    if ((d->flags & (UNIT_NOT_FOUND | UNIT_MASKED | UNIT_BAD)) != 0) {
        finish_begin(&l->service); /* nobody starts it, but its structs must be sound */
        l->service.exec.cap_bounding = 0;
    }
    say_unconfined(a);
    finish_share(l, d);
}
