#include "unit/snapshot.h"

#include "unit/hash.h"
#include "unit/shape.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

uint32_t snapshot_checksum(const void *s, size_t size)
{
    const size_t head = sizeof(struct snapshot);
    /* The head itself counts too, but for the checksum's own place. */
    struct snapshot copy;
    memcpy(&copy, s, sizeof copy);
    copy.checksum = 0;
    uint64_t h = hash_bytes(&copy, sizeof copy) ^ hash_bytes((const char *)s + head, size - head);
    return (uint32_t)(h ^ h >> 32);
}

/*
 * What one check knows. `walked` counts the bytes of lists and arguments that were looked at one by one: they never
 * overlap in what the loader writes, so that more than the whole size is a lie, and the check stays linear.
 */
struct check {
    const char *base;
    size_t size;
    size_t walked;
    const struct snapshot *head;
};

static bool walk(struct check *c, size_t bytes)
{
    c->walked += bytes;
    return c->walked <= c->size;
}

/* LIST is COUNT elements inside of the snapshot. Does not overflow, whatever is in it. */
static bool is_list(struct check *c, const struct list *list, size_t element, size_t align)
{
    if (list->count == 0) {
        return list->at == 0;
    }
    return list->at % align == 0 && list->at >= sizeof(struct snapshot) && list->at <= c->size &&
           list->count <= (c->size - list->at) / element && walk(c, list->count * element);
}

/* AT is inside of the strings, whose last byte is a NUL: so it is a string, and it ends there. */
static bool is_string(const struct check *c, ref at)
{
    return at - c->head->strings.at < c->head->strings.count;
}

static bool is_optional_string(const struct check *c, ref at)
{
    return at == 0 || is_string(c, at);
}

/* AT is one of ALL. */
static bool is_one_of(const struct list *all, ref at, size_t element)
{
    ref offset = at - all->at;
    return offset % element == 0 && offset / element < all->count;
}

static bool check_services(struct check *c)
{
    const struct list *all = &c->head->services;
    if (!is_list(c, all, sizeof(struct unit_service), 8)) {
        return false;
    }
    for (uint32_t i = 0; i < all->count; i++) {
        const struct unit_service *s = (const struct unit_service *)(c->base + all->at) + i;
        if (!is_list(c, &s->exits, sizeof(struct exit_value), 1) || s->type >= SERVICE_TYPES ||
            s->restart >= RESTARTS || s->kill_mode >= KILL_MODES || s->notify_access >= NOTIFY_ACCESSES ||
            !is_optional_string(c, s->pid_file) || s->kill_signal < 1 || s->kill_signal > 64 ||
            s->restart_signal > 64 || s->final_signal < 1 || s->final_signal > 64) {
            return false;
        }
        const struct exit_value *v = (const struct exit_value *)(c->base + s->exits.at);
        for (uint32_t k = 0; k < s->exits.count; k++) {
            if (v[k].list >= EXIT_LISTS || v[k].is_signal > 1 ||
                (v[k].is_signal == 1 && (v[k].value < 1 || v[k].value > 64))) {
                return false;
            }
        }
    }
    return true;
}

static bool check_exec_list(struct check *c, const struct unit_exec *e, const struct list_shape *shape)
{
    const struct list *list = (const struct list *)((const char *)e + shape->at);
    if (!is_list(c, list, shape->element, shape->align)) {
        return false;
    }
    for (uint32_t i = 0; shape->has_string && i < list->count; i++) {
        ref at;
        memcpy(&at, c->base + list->at + (size_t)i * shape->element, sizeof at);
        if (!is_string(c, at)) {
            return false;
        }
    }
    return true;
}

static bool check_exec(struct check *c, const struct unit_exec *e)
{
    for (unsigned i = 0; i < EXEC_LISTS; i++) {
        if (!check_exec_list(c, e, &exec_shapes[i])) {
            return false;
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        bool is_file = e->stdio[i].kind >= STDIO_FILE;
        if (e->stdio[i].kind >= STDIO_KINDS || !is_optional_string(c, e->stdio[i].path) ||
            is_file != (e->stdio[i].path != 0)) {
            return false;
        }
    }
    const struct limit *limits = (const struct limit *)(c->base + e->limits.at);
    for (uint32_t i = 0; i < e->limits.count; i++) {
        if (limits[i].resource >= 16) {
            return false;
        }
    }
    return is_optional_string(c, e->user) && is_optional_string(c, e->group) &&
           is_optional_string(c, e->directory) && is_optional_string(c, e->tty_path) && e->umask <= 07777 &&
           e->runtime_mode <= 07777;
}

static bool check_execs(struct check *c)
{
    const struct list *all = &c->head->execs;
    if (!is_list(c, all, sizeof(struct unit_exec), 8)) {
        return false;
    }
    for (uint32_t i = 0; i < all->count; i++) {
        if (!check_exec(c, (const struct unit_exec *)(c->base + all->at) + i)) {
            return false;
        }
    }
    return true;
}

/* argc strings, one behind the other, all inside of the strings. */
static bool check_arguments(struct check *c, const struct unit_command *command)
{
    const struct list *strings = &c->head->strings;
    if (command->argc == 0 || !is_string(c, command->argv)) {
        return false;
    }
    const char *at = c->base + command->argv;
    const char *end = c->base + strings->at + strings->count;
    for (uint32_t i = 0; i < command->argc; i++) {
        if (at >= end) {
            return false;
        }
        size_t n = strlen(at) + 1;
        if (!walk(c, n)) {
            return false;
        }
        at += n;
    }
    return true;
}

static bool check_commands(struct check *c, const struct unit *u)
{
    if (!is_list(c, &u->commands, sizeof(struct unit_command), 4)) {
        return false;
    }
    const struct unit_command *commands = (const struct unit_command *)(c->base + u->commands.at);
    for (uint32_t i = 0; i < u->commands.count; i++) {
        if (commands[i].phase >= PHASES || (i > 0 && commands[i].phase < commands[i - 1].phase) ||
            !is_string(c, commands[i].path) || !check_arguments(c, &commands[i])) {
            return false;
        }
    }
    return true;
}

/* Whether unit NUMBER, whose lists were checked, has the edge WANTED. */
static bool has_edge(const struct check *c, uint32_t number, edge wanted)
{
    const struct unit *u = (const struct unit *)(c->base + c->head->units.at) + number;
    const edge *edges = (const edge *)(c->base + u->edges.at);
    uint32_t low = 0;
    uint32_t high = u->edges.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (edges[middle] < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < u->edges.count && edges[low] == wanted;
}

static bool check_edges(struct check *c, uint32_t number, const struct unit *u)
{
    if (!is_list(c, &u->edges, sizeof(edge), 4)) {
        return false;
    }
    const edge *edges = (const edge *)(c->base + u->edges.at);
    for (uint32_t i = 0; i < u->edges.count; i++) {
        if (EDGE_KIND(edges[i]) >= EDGE_KINDS || EDGE_UNIT(edges[i]) >= c->head->units.count ||
            EDGE_UNIT(edges[i]) == number || (i > 0 && edges[i] <= edges[i - 1])) {
            return false;
        }
    }
    return true;
}

/*
 * What one unit says, the other one knows: kinds come in pairs, so the other one's differs in its last bit. Of each pair
 * of edges the one whose partner has fewer edges looks for it. If all of these find theirs, and they are half of all
 * edges, then so do the others.
 */
static bool check_both_directions(const struct check *c)
{
    const struct unit *units = (const struct unit *)(c->base + c->head->units.at);
    uint64_t total = 0;
    uint64_t found = 0;
    for (uint32_t number = 0; number < c->head->units.count; number++) {
        const edge *edges = (const edge *)(c->base + units[number].edges.at);
        uint32_t count = units[number].edges.count;
        total += count;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t partner_count = units[EDGE_UNIT(edges[i])].edges.count;
            enum edge_kind kind = EDGE_KIND(edges[i]);
            if (partner_count > count || (partner_count == count && kind % 2 == 1)) {
                continue;
            }
            if (!has_edge(c, EDGE_UNIT(edges[i]), EDGE(kind ^ 1, number))) {
                return false;
            }
            found++;
        }
    }
    return found * 2 == total;
}

/* A name in the strings, short enough to be one; greater than the one before it. */
static bool check_name(const struct check *c, ref name, ref before)
{
    return is_string(c, name) && strnlen(c->base + name, UNIT_NAME_SIZE) < UNIT_NAME_SIZE &&
           c->base[name] != '\0' && (before == 0 || strcmp(c->base + before, c->base + name) < 0);
}

static bool check_unit(struct check *c, uint32_t number, const struct unit *u)
{
    bool service = u->type == UNIT_SERVICE;
    if (!check_name(c, u->name, number > 0 ? u[-1].name : 0) || !is_optional_string(c, u->description) ||
        !is_optional_string(c, u->path) || u->type >= UNIT_TYPES) {
        return false;
    }
    if (service ? !is_one_of(&c->head->services, u->service, sizeof(struct unit_service)) ||
                      !is_one_of(&c->head->execs, u->exec, sizeof(struct unit_exec))
                : u->service != 0 || u->exec != 0 || u->commands.count != 0) {
        return false;
    }
    return check_commands(c, u) && check_edges(c, number, u);
}

static bool check_units(struct check *c)
{
    const struct list *all = &c->head->units;
    if (!is_list(c, all, sizeof(struct unit), 8) || all->count > UNITS_MAX || c->head->root >= all->count) {
        return false;
    }
    const struct unit *units = (const struct unit *)(c->base + all->at);
    for (uint32_t i = 0; i < all->count; i++) {
        if (!check_unit(c, i, &units[i])) {
            return false;
        }
    }
    return check_both_directions(c);
}

static bool check_aliases(struct check *c)
{
    const struct list *all = &c->head->aliases;
    if (!is_list(c, all, sizeof(struct alias), 4)) {
        return false;
    }
    const struct alias *aliases = (const struct alias *)(c->base + all->at);
    for (uint32_t i = 0; i < all->count; i++) {
        if (!check_name(c, aliases[i].name, i > 0 ? aliases[i - 1].name : 0) ||
            aliases[i].unit >= c->head->units.count) {
            return false;
        }
    }
    return true;
}

static bool check_findings(struct check *c)
{
    const struct list *all = &c->head->findings;
    if (!is_list(c, all, sizeof(struct finding), 4)) {
        return false;
    }
    const struct finding *f = (const struct finding *)(c->base + all->at);
    for (uint32_t i = 0; i < all->count; i++) {
        if ((f[i].unit != UINT32_MAX && f[i].unit >= c->head->units.count) ||
            !is_optional_string(c, f[i].path) || !is_optional_string(c, f[i].directive) ||
            !is_string(c, f[i].sentence) || f[i].severity > FINDING_NOTE) {
            return false;
        }
    }
    return true;
}

int snapshot_check(const void *s, size_t size)
{
    const struct snapshot *head = s;
    struct check c = { .base = s, .size = size, .head = head };
    if (size < sizeof *head || size > SNAPSHOT_MAX || (uintptr_t)s % 8 != 0 ||
        head->magic != SNAPSHOT_MAGIC || head->size != size || head->checksum != snapshot_checksum(s, size)) {
        return -EBADMSG;
    }
    const struct list *strings = &head->strings;
    if (strings->count == 0 || !is_list(&c, strings, 1, 1) ||
        c.base[strings->at + strings->count - 1] != '\0') {
        return -EBADMSG;
    }
    c.walked = 0; /* the arguments among them are walked again */
    bool sound = check_services(&c) && check_execs(&c) && check_units(&c) && check_aliases(&c) &&
                 check_findings(&c);
    return sound ? 0 : -EBADMSG;
}

int snapshot_open(int fd, const struct snapshot **out)
{
    struct stat st;
    /* First nobody can change it, then its size is asked: a file cut behind a mapping is a SIGBUS. */
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0 ||
        fstat(fd, &st) < 0) {
        return -errno;
    }
    if (st.st_size < (off_t)sizeof(struct snapshot) || st.st_size > SNAPSHOT_MAX) {
        return -EBADMSG;
    }
    size_t size = (size_t)st.st_size;
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (at == MAP_FAILED) {
        return -errno;
    }
    int r = snapshot_check(at, size);
    if (r < 0) {
        munmap(at, size);
        return r;
    }
    *out = at;
    return 0;
}

void snapshot_close(const struct snapshot *s)
{
    if (s != NULL) {
        munmap((void *)(uintptr_t)s, s->size);
    }
}

/* The index of NAME among COUNT structs of SIZE bytes that begin with the ref of a name, or -ENOENT. */
static int64_t find_name(const struct snapshot *s, const struct list *all, size_t size, const char *name)
{
    uint32_t low = 0;
    uint32_t high = all->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        ref at;
        memcpy(&at, (const char *)s + all->at + middle * size, sizeof at);
        int r = strcmp(snapshot_string(s, at), name);
        if (r == 0) {
            return middle;
        }
        if (r < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -ENOENT;
}

int64_t snapshot_find(const struct snapshot *s, const char *name)
{
    int64_t number = find_name(s, &s->units, sizeof(struct unit), name);
    if (number < 0) {
        int64_t alias = find_name(s, &s->aliases, sizeof(struct alias), name);
        if (alias >= 0) {
            number = ((const struct alias *)snapshot_at(s, s->aliases.at))[alias].unit;
        }
    }
    return number;
}
