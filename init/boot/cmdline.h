#ifndef PRIMER_BOOT_CMDLINE_H
#define PRIMER_BOOT_CMDLINE_H

struct manager;

/* /proc/cmdline into M's wishes. 0 or -errno. What it does not understand becomes events. */
int cmdline_read(struct manager *m);

/* The same for LINE, which is cut up in place and must live as long as M. */
void cmdline_parse(struct manager *m, char *line);

#endif
