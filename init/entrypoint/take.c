#include "entrypoint/take.h"

#include "base/clock.h"
#include "base/number.h"

#include <signal.h>
#include <string.h>

enum { LONGEST_SIGNAL = 12, LONGEST_TIME = 32 };

int take_signal(const char *name)
{
    int signo = signals_parse(name);
    return signo >= 1 && signo <= SIGNAL_LAST ? signo : -1;
}

/* A signal that a process can get and act on; KILL and STOP never reach it. */
static int catchable(const char *name)
{
    int signo = take_signal(name);
    return signo == SIGKILL || signo == SIGSTOP ? -1 : signo;
}

/* Copies what stands before '=' into NAME, and returns what stands behind it; NULL: there is no '='. */
static const char *split(const char *value, char *name, size_t size)
{
    const char *equals = strchr(value, '=');
    if (equals == NULL || (size_t)(equals - value) >= size) {
        return NULL;
    }
    memcpy(name, value, (size_t)(equals - value));
    name[equals - value] = '\0';
    return equals + 1;
}

enum option_result take_map(struct settings *s, const char *value)
{
    char name[LONGEST_SIGNAL + 1];
    const char *to_name = split(value, name, sizeof name);
    int from = to_name == NULL ? -1 : catchable(name);
    if (from < 0) {
        return OPTION_REFUSED;
    }
    if (strcmp(to_name, "ignore") == 0) {
        s->signal_map[from] = MAP_DROPPED;
        return OPTION_TAKEN;
    }
    int to = take_signal(to_name);
    if (to < 0) {
        return OPTION_REFUSED;
    }
    s->signal_map[from] = (int8_t)to;
    return OPTION_TAKEN;
}

enum option_result take_exit(struct settings *s, const char *value)
{
    char number[4];
    const char *to_number = split(value, number, sizeof number);
    uint64_t from;
    uint64_t to;
    if (to_number == NULL || number_parse(number, 10, 255, &from) < 0 ||
        number_parse(to_number, 10, 255, &to) < 0) {
        return OPTION_REFUSED;
    }
    s->exit_map[from] = (uint16_t)(to + 1);
    return OPTION_TAKEN;
}

enum option_result take_stop_signal(struct settings *s, const char *value)
{
    int signo = take_signal(value);
    if (signo < 0) {
        return OPTION_REFUSED;
    }
    s->stop_signal = (uint8_t)signo;
    return OPTION_TAKEN;
}

static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    { "", NS_PER_SECOND },       { "s", NS_PER_SECOND },        { "ms", NS_PER_MS },
    { "m", 60 * NS_PER_SECOND }, { "min", 60 * NS_PER_SECOND }, { "h", 3600 * NS_PER_SECOND },
};

/* "1.5s": digits, up to nine decimals, a unit. 0 or -1. */
static int parse_time(const char *value, uint64_t *ns)
{
    char digits[LONGEST_TIME];
    size_t len = strspn(value, "0123456789");
    uint64_t whole;
    if (len >= sizeof digits) {
        return -1;
    }
    memcpy(digits, value, len);
    digits[len] = '\0';
    if (number_parse(digits, 10, UINT64_C(1000000000), &whole) < 0) {
        return -1;
    }
    value += len;
    uint64_t billionths = 0;
    if (*value == '.') {
        uint64_t place = NS_PER_SECOND / 10;
        for (value++; *value >= '0' && *value <= '9'; value++, place /= 10) {
            billionths += (uint64_t)(*value - '0') * place;
        }
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(value, units[i].name) == 0) {
            if (whole >= NEVER_NS / units[i].ns) {
                return -1;
            }
            *ns = whole * units[i].ns + units[i].ns / 1000 * billionths / (NS_PER_SECOND / 1000);
            return 0;
        }
    }
    return -1;
}

enum option_result take_stop_timeout(struct settings *s, const char *value)
{
    uint64_t ns = NEVER_NS;
    if (strcmp(value, "infinity") != 0 && parse_time(value, &ns) < 0) {
        return OPTION_REFUSED;
    }
    s->stop_timeout_ns = ns;
    s->stop_bounded = true;
    return OPTION_TAKEN;
}

enum option_result take_no_stop(struct settings *s, const char *value)
{
    s->no_stop = true;
    return OPTION_TAKEN;
}

enum option_result take_user(struct settings *s, const char *value)
{
    if (*value == '\0') {
        return OPTION_REFUSED;
    }
    s->user = value;
    return OPTION_TAKEN;
}

enum option_result take_caps(struct settings *s, const char *value)
{
    s->caps = value;
    return OPTION_TAKEN;
}

enum option_result take_directory(struct settings *s, const char *value)
{
    if (*value == '\0') {
        return OPTION_REFUSED;
    }
    s->directory = value;
    return OPTION_TAKEN;
}

enum option_result take_no_new_privs(struct settings *s, const char *value)
{
    s->no_new_privs = true;
    return OPTION_TAKEN;
}

enum option_result take_parent_death(struct settings *s, const char *value)
{
    int signo = take_signal(value);
    if (signo < 0 || signo == SIGSTOP || signo == SIGCHLD) {
        return OPTION_REFUSED;
    }
    s->parent_death = (uint8_t)signo;
    return OPTION_TAKEN;
}

enum option_result take_wait(struct settings *s, const char *value)
{
    s->wait = true;
    return OPTION_TAKEN;
}

enum option_result take_pause(struct settings *s, const char *value)
{
    s->pause = true;
    return OPTION_TAKEN;
}

enum option_result take_group(struct settings *s, const char *value)
{
    s->group = true;
    return OPTION_TAKEN;
}

enum option_result take_verbose(struct settings *s, const char *value)
{
    if (s->verbose < 9) {
        s->verbose++;
    }
    return OPTION_TAKEN;
}

enum option_result take_explain(struct settings *s, const char *value)
{
    s->explain = true;
    return OPTION_TAKEN;
}

enum option_result take_help(struct settings *s, const char *value)
{
    return OPTION_HELP;
}

enum option_result take_version(struct settings *s, const char *value)
{
    return OPTION_VERSION;
}

enum option_result take_licence(struct settings *s, const char *value)
{
    return OPTION_LICENCE;
}
