/*
 * shape: where the lists of struct unit_exec are and what is in them, for those who read, write and check them alike.
 */
#ifndef PRIMER_UNIT_SHAPE_H
#define PRIMER_UNIT_SHAPE_H

#include "unit/draft.h"

struct list_shape {
    uint16_t at;     /* offset of the struct list in struct unit_exec */
    uint8_t element; /* bytes */
    uint8_t align;
    bool has_string; /* each element begins with the ref of a string */
};

extern const struct list_shape exec_shapes[EXEC_LISTS];

#endif
