# files: turn.c
# What was still to be started when the end came is started all the same.
# caught: there are never two main processes of a unit
s/t->s->todo &= (uint8_t)~TODO_SPAWN;/(void)t;/
