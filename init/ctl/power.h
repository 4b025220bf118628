#ifndef PRIMER_CTL_POWER_H
#define PRIMER_CTL_POWER_H

/* poweroff(8), reboot(8), halt(8): asks PID 1, by the signals that systemd's tools send. The exit status. */
int power_main(int argc, char **argv);

#endif
