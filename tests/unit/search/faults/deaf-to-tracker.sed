# files: service.c
# The tracker says that nobody is left, and the stop does not go on.
# caught: a stop of everything ends, whatever happens
s/turn_after_killing(t, RESULT_SUCCESS);/(void)t;/
