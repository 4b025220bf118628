# files: roster.c
# A failure stays counted after a new start.
# caught: the counters agree with a count
s/ - (uint32_t)(old_state == STATE_FAILED)//
