/*
 * rules: what must hold in every place that the search comes to, and on the way there.
 */
#ifndef PRIMER_TESTS_SEARCH_RULES_H
#define PRIMER_TESTS_SEARCH_RULES_H

#include "model.h"

enum rule {
    RULE_NONE,
    RULE_ONE_MAIN,
    RULE_ORDER,
    RULE_WAIT,
    RULE_STOP_ENDS,
    RULE_DOWN,
    RULE_STAYS_DOWN,
    RULE_DEPENDENCY,
    RULE_RESULT,
    RULE_DEADLINE,
    RULE_FREE,
    RULE_REFUSED,
    RULE_COUNTS,
    RULE_MARKS,
    RULE_QUEUE,
    RULES
};

extern const char *const rule_names[RULES];

/* The model is about to fork for UNIT. */
void rules_on_spawn(struct model *m, uint32_t unit);

/* The roster tells; struct roster's note, WHO is the model. */
void rules_on_note(void *who, const struct note *note);

/* Nothing is left to be done before the next event. */
void rules_at_rest(struct model *m);

/* The rule that UNIT does not keep, the first one counts. */
void rules_broken(struct model *m, enum rule rule, unsigned unit);

#endif
