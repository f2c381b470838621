/*
 * main.c: the main thread, which loads, registers, reloads and unloads the plugin and ends the run
 * with a summary.
 */
#include "host.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct host host;

static void report_stats(const char *at)
{
    ev_begin("stats");
    ev_str("at", at);
    ev_stats();
    ev_end();
}

/* report_instance reports the outcome of one instance's chunks. The caller holds host.lock. */
static void report_instance(int i)
{
    struct counters *n = &host.counters[i];
    const char *name = host.engine != NULL ? host.engine->instances[i].name : NULL;

    ev_begin("instance");
    ev_int("instance", i);
    ev_str("instance_name", name);
    ev_int("chunks", n->chunks);
    ev_int("ok", n->ok);
    ev_int("retries", n->retries);
    ev_int("errors", n->errors);
    ev_int("given_up", n->given_up);
    ev_int("undelivered", n->undelivered);
    ev_int("late", n->late);
    ev_end();
}

void summary_report(void)
{
    pthread_mutex_lock(&host.lock);
    for (int i = 0; i < host.output_count; i++) {
        report_instance(i);
    }
    ev_begin("summary");
    ev_int("outstanding", host.outstanding);
    ev_int("unknown_codes", host.unknown_codes);
    ev_int("stack", host.stack_high_water);
    ev_bool("canaries_intact", guard_intact());
    ev_stats();
    ev_end();
    pthread_mutex_unlock(&host.lock);
}

static int exit_status(int wanted)
{
    return wanted == EXIT_OK && violations() > 0 ? EXIT_VIOLATION : wanted;
}

/*
 * become_daemon forks. The parent only forwards signals to the child and returns its exit status.
 */
static void become_daemon(void)
{
    pid_t parent = getpid();
    pid_t child = fork();
    int status;

    if (child < 0) {
        perror("host: fork");
        exit(EXIT_USAGE);
    }
    if (child > 0) {
        signals_forward_to(child);
        watch_extend(2); /* the child's watchdog reports more */
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFSIGNALED(status)) { /* end in the same way */
            signal(WTERMSIG(status), SIG_DFL);
            kill(getpid(), WTERMSIG(status));
        }
        _exit(WEXITSTATUS(status));
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_USAGE);
    }
    umask(0);
    setsid();
    if (chdir("/") < 0) {
        perror("host: chdir /");
    }
    watch_start(host.timeout);
}

static void set_accepting(int accepting)
{
    pthread_mutex_lock(&host.lock);
    host.accepting = accepting;
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
}

static void set_engine(struct engine *e)
{
    pthread_mutex_lock(&host.lock);
    host.engine = e;
    pthread_mutex_unlock(&host.lock);
}

/*
 * reload replaces the running instances in Fluent Bit's order: it registers the new definition
 * while the old instances flush.
 */
static int reload(void)
{
    struct engine *old = host.engine;
    struct engine *next;
    struct plugin *p;

    set_accepting(0);
    report_stats("before reload");
    p = plugin_load(1);
    if (p == NULL) {
        set_accepting(1);
        return -1;
    }
    engine_stop(old, -1, 1);
    engine_join(old);
    plugin_unload(old->plugin);
    next = engine_start(p, old->generation + 1);
    if (next == NULL || next->failed) {
        host_log(LEVEL_ERROR, "the reload failed: the old instances are gone, the new ones did not start");
        summary_report();
        exit(exit_status(EXIT_INIT));
    }
    set_engine(next);
    report_stats("after reload");
    set_accepting(1);
    return 0;
}

static int register_while_flushing(void)
{
    struct plugin *p = plugin_load(1);

    if (p == NULL) {
        return -1;
    }
    plugin_unload(p);
    return 0;
}

/* serve runs the requests to the main thread until the input ends or a stop signal arrives. */
static void serve(void)
{
    pthread_mutex_lock(&host.lock);
    for (;;) {
        int *request = host.want_reload ? &host.want_reload : host.want_register ? &host.want_register : NULL;
        struct timespec t;
        double until = now_seconds() + 0.02;

        if (request != NULL || signals_take_reload()) {
            int failed;

            pthread_mutex_unlock(&host.lock);
            failed = request == &host.want_register ? register_while_flushing() : reload();
            pthread_mutex_lock(&host.lock);
            host.command_failed = failed < 0;
            if (request != NULL) {
                *request = 0;
            }
            pthread_cond_broadcast(&host.changed);
            continue;
        }
        if (host.input_ended || signals_take_stop()) {
            break;
        }
        t.tv_sec = (time_t)until;
        t.tv_nsec = (long)((until - (double)t.tv_sec) * 1e9);
        pthread_cond_timedwait(&host.changed, &host.lock, &t);
    }
    host.input_open = 0;
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
}

static void finish(int status)
{
    summary_report();
    fflush(NULL);
    _exit(exit_status(status)); /* no destructors: other threads of the plugin may still run */
}

int main(int argc, char **argv)
{
    const struct rlimit no_core = {0, 0}; /* a fault is reported; a file would be left behind */
    pthread_condattr_t monotonic;
    struct plugin *p;
    struct engine *e;

    pthread_mutex_init(&host.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&host.changed, &monotonic);
    options_parse(argc, argv);
    host.counters = calloc((size_t)host.output_count, sizeof(*host.counters));
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGPIPE, SIG_IGN);
    signals_install();
    watch_name_thread("main");
    watch_start(host.timeout);

    p = plugin_load(0);
    if (p == NULL) {
        finish(EXIT_LOAD);
    }
    signals_check("FLBPluginRegister");
    if (host.reinstall_signals) {
        signals_install();
    }
    if (host.daemon) {
        become_daemon();
    }
    e = engine_start(p, 0);
    if (e == NULL) {
        finish(EXIT_USAGE);
    }
    set_engine(e);
    if (e->failed) {
        engine_join(e);
        plugin_unload(p);
        finish(EXIT_INIT);
    }
    host.input_open = host.accepting = 1;
    report_stats("ready");
    input_start();
    serve();

    engine_stop(host.engine, host.grace, 0);
    engine_join(host.engine);
    signals_check("the run");
    plugin_unload(host.engine->plugin);
    finish(host.input_ended < 0 ? EXIT_USAGE : EXIT_OK);
}
