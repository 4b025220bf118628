/*
 * snapshot: all units that PID 1 knows, as one flat, position-independent, read-only block of memory.
 *
 * The loader (a short-lived child) writes it into a memfd; PID 1 seals it, maps it read-only and checks
 * every offset before it believes one. Nothing in it points outside, so it can be mapped anywhere, handed
 * on, fuzzed and compared. systemd's manual pages say what the settings mean: systemd.unit(5),
 * systemd.service(5), systemd.exec(5), systemd.kill(5).
 */
#ifndef PRIMER_UNIT_SNAPSHOT_H
#define PRIMER_UNIT_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#define SNAPSHOT_MAGIC UINT64_C(0x31746f687370616e) /* "napshot1" */

typedef uint32_t ref; /* bytes from the snapshot's first byte; 0 is "none" */

struct list {
    ref at; /* the first element; elements follow each other */
    uint32_t count;
};

enum {
    UNITS_MAX = 1 << 20,      /* edges keep a unit's number in 24 bits */
    SNAPSHOT_MAX = 256 << 20, /* bytes */
    UNIT_NAME_SIZE = 256,     /* systemd.unit(5): 255 characters, and NUL */
};

struct snapshot {
    uint64_t magic;
    uint32_t size;        /* bytes, of all */
    uint32_t checksum;    /* of everything behind this struct */
    struct list units;    /* struct unit, sorted by name (strcmp) */
    struct list findings; /* struct finding, as they were found */
    uint32_t root;        /* number of the unit that the boot or manager starts */
    uint32_t spare;
    struct list aliases;  /* struct alias, sorted by name; names that are no unit's own */
    struct list services; /* struct unit_service: every unit's is one of these */
    struct list execs;    /* struct unit_exec, likewise */
    struct list strings;  /* bytes: every string is in here, and the last byte is a NUL */
};

/* A link from one name to another: the unit is the same. */
struct alias {
    ref name;
    uint32_t unit; /* number */
};

enum unit_type { UNIT_SERVICE, UNIT_TARGET, UNIT_TYPES };

/* Both directions are there: what one unit says, the other one knows. */
enum edge_kind {
    EDGE_AFTER,
    EDGE_BEFORE,
    EDGE_REQUIRES,
    EDGE_REQUIRED_BY,
    EDGE_WANTS,
    EDGE_WANTED_BY,
    EDGE_CONFLICTS,
    EDGE_CONFLICTED_BY,
    EDGE_RELOADS, /* PropagatesReloadTo= */
    EDGE_RELOADED_BY,
    EDGE_KINDS
};

typedef uint32_t edge; /* edge_kind in the upper 8 bits, the other unit's number in the lower 24 */

#define EDGE(kind, number) ((edge)(kind) << 24 | (edge)(number))
#define EDGE_KIND(e)       ((enum edge_kind)((e) >> 24))
#define EDGE_UNIT(e)       ((e)&0xffffff)

enum unit_flags {
    UNIT_BUILT_IN = 1,   /* no file: a standard target that primer itself gives */
    UNIT_NOT_FOUND = 2,  /* named by others, but there is no file: cannot be started */
    UNIT_BAD = 4,        /* there is a file, but it did not load: cannot be started; findings say why */
    UNIT_MASKED = 8,     /* linked to /dev/null or empty: cannot be started */
    UNIT_BOOT_WORK = 16, /* sysinit.target: reached only when the boot steps' helpers are done too */
};

struct unit {
    ref name;             /* with its suffix */
    ref description;      /* 0: none */
    ref path;             /* of its file; 0: none */
    ref service;          /* struct unit_service, shared between units that say the same; 0 for targets */
    ref exec;             /* struct unit_exec, shared likewise; 0 for targets */
    struct list commands; /* struct unit_command, by phase, then as written */
    struct list edges;    /* edge, sorted, each once */
    uint8_t type;         /* enum unit_type */
    uint8_t flags;        /* enum unit_flags */
    uint16_t spare;
};

enum service_type {
    SERVICE_SIMPLE,
    SERVICE_EXEC,
    SERVICE_ONESHOT,
    SERVICE_NOTIFY,
    SERVICE_FORKING,
    SERVICE_TYPES
};

enum service_restart {
    RESTART_NO,
    RESTART_ON_SUCCESS,
    RESTART_ON_FAILURE,
    RESTART_ON_ABNORMAL,
    RESTART_ON_WATCHDOG,
    RESTART_ON_ABORT,
    RESTART_ALWAYS,
    RESTARTS
};

enum kill_mode { KILL_CONTROL_GROUP, KILL_MIXED, KILL_PROCESS, KILL_NONE, KILL_MODES };

enum notify_access { NOTIFY_NONE, NOTIFY_MAIN, NOTIFY_EXEC, NOTIFY_ALL, NOTIFY_ACCESSES };

enum service_flags {
    SERVICE_REMAIN_AFTER_EXIT = 1,
    SERVICE_SEND_SIGKILL = 2, /* SendSIGKILL=, on by default */
    SERVICE_SEND_SIGHUP = 4,
    /*
     * Nothing between fork and exec can block or fail on a path a user chose: no user, no environment files,
     * no folders, no terminal. Such a child may share PID 1's memory until it executes (vfork).
     */
    SERVICE_PLAIN = 8,
    SERVICE_GUESS_MAIN = 16, /* GuessMainPID=, on by default */
    SERVICE_IDLE = 32,       /* Type=idle: simple, but the program waits until no job is left */
};

/* SuccessExitStatus=, RestartPreventExitStatus=, RestartForceExitStatus=. */
enum exit_list { EXIT_LIST_SUCCESS, EXIT_LIST_PREVENT, EXIT_LIST_FORCE, EXIT_LISTS };

/* An exit status or a signal on one of these lists. */
struct exit_value {
    uint8_t is_signal;
    uint8_t value;
    uint8_t list; /* enum exit_list */
};

struct unit_service {
    uint64_t timeout_start_ns; /* NEVER_NS: none */
    uint64_t timeout_stop_ns;
    uint64_t restart_delay_ns;
    uint64_t start_limit_interval_ns; /* 0: no limit */
    uint64_t runtime_max_ns;          /* RuntimeMaxSec=; NEVER_NS: none */
    uint32_t start_limit_burst;       /* 0: no limit */
    ref pid_file;                     /* PIDFile=; 0: none */
    struct list exits;                /* struct exit_value */
    uint8_t type;                     /* enum service_type */
    uint8_t restart;                  /* enum service_restart */
    uint8_t kill_mode;                /* enum kill_mode */
    uint8_t kill_signal;              /* KillSignal=, TERM by default */
    uint8_t restart_signal;           /* RestartKillSignal=; 0: as kill_signal */
    uint8_t final_signal;             /* FinalKillSignal=, KILL by default */
    uint8_t notify_access;            /* enum notify_access, resolved: a notify service has at least main */
    uint8_t flags;                    /* enum service_flags */
};

/* A service's life in commands, in the order in which they run. */
enum phase {
    PHASE_START_PRE,
    PHASE_START,
    PHASE_START_POST,
    PHASE_RELOAD,
    PHASE_STOP,
    PHASE_STOP_POST,
    PHASES
};

/* systemd.service(5), "Special executable prefixes". */
enum command_flags {
    COMMAND_MAY_FAIL = 1,   /* "-" */
    COMMAND_ARGV0 = 2,      /* "@": argv begins with the name, not with the path */
    COMMAND_LITERAL = 4,    /* ":": no $VARIABLE in it is replaced */
    COMMAND_PRIVILEGED = 8, /* "+": neither identity, capabilities nor confinement apply */
    COMMAND_NO_SETUID = 16, /* "!" and "!!" */
    COMMAND_VARIABLES = 32, /* an argument has a "$" that exec/ must look at */
    COMMAND_SEARCH = 64,    /* the path has no slash: search the fixed path */
};

struct unit_command {
    ref path;
    ref argv; /* argc terminated strings, one behind the other, argv[0] first; specifiers are already replaced */
    uint32_t argc;
    uint8_t phase; /* enum phase */
    uint8_t flags; /* enum command_flags */
    uint16_t spare;
};

/* What a descriptor of the service is connected to; StandardInput=, StandardOutput=, StandardError=. */
enum stdio_kind {
    STDIO_DEFAULT, /* input: null; output: the log (for now: primer's own); error: as output */
    STDIO_NULL,
    STDIO_INHERIT, /* output: what input is, error: what output is */
    STDIO_TTY,     /* the terminal tty_path, as controlling terminal */
    STDIO_TTY_FORCE,
    STDIO_TTY_FAIL, /* fails where the terminal is another session's; tty and tty-force take it */
    STDIO_LOG,      /* journal, kmsg, syslog and their +console forms */
    STDIO_FILE,
    STDIO_APPEND,
    STDIO_TRUNCATE,
    STDIO_KINDS
};

struct stdio {
    ref path;      /* of a file; 0: none */
    uint32_t kind; /* enum stdio_kind */
};

struct limit {
    uint64_t soft; /* UINT64_MAX: infinity */
    uint64_t hard;
    uint32_t resource; /* RLIMIT_… of getrlimit(2) */
    uint32_t spare;
};

struct env_file {
    ref path;
    uint32_t optional; /* "-": may be missing */
};

enum exec_flags {
    EXEC_NO_NEW_PRIVILEGES = 1,
    EXEC_IGNORE_SIGPIPE = 2,
    EXEC_HAS_BOUNDING = 4,       /* CapabilityBoundingSet= was given: cap_bounding counts */
    EXEC_DIRECTORY_OPTIONAL = 8, /* WorkingDirectory=-… */
    EXEC_DIRECTORY_HOME = 16,    /* WorkingDirectory=~ */
    EXEC_HAS_NICE = 32,
    EXEC_HAS_OOM_ADJUST = 64,
    EXEC_RUNTIME_PRESERVE = 128, /* RuntimeDirectoryPreserve=yes */
    EXEC_RUNTIME_PRESERVE_RESTART = 256,
};

struct unit_exec {
    ref user;                      /* a name or a number; 0: as primer itself */
    ref group;                     /* likewise; 0: the user's own */
    ref directory;                 /* 0: "/" */
    ref tty_path;                  /* TTYPath=; 0: /dev/console */
    struct list groups;            /* ref: SupplementaryGroups= */
    struct list environment;       /* ref: "NAME=value", a later one wins */
    struct list environment_files; /* struct env_file */
    struct list pass_environment;  /* ref: names */
    struct list unset_environment; /* ref: names or "NAME=value" */
    struct list runtime;           /* ref: RuntimeDirectory=, below /run */
    struct list limits;            /* struct limit, each resource once */
    struct stdio stdio[3];
    uint64_t cap_bounding; /* bit N is capability N */
    uint64_t cap_ambient;
    uint32_t flags; /* enum exec_flags */
    uint16_t umask;
    uint16_t runtime_mode;
    int16_t nice;
    int16_t oom_adjust;
    uint32_t spare;
};

enum severity {
    FINDING_ERROR,      /* the unit does not load */
    FINDING_WARNING,    /* something in it is without effect */
    FINDING_UNCONFINED, /* a protective directive that primer does not honour */
    FINDING_NOTE,       /* ignored for a reason that costs nothing */
};

struct finding {
    uint32_t unit; /* number, or UINT32_MAX: of no unit */
    uint32_t line; /* of the file; 0: of none */
    ref path;
    ref directive; /* "PrivateTmp"; 0: none */
    ref sentence;  /* what is wrong and what to do */
    uint32_t severity;
};

/*
 * Takes the memfd FD from the loader: seals it, maps it read-only, checks every offset, list, number and string,
 * and fills *OUT. The mapping lives until snapshot_close. 0, -EBADMSG (it is not a sound snapshot), or the
 * errno of a call. On error nothing is mapped. FD stays the caller's.
 */
int snapshot_open(int fd, const struct snapshot **out);
void snapshot_close(const struct snapshot *s);

/* The check alone, over SIZE bytes at S. 0 or -EBADMSG. Never reads outside them, whatever they are. */
int snapshot_check(const void *s, size_t size);
uint32_t snapshot_checksum(const void *s, size_t size);

/* Where a ref leads, in a snapshot that was checked. A ref of 0 gives NULL. */
static inline const void *snapshot_at(const struct snapshot *s, ref at)
{
    return at == 0 ? NULL : (const char *)s + at;
}

static inline const char *snapshot_string(const struct snapshot *s, ref at)
{
    return snapshot_at(s, at);
}

static inline const struct unit *snapshot_unit(const struct snapshot *s, uint32_t number)
{
    return (const struct unit *)snapshot_at(s, s->units.at) + number;
}

static inline const char *unit_name(const struct snapshot *s, uint32_t number)
{
    return snapshot_string(s, snapshot_unit(s, number)->name);
}

/* The number of the unit called NAME, by its own or another name, or -ENOENT. */
int64_t snapshot_find(const struct snapshot *s, const char *name);

#endif
