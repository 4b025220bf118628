/*
 * A snapshot with one service in it, made by hand: what the loader would write, for tests of what is done with it.
 * Not checked by snapshot_check; only what init/exec/ looks at is there.
 */
#ifndef TESTS_EXEC_BUILDER_H
#define TESTS_EXEC_BUILDER_H

#include "unit/snapshot.h"

#include <stdarg.h>
#include <string.h>

enum { BUILDER_SIZE = 64 * 1024 };

struct builder {
    _Alignas(16) union {
        struct snapshot snapshot;
        char bytes[BUILDER_SIZE];
    } at;
    uint32_t len;
    struct unit *unit;
    struct unit_exec *exec;
    struct unit_service *service;
    struct unit_command *command;
};

static inline ref builder_room(struct builder *b, size_t size)
{
    b->len = (b->len + 15) & ~UINT32_C(15);
    ref at = b->len;
    b->len += (uint32_t)size;
    assert_true(b->len <= BUILDER_SIZE);
    return at;
}

static inline ref builder_string(struct builder *b, const char *s)
{
    ref at = builder_room(b, strlen(s) + 1);
    memcpy(b->at.bytes + at, s, strlen(s) + 1);
    return at;
}

/* A list of strings, ended by NULL. */
static inline struct list builder_strings(struct builder *b, ...)
{
    ref refs[32];
    uint32_t count = 0;
    va_list args;
    va_start(args, b);
    for (const char *s = va_arg(args, const char *); s != NULL; s = va_arg(args, const char *)) {
        assert_true(count < 32);
        refs[count++] = builder_string(b, s);
    }
    va_end(args);
    struct list list = { .at = builder_room(b, sizeof refs), .count = count };
    memcpy(b->at.bytes + list.at, refs, sizeof refs);
    return list;
}

/* A service with systemd's defaults. */
static inline void builder_init(struct builder *b)
{
    memset(b, 0, sizeof *b);
    b->len = sizeof(struct snapshot);
    ref unit = builder_room(b, sizeof(struct unit));
    ref exec = builder_room(b, sizeof(struct unit_exec));
    ref service = builder_room(b, sizeof(struct unit_service));
    ref command = builder_room(b, sizeof(struct unit_command));
    b->unit = (struct unit *)(void *)(b->at.bytes + unit);
    b->exec = (struct unit_exec *)(void *)(b->at.bytes + exec);
    b->service = (struct unit_service *)(void *)(b->at.bytes + service);
    b->command = (struct unit_command *)(void *)(b->at.bytes + command);
    b->unit->name = builder_string(b, "test.service");
    b->unit->exec = exec;
    b->unit->service = service;
    b->unit->commands = (struct list){ .at = command, .count = 1 };
    b->command->phase = PHASE_START;
    b->exec->umask = 0022;
    b->exec->runtime_mode = 0755;
    b->exec->flags = EXEC_IGNORE_SIGPIPE;
}

/* The command line: path, then argv, ended by NULL. */
static inline void builder_command(struct builder *b, const char *path, ...)
{
    va_list args;
    b->command->path = builder_string(b, path);
    b->command->argc = 0;
    b->command->argv = builder_room(b, 0);
    va_start(args, path);
    for (const char *s = va_arg(args, const char *); s != NULL; s = va_arg(args, const char *)) {
        size_t size = strlen(s) + 1;
        assert_true(b->len + size <= BUILDER_SIZE);
        memcpy(b->at.bytes + b->len, s, size);
        b->len += (uint32_t)size;
        b->command->argc++;
        if (strchr(s, '$') != NULL) {
            b->command->flags |= COMMAND_VARIABLES;
        }
    }
    va_end(args);
}

#endif
