# files: service.c
# What survives KILL is waited for without end.
# caught: a deadline that comes changes something
s/case STATE_FINAL_SIGKILL: turn_after_killing(t, RESULT_TIMEOUT); break;/case STATE_FINAL_SIGKILL: break;/
