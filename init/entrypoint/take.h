/*
 * take: what an option or a variable does to the settings; the functions in the personas' tables.
 */
#ifndef PRIMER_ENTRYPOINT_TAKE_H
#define PRIMER_ENTRYPOINT_TAKE_H

#include "entrypoint/persona.h"

enum option_result take_map(struct settings *s, const char *value);         /* FROM=TO, by name */
enum option_result take_exit(struct settings *s, const char *value);        /* FROM=TO, 0 to 255 */
enum option_result take_stop_signal(struct settings *s, const char *value); /* SIGNAL */
enum option_result take_stop_timeout(struct settings *s,
                                     const char *value); /* "10", "1.5s", "500ms", "2min", "infinity" */
enum option_result take_no_stop(struct settings *s, const char *value);
enum option_result take_user(struct settings *s, const char *value);
enum option_result take_caps(struct settings *s, const char *value);
enum option_result take_directory(struct settings *s, const char *value);
enum option_result take_no_new_privs(struct settings *s, const char *value);
enum option_result take_parent_death(struct settings *s, const char *value);
enum option_result take_wait(struct settings *s, const char *value);
enum option_result take_pause(struct settings *s, const char *value);
enum option_result take_group(struct settings *s, const char *value);
enum option_result take_verbose(struct settings *s, const char *value);
enum option_result take_explain(struct settings *s, const char *value);
enum option_result take_help(struct settings *s, const char *value);
enum option_result take_version(struct settings *s, const char *value);
enum option_result take_licence(struct settings *s, const char *value);

/* A signal that can be sent: 1…64, or -1. */
int take_signal(const char *name);

#endif
