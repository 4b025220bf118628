/*
 * value: the parsers that the directive table names. Each takes the value as it is written, stores what it means where
 * its row says, and says what is wrong with it through a finding.
 *
 * Kinds of values and their special cases are those of systemd 252; its manual pages say what an empty value does.
 */
#ifndef PRIMER_UNIT_VALUE_H
#define PRIMER_UNIT_VALUE_H

#include "unit/directive.h"

#include <stdbool.h>

/* value.c: one thing. */
void value_exec_flag(struct assignment *a, char *value);
void value_service_flag(struct assignment *a, char *value);
void value_span(struct assignment *a, char *value);    /* at: uint64_t; which: 1: 0 is infinity */
void value_timeout(struct assignment *a, char *value); /* TimeoutSec, TimeoutStartSec, TimeoutStopSec */
void value_count(struct assignment *a, char *value);   /* at: uint32_t */
void value_mode(struct assignment *a, char *value);    /* at: uint16_t */
void value_signal(struct assignment *a, char *value);  /* at: uint8_t */
void value_word(struct assignment *a, char *value);    /* at: uint8_t; which: enum value_words */
void value_nice(struct assignment *a, char *value);
void value_oom_adjust(struct assignment *a, char *value);
void value_limit(struct assignment *a, char *value); /* which: RLIMIT_… */
void value_type(struct assignment *a, char *value);
void value_preserve(struct assignment *a, char *value);

/* value_unit.c: what [Unit] has of its own. */
void value_description(struct assignment *a, char *value);
void value_units(struct assignment *a, char *value); /* which: enum edge_kind */
void value_default_dependencies(struct assignment *a, char *value);

/* value_exec.c: identity, environment, folders, descriptors. */
void value_user(struct assignment *a, char *value); /* at: ref */
void value_groups(struct assignment *a, char *value);
void value_environment(struct assignment *a, char *value);
void value_environment_file(struct assignment *a, char *value);
void value_environment_names(struct assignment *a, char *value); /* which: enum exec_list */
void value_directory(struct assignment *a, char *value);
void value_runtime(struct assignment *a, char *value);
void value_path(struct assignment *a, char *value); /* at: ref */
void value_pid_file(struct assignment *a, char *value);
void value_stdio(struct assignment *a, char *value); /* which: 0, 1 or 2 */
void value_capabilities(struct assignment *a, char *value);
void value_exits(struct assignment *a, char *value); /* which: enum exit_list */

/* command.c */
void value_command(struct assignment *a, char *value); /* which: enum phase */

/* Words that stand for numbers. */
enum value_words { WORDS_RESTART, WORDS_KILL_MODE, WORDS_NOTIFY_ACCESS };

/* The place that A's row names. */
void *value_place(const struct assignment *a);

/* systemd's "yes", "no" and their like: 1, 0 or -EINVAL. */
int value_bool(const char *s);

/* Whether S, simplified in place, is an absolute (or relative) path without ".." in it. */
bool value_is_path(char *s, bool absolute);

#endif
