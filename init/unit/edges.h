/*
 * edges: what units say about each other: from a name in a file to pairs of drafts, and what is understood of itself
 * (systemd.service(5) and systemd.target(5), "Default Dependencies").
 */
#ifndef PRIMER_UNIT_EDGES_H
#define PRIMER_UNIT_EDGES_H

#include "unit/loader.h"

/* A's unit says KIND about NAME. What cannot be an edge becomes a finding, or nothing, as systemd does. */
void edges_add_name(const struct assignment *a, enum edge_kind kind, const char *name);

/* Between two drafts, without questions. */
void edges_add(struct loader *l, struct draft *from, enum edge_kind kind, struct draft *to);

/* The draft of a unit, made when there is none; and the same, but it is also to be loaded. */
struct draft *edges_draft(struct loader *l, struct node *unit);
struct draft *edges_want(struct loader *l, struct node *unit);

/* What D depends on unless it says DefaultDependencies=no; targets' order is edges_order_targets' matter. */
void edges_add_defaults(struct loader *l, struct draft *d);

/* When all is loaded: a target comes after what it requires and wants, unless told otherwise. */
void edges_order_targets(struct loader *l);

#endif
