/*
 * status: exit statuses by name, systemd.exec(5) "Process Exit Codes".
 */
#ifndef PRIMER_UNIT_STATUS_H
#define PRIMER_UNIT_STATUS_H

/* "TEMPFAIL", "75": the exit status, or -EINVAL. */
int status_parse(const char *s);

#endif
