/*
 * watch.c: tracks the callback of every thread of the host, and ends the process if one takes too
 * long.
 *
 * The watchdog also ends the process when the reader of its report is gone, so that a killed test
 * leaves no process behind.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define THREADS 256

struct activity {
    int taken;
    char name[32];
    const char *callback; /* NULL: between callbacks */
    char instance[64];
    long chunk;
    double since;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct activity threads[THREADS];
static _Thread_local struct activity *mine;
static double deadline;

double now_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void watch_name_thread(const char *name)
{
    char kernel_name[16];

    snprintf(kernel_name, sizeof(kernel_name), "%.15s", name);
    if (strcmp(name, "main") != 0) {
        prctl(PR_SET_NAME, kernel_name);
    }
    pthread_mutex_lock(&lock);
    for (int i = 0; i < THREADS && mine == NULL; i++) {
        if (!threads[i].taken) {
            mine = &threads[i];
            mine->taken = 1;
        }
    }
    if (mine != NULL) {
        snprintf(mine->name, sizeof(mine->name), "%s", name);
        mine->callback = NULL;
    }
    pthread_mutex_unlock(&lock);
}

const char *watch_thread(void)
{
    return mine ? mine->name : NULL;
}

void watch_enter(const char *callback, const char *instance, long chunk)
{
    if (mine == NULL) {
        return;
    }
    pthread_mutex_lock(&lock);
    snprintf(mine->instance, sizeof(mine->instance), "%s", instance ? instance : "");
    mine->chunk = chunk;
    mine->since = now_seconds();
    mine->callback = callback;
    pthread_mutex_unlock(&lock);
}

void watch_leave(void)
{
    if (mine == NULL) {
        return;
    }
    pthread_mutex_lock(&lock);
    mine->callback = NULL;
    pthread_mutex_unlock(&lock);
}

void watch_end_thread(void)
{
    pthread_mutex_lock(&lock);
    if (mine != NULL) {
        mine->taken = 0;
        mine = NULL;
    }
    pthread_mutex_unlock(&lock);
}

static void report_hang(void)
{
    int n = 0;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < THREADS; i++) {
        struct activity *a = &threads[i];

        if (!a->taken || a->callback == NULL) {
            continue;
        }
        n++;
        ev_begin("hang");
        ev_str("callback", a->callback);
        ev_str("thread", a->name);
        ev_str("instance_name", a->instance);
        ev_int("chunk", a->chunk);
        ev_int("micros", (long long)((now_seconds() - a->since) * 1e6));
        ev_end();
        fprintf(stderr, "host: timeout: %s has been running for %.1f s on thread %s\n", a->callback,
                now_seconds() - a->since, a->name);
    }
    pthread_mutex_unlock(&lock);
    if (n == 0) {
        ev_begin("hang");
        ev_str("message", "no callback is running: chunks wait for a retry, or the input was never closed");
        ev_end();
        fprintf(stderr, "host: timeout: no callback is running\n");
    }
}

static void *watch(void *arg)
{
    (void)arg;
    prctl(PR_SET_NAME, "host-watchdog");
    for (;;) {
        double left;

        pthread_mutex_lock(&lock);
        left = deadline - now_seconds();
        pthread_mutex_unlock(&lock);
        if (report_reader_gone()) {
            _exit(EXIT_USAGE);
        }
        if (left <= 0) {
            report_hang();
            summary_report();
            _exit(EXIT_TIMEOUT);
        }
        usleep(left < 0.05 ? (useconds_t)(left * 1e6) + 1 : 50000);
    }
    return NULL;
}

/*
 * watch_start starts the watchdog of this process. Call it again after fork, which does not copy
 * threads.
 */
void watch_start(double seconds)
{
    pthread_t thread;

    pthread_mutex_lock(&lock);
    deadline = now_seconds() + seconds;
    pthread_mutex_unlock(&lock);
    if (pthread_create(&thread, NULL, watch, NULL) == 0) {
        pthread_detach(thread);
    }
}

void watch_extend(double seconds)
{
    pthread_mutex_lock(&lock);
    deadline += seconds;
    pthread_mutex_unlock(&lock);
}
