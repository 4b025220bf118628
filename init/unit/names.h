/*
 * names: one table of all names, and what a unit's name may look like (systemd.unit(5)).
 */
#ifndef PRIMER_UNIT_NAMES_H
#define PRIMER_UNIT_NAMES_H

#include "unit/loader.h"

/* The node called NAME, of N bytes; made when there is none. */
struct node *names_node_n(struct loader *l, const char *name, size_t n);
struct node *names_node(struct loader *l, const char *name);

/* The same, or NULL when there is none. */
struct node *names_find_n(const struct loader *l, const char *name, size_t n);

/* What NAME is, and, unless it is invalid, its suffix. */
enum name_kind name_kind(const char *name, size_t n, enum unit_suffix *suffix);

/* ".service", … */
extern const char *const unit_suffixes[SUFFIXES];

/* "foo@bar.service" of "foo@.service" and "bar", in the arena; NULL when it is too long to be a name. */
const char *name_instance(struct loader *l, const char *template, const char *instance, size_t n);

/* Length of the prefix: what stands before "@", or before the suffix. */
size_t name_prefix(const char *name);

/* The instance of NAME and its length; the length is 0 when there is none. */
const char *name_instance_of(const char *name, size_t *n);

#endif
