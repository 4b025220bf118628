# files: service.c roster.c
# A start does not look for a process that would not die.
# caught: there are never two main processes of a unit
s/if (!service_has_ended(s) || s->main_pid != 0 || s->control_pid != 0) {/if (!service_has_ended(s)) {/
s/bool left_over = .*/bool left_over = false;/
