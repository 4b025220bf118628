# files: roster.c
# Stops do not go in reverse order.
# caught: no start before what it is after is settled, no stop before what is after it
s/return kind == EDGE_BEFORE && other_stops && !(s->flags & FLAG_FREE);/return false;/
