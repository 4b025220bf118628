#include "unit/names.h"

#include "unit/hash.h"

#include <string.h>

enum { TABLE_FIRST = 1024 };

const char *const unit_suffixes[SUFFIXES] = {
    [SUFFIX_SERVICE] = ".service",     [SUFFIX_TARGET] = ".target", [SUFFIX_SOCKET] = ".socket",
    [SUFFIX_TIMER] = ".timer",         [SUFFIX_PATH] = ".path",     [SUFFIX_MOUNT] = ".mount",
    [SUFFIX_AUTOMOUNT] = ".automount", [SUFFIX_SWAP] = ".swap",     [SUFFIX_SLICE] = ".slice",
    [SUFFIX_SCOPE] = ".scope",         [SUFFIX_DEVICE] = ".device",
};

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
           c == '-' || c == '_' || c == '.' || c == '\\' || c == '@';
}

static bool find_suffix(const char *dot, size_t n, enum unit_suffix *suffix)
{
    for (unsigned i = 0; i < SUFFIXES; i++) {
        if (strlen(unit_suffixes[i]) == n && memcmp(unit_suffixes[i], dot, n) == 0) {
            *suffix = i;
            return true;
        }
    }
    return false;
}

enum name_kind name_kind(const char *name, size_t n, enum unit_suffix *suffix)
{
    size_t dot = n;
    while (dot > 0 && name[dot - 1] != '.') {
        dot--;
    }
    if (n >= UNIT_NAME_SIZE || dot < 2) {
        return NAME_INVALID;
    }
    dot--; /* where the dot is */
    if (!find_suffix(name + dot, n - dot, suffix)) {
        return NAME_INVALID;
    }
    size_t at = dot;
    for (size_t i = 0; i < dot; i++) {
        if (!is_name_char(name[i])) {
            return NAME_INVALID;
        }
        if (name[i] == '@' && at == dot) {
            at = i;
        }
    }
    if (at == 0) {
        return NAME_INVALID;
    }
    if (at == dot) {
        return NAME_PLAIN;
    }
    return at + 1 == dot ? NAME_TEMPLATE : NAME_INSTANCE;
}

static struct node **slot_of(const struct names *t, const char *name, size_t n, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & (t->room - 1);
    for (;; slot = (slot + 1) & (t->room - 1)) {
        struct node *node = t->table[slot];
        if (node == NULL || (node->hash == hash && node->len == n && memcmp(node->name, name, n) == 0)) {
            return &t->table[slot];
        }
    }
}

static void grow(struct loader *l, struct names *t)
{
    struct names bigger = { .count = t->count, .room = t->room == 0 ? TABLE_FIRST : t->room * 2 };
    bigger.table = arena_take(&l->arena, bigger.room * sizeof *bigger.table);
    for (uint32_t i = 0; i < t->room; i++) {
        struct node *node = t->table[i];
        if (node != NULL) {
            *slot_of(&bigger, node->name, node->len, node->hash) = node;
        }
    }
    *t = bigger;
}

struct node *names_node_n(struct loader *l, const char *name, size_t n)
{
    if (l->names.count * 2 >= l->names.room) {
        grow(l, &l->names);
    }
    uint64_t hash = hash_bytes(name, n);
    struct node **slot = slot_of(&l->names, name, n, hash);
    if (*slot == NULL) {
        struct node *node = arena_take(&l->arena, sizeof *node);
        node->name = arena_string(&l->arena, name, n);
        node->hash = hash;
        node->len = (uint16_t)n;
        enum unit_suffix suffix = SUFFIXES;
        node->kind = (uint8_t)name_kind(name, n, &suffix);
        node->suffix = (uint8_t)suffix;
        *slot = node;
        l->names.count++;
    }
    return *slot;
}

struct node *names_node(struct loader *l, const char *name)
{
    return names_node_n(l, name, strlen(name));
}

struct node *names_find_n(const struct loader *l, const char *name, size_t n)
{
    return l->names.room == 0 ? NULL : *slot_of(&l->names, name, n, hash_bytes(name, n));
}

static size_t before_suffix(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL ? strlen(name) : (size_t)(dot - name);
}

size_t name_prefix(const char *name)
{
    size_t n = before_suffix(name);
    const char *at = memchr(name, '@', n);
    return at == NULL ? n : (size_t)(at - name);
}

const char *name_instance_of(const char *name, size_t *n)
{
    size_t end = before_suffix(name);
    size_t at = name_prefix(name);
    *n = at < end ? end - at - 1 : 0;
    return at < end ? name + at + 1 : "";
}

const char *name_instance(struct loader *l, const char *template, const char *instance, size_t n)
{
    size_t at = name_prefix(template) + 1;
    const char *suffix = strrchr(template, '.');
    size_t suffix_len = strlen(suffix);
    if (at + n + suffix_len >= UNIT_NAME_SIZE) {
        return NULL;
    }
    char *name = arena_take(&l->arena, at + n + suffix_len + 1);
    memcpy(name, template, at);
    memcpy(name + at, instance, n);
    memcpy(name + at + n, suffix, suffix_len);
    return name;
}
