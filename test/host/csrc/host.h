/*
 * host.h: declarations shared by the files of the host.
 *
 * The host loads a Fluent Bit output plugin (.so) exactly as Fluent Bit does, in the shape of one
 * version, and detects misuse of the memory and functions that the plugin receives. One process
 * runs one scenario. All mutable state that several threads use is in `host`, under host.lock.
 * Guards and reports have separate locks that are never held while the plugin runs.
 */
#ifndef HOST_H
#define HOST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit statuses. The Go package uses the same names. */
enum {
    EXIT_OK = 0,
    EXIT_USAGE = 10,     /* wrong usage of the host, or out of resources */
    EXIT_LOAD = 11,      /* dlopen, a required symbol, PreRegister or Register failed */
    EXIT_INIT = 12,      /* an FLBPluginInit returned <= 0 */
    EXIT_VIOLATION = 13, /* the plugin broke rules of the ABI; all are reported */
    EXIT_TIMEOUT = 14    /* --timeout passed; the hanging callbacks are reported */
};

/* Return values of a flush. */
enum { FLUSH_ERROR = 0, FLUSH_OK = 1, FLUSH_RETRY = 2 };

/* Log levels of log_print. */
enum { LEVEL_OFF = 0, LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG, LEVEL_TRACE };

/* ---- shapes.c: differences between the versions ---------------------------------------------- */

struct shape {
    const char *name;
    int version;     /* major * 100 + minor, for rules introduced by a version */
    size_t def_size; /* bytes of flb_plugin_proxy_def */
    int def_zeroed;  /* 1: zeroed by calloc; 0: garbage from malloc */
    int api_slots;   /* functions in the api table */
    int pre_hooks;   /* PreRegister, OutputPreRun and OutputPreExit are called */
    int exports;     /* symbols a plugin's dlsym finds: EXPORTS of the binary to use */
};
const struct shape *shape_find(const char *name);
void shape_names(char *out, size_t size);

/* ---- exports.c: the symbols that the plugin can find with dlsym(RTLD_DEFAULT) ---------------- */

extern const int host_exports; /* 0: as 1.9; 1: as 2.0; 2: as 2.1 to 4.0; 3: as 4.2 and later */

/* ---- guard.c: memory passed to the plugin, with detection of misuse -------------------------- */

/* guard_new returns size bytes with a canary directly before and after them. It is never freed. */
void *guard_new(size_t size, const char *what);
/*
 * guard_check reports every canary that changed since the last check; `after` names the callback
 * that just returned.
 */
void guard_check(const char *after);
int guard_intact(void);

struct lent { /* memory lent for one callback */
    char *data;
    size_t size;
    char *base;
    size_t mapped;
    int slot;
};
/*
 * lend copies the bytes, writable or not, so that they end at an inaccessible page. After
 * take_back, any access to them faults.
 */
int lend(struct lent *l, const void *bytes, size_t size, int writable, const char *what);
void take_back(struct lent *l);
/*
 * guard_poison returns an address whose access faults with a report. `what` describes the misuse in
 * the report.
 */
void *guard_poison(const char *what);
/*
 * guard_explain names the guarded memory that contains the address, NULL if none. It is safe in a
 * signal handler.
 */
const char *guard_explain(const void *address);

/* ---- coro.c: a callback on a separate small stack, as in a Fluent Bit coroutine -------------- */

/*
 * coro_run calls fn(arg) on a new stack of `size` bytes. It returns the number of bytes used, or -1
 * without memory.
 */
long coro_run(void (*fn)(void *), void *arg, size_t size);

/* ---- report.c: one JSON object per line ------------------------------------------------------ */

void report_open(int fd);
void ev_begin(const char *event);
void ev_str(const char *key, const char *value); /* NULL becomes null */
void ev_int(const char *key, long long value);
void ev_num(const char *key, double value);
void ev_bool(const char *key, int value);
void ev_stats(void); /* fds, threads, rss_kb */
void ev_end(void);
/*
 * violation reports a broken rule. The run continues, and its exit status will be EXIT_VIOLATION.
 */
void violation(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int violations(void);
void report_fault(int sig, const void *address); /* for signal handlers */
int report_reader_gone(void);

/* ---- watch.c: the running callbacks and their time limits ------------------------------------ */

void watch_start(double seconds);
void watch_extend(double seconds);
void watch_name_thread(const char *name);
const char *watch_thread(void); /* the name of this thread, NULL if the host did not start it */
void watch_enter(const char *callback, const char *instance, long chunk);
void watch_leave(void);
void watch_end_thread(void); /* the thread is about to end */
double now_seconds(void); /* monotonic */

/* ---- props.c: instances as the plugin sees them ---------------------------------------------- */

struct property { char *key, *value; };

struct output_config { /* one --output on the command line */
    struct property *props;
    int count;
};

struct counters {
    long chunks, ok, retries, errors, given_up, undelivered, late;
};

struct plugin;
struct proxy_context { /* struct flb_plugin_proxy_context */
    void *remote_context;
    void *proxy;
};

struct worker;
struct instance { /* what o_ins points to */
    /* INSTANCE_LIVE, or INSTANCE_DEAD after exit: Fluent Bit has freed it by then */
    uint32_t magic;
    int index;
    char *name; /* alias, or <plugin>.<index> */
    int log_level, workers, retry_limit;
    const struct output_config *config;
    struct proxy_context *context;
    struct plugin *plugin;
    struct worker *pool;
    int next_worker;
    struct cmt *metrics;
};
#define INSTANCE_LIVE 0x1157a4ceu
#define INSTANCE_DEAD 0xdead1157u

int instance_setup(struct instance *ins, int index, const char *plugin, const struct output_config *config);
/* instance_of checks a pointer from the plugin. It reports an unknown pointer and returns NULL. */
struct instance *instance_of(const void *o_ins, const char *function);
const char *property_get(const char *key, const void *o_ins);

/* ---- api.c and log.c: the function table ----------------------------------------------------- */

void **api_new(const struct shape *shape);
/* after Unregister: Fluent Bit has freed it */
void api_retire(void **api, const struct shape *shape);
void log_print(int level, const char *file, int line, const char *fmt, ...);
int log_check(const void *o_ins, int level);
int log_level_of(const char *name); /* -1 when there is no such level */
void host_log(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- metrics.c: a replacement for the part of cmetrics that a plugin may use ----------------- */

void *metrics_of(struct instance *ins);
/* METRICS_INIT, _RUN, _OVER; OVER reports the values */
void metrics_phase(struct instance *ins, int phase);
void metrics_report(struct instance *ins);
enum { METRICS_OVER = 0, METRICS_INIT, METRICS_RUN };

/* ---- version.c: functions that return the version of Fluent Bit ------------------------------ */

void version_begin(int generation); /* on the engine's thread */
void version_end(void);
void version_check(const char *after); /* reports objects that are not destroyed */

/* ---- plugin.c: the .so and its callbacks ----------------------------------------------------- */

struct plugin { /* one load: flb_plugin_proxy */
    void *handle;
    void *def;
    void **api;
    struct go_plugin *shared; /* the one flbgo_output_plugin of this load */
    char name[64];
    int unregistered;
};
/* dlopen, PreRegister, Register; NULL after reporting */
struct plugin *plugin_load(int hot_reload);
int plugin_init(struct plugin *p, struct instance *ins);
void plugin_pre_run(struct plugin *p, struct instance *ins);
int plugin_flush(struct plugin *p, struct instance *ins, const void *data, size_t size, char *tag);
void plugin_exit(struct plugin *p, struct instance *ins, int hot_reload);
void plugin_unload(struct plugin *p); /* Unregister, dlclose */

/* ---- engine.c, flush.c: chunks in flight ----------------------------------------------------- */

struct chunk {
    struct chunk *next;
    long number;
    int instance, attempt;
    double due; /* earliest start of a retry */
    size_t tag_size, size;
    char *tag, *data;
};
struct queue { struct chunk *head, *tail; };
void queue_put(struct queue *q, struct chunk *c);
struct chunk *queue_take(struct queue *q);
void chunk_free(struct chunk *c);

struct worker {
    pthread_t thread;
    struct instance *instance;
    struct engine *engine;
    int id, stop;
    struct queue queue;
};

struct engine { /* lives as long as one configuration: between two reloads */
    int generation;
    struct plugin *plugin;
    struct instance *instances;
    int count;
    pthread_t thread;
    struct queue ready, retry;
    int stopping;   /* no more input: finish the queued chunks */
    double grace;   /* seconds to finish in; negative: no limit */
    int hot_reload; /* the stop is part of a reload */
    int started, failed, stopped, ended;
};
struct engine *engine_start(struct plugin *p, int generation);
void engine_stop(struct engine *e, double grace, int hot_reload);
void engine_join(struct engine *e);
int engine_submit(struct engine *e, struct chunk *c); /* host.lock held */
void flush_chunk(struct engine *e, struct instance *ins, struct chunk *c, int worker);

/* ---- input.c: frames on stdin ---------------------------------------------------------------- */

void input_start(void);

/* ---- signals.c ------------------------------------------------------------------------------- */

void signals_install(void);
void signals_check(const char *after);
int signals_take_stop(void);   /* SIGTERM or SIGINT came since the last call */
int signals_take_reload(void); /* SIGHUP came since the last call */
void signals_forward_to(pid_t child);

/* ---- main.c ---------------------------------------------------------------------------------- */

struct host {
    /* options */
    const char *plugin_path;
    const struct shape *shape;
    int workers, log_level, log_stderr, retry_limit, max_outstanding, daemon, reinstall_signals, coroutine, one_exit;
    size_t stack;
    double retry_delay, grace, timeout; /* seconds */
    struct output_config *outputs;
    int output_count;

    /* state, under lock; every change signals `changed` */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct engine *engine;
    struct counters *counters; /* one per instance index */
    long outstanding, next_chunk, unknown_codes, stack_high_water;
    int input_open, input_ended, accepting;
    /* requests to the main thread, which clears them when done */
    int want_reload, want_register, command_failed;
};
extern struct host host;
void summary_report(void);

#endif
