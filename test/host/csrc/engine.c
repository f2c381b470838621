/*
 * engine.c: the engine thread and its workers, from Init to ExitCtx.
 *
 * One engine lives as long as one configuration. Its thread runs Init, the flushes of instances
 * without workers, the retry timer and ExitCtx. An instance with N workers has N threads, each with
 * a queue. The queues are filled round-robin, whether a worker is busy or not.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void queue_put(struct queue *q, struct chunk *c)
{
    c->next = NULL;
    if (q->tail != NULL) {
        q->tail->next = c;
    }
    else {
        q->head = c;
    }
    q->tail = c;
}

struct chunk *queue_take(struct queue *q)
{
    struct chunk *c = q->head;

    if (c != NULL) {
        q->head = c->next;
        if (q->head == NULL) {
            q->tail = NULL;
        }
    }
    return c;
}

void chunk_free(struct chunk *c)
{
    free(c->tag);
    free(c->data);
    free(c);
}

/*
 * wait_until waits for a change, at most until the monotonic time `until` (0: no limit). The caller
 * holds host.lock.
 */
static void wait_until(double until)
{
    struct timespec t = {.tv_sec = (time_t)until, .tv_nsec = (long)((until - (double)(time_t)until) * 1e9)};

    if (until > 0) {
        pthread_cond_timedwait(&host.changed, &host.lock, &t);
    }
    else {
        pthread_cond_wait(&host.changed, &host.lock);
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    char name[96];

    snprintf(name, sizeof(name), "flb-out-%s-w%d", w->instance->name, w->id);
    watch_name_thread(name);
    pthread_mutex_lock(&host.lock);
    for (;;) {
        struct chunk *c = queue_take(&w->queue);

        if (c != NULL) {
            pthread_mutex_unlock(&host.lock);
            flush_chunk(w->engine, w->instance, c, w->id);
            pthread_mutex_lock(&host.lock);
        }
        else if (w->stop) {
            break;
        }
        else {
            wait_until(0);
        }
    }
    pthread_mutex_unlock(&host.lock);
    watch_end_thread();
    return NULL;
}

static int start_workers(struct engine *e, struct instance *ins)
{
    if (ins->workers <= 0) {
        return 0;
    }
    ins->pool = calloc((size_t)ins->workers, sizeof(*ins->pool));
    for (int i = 0; i < ins->workers; i++) {
        ins->pool[i] = (struct worker){.instance = ins, .engine = e, .id = i};
        if (pthread_create(&ins->pool[i].thread, NULL, work, &ins->pool[i]) != 0) {
            host_log(LEVEL_ERROR, "could not start a worker");
            ins->workers = i;
            return -1;
        }
    }
    return 0;
}

/* stop_workers waits until the workers have flushed their queues. It has no time limit. */
static void stop_workers(struct instance *ins)
{
    pthread_mutex_lock(&host.lock);
    for (int i = 0; ins->pool != NULL && i < ins->workers; i++) {
        ins->pool[i].stop = 1;
    }
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
    for (int i = 0; ins->pool != NULL && i < ins->workers; i++) {
        pthread_join(ins->pool[i].thread, NULL);
    }
    free(ins->pool);
    ins->pool = NULL;
}

/* init_all returns the index of the instance that failed, or the number of instances. */
static int init_all(struct engine *e)
{
    for (int i = 0; i < e->count; i++) {
        if (plugin_init(e->plugin, &e->instances[i]) < 0) {
            host_log(LEVEL_ERROR, "FLBPluginInit failed for %s", e->instances[i].name);
            return i;
        }
        signals_check("FLBPluginInit");
        if (start_workers(e, &e->instances[i]) < 0) {
            return i;
        }
    }
    for (int i = 0; i < e->count; i++) {
        plugin_pre_run(e->plugin, &e->instances[i]);
    }
    return e->count;
}

/*
 * dispatch starts the flush of one chunk. With a worker it returns at once. The caller holds
 * host.lock.
 */
static void dispatch(struct engine *e, struct chunk *c)
{
    struct instance *ins = &e->instances[c->instance];

    if (ins->workers > 0) {
        queue_put(&ins->pool[ins->next_worker++ % ins->workers].queue, c);
        pthread_cond_broadcast(&host.changed);
        return;
    }
    pthread_mutex_unlock(&host.lock);
    flush_chunk(e, ins, c, -1);
    pthread_mutex_lock(&host.lock);
}

/*
 * retry_due moves the due retries to the ready queue and returns the time of the next one, 0 if
 * none.
 */
static double retry_due(struct engine *e)
{
    double now = now_seconds();

    /* all have the same delay, so they are in order */
    while (e->retry.head != NULL && e->retry.head->due <= now) {
        queue_put(&e->ready, queue_take(&e->retry));
    }
    return e->retry.head != NULL ? e->retry.head->due : 0;
}

static void drop_undelivered(struct queue *q)
{
    struct chunk *c;

    while ((c = queue_take(q)) != NULL) {
        host.counters[c->instance].undelivered++;
        host.outstanding--;
        chunk_free(c);
    }
}

/*
 * loop runs until a stop is requested and either all chunks are settled or the grace period is
 * over.
 */
static void loop(struct engine *e)
{
    double grace_end = 0;

    pthread_mutex_lock(&host.lock);
    for (;;) {
        double until = retry_due(e);
        struct chunk *c = queue_take(&e->ready);

        if (e->stopping && grace_end == 0) {
            grace_end = e->grace < 0 ? 1e18 : now_seconds() + e->grace;
        }
        if (e->stopping && (host.outstanding == 0 || now_seconds() >= grace_end)) {
            if (c != NULL) {
                queue_put(&e->ready, c);
            }
            break;
        }
        if (c != NULL) {
            dispatch(e, c);
            continue;
        }
        if (grace_end != 0 && grace_end < 1e18 && (until == 0 || grace_end < until)) {
            until = grace_end;
        }
        wait_until(until);
    }
    e->stopped = 1;
    drop_undelivered(&e->ready);
    drop_undelivered(&e->retry);
    pthread_mutex_unlock(&host.lock);
}

/*
 * exit_all ends the instances in order, each after its workers. `failed` is the index of an
 * instance whose Init failed: the core frees it without calling exit. Up to 2.0.6 the core keeps
 * only the last context, ends that one, unregisters the plugin and crashes at the next instance.
 * --one-exit imitates all of this except the crash.
 */
static void exit_all(struct engine *e, int failed)
{
    for (int i = 0; i < e->count; i++) {
        stop_workers(&e->instances[i]);
        if (i != failed && (!host.one_exit || i == e->count - 1)) {
            plugin_exit(e->plugin, &e->instances[i], e->hot_reload);
        }
    }
}

static void *engine_run(void *arg)
{
    struct engine *e = arg;
    int ok;

    version_begin(e->generation);
    watch_name_thread("flb-pipeline");
    ok = init_all(e);
    pthread_mutex_lock(&host.lock);
    e->started = ok == e->count;
    e->failed = ok < e->count;
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
    if (!e->failed) {
        loop(e);
    }
    exit_all(e, ok);
    version_end();
    pthread_mutex_lock(&host.lock);
    e->ended = 1;
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
    watch_end_thread();
    return NULL;
}

struct engine *engine_start(struct plugin *p, int generation)
{
    struct engine *e = calloc(1, sizeof(*e));

    if (e == NULL) {
        return NULL;
    }
    e->plugin = p;
    e->generation = generation;
    e->count = host.output_count;
    /* not freed after exit, to detect late use */
    e->instances = calloc((size_t)e->count, sizeof(*e->instances));
    for (int i = 0; i < e->count; i++) {
        e->instances[i].plugin = p;
        if (instance_setup(&e->instances[i], i, p->name, &host.outputs[i]) < 0) {
            host_log(LEVEL_ERROR, "bad log_level in output %d", i);
            return NULL;
        }
    }
    if (pthread_create(&e->thread, NULL, engine_run, e) != 0) {
        return NULL;
    }
    pthread_mutex_lock(&host.lock);
    while (!e->started && !e->failed) {
        wait_until(0);
    }
    pthread_mutex_unlock(&host.lock);
    return e;
}

void engine_stop(struct engine *e, double grace, int hot_reload)
{
    pthread_mutex_lock(&host.lock);
    e->grace = grace;
    e->hot_reload = hot_reload;
    e->stopping = 1;
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
}

void engine_join(struct engine *e)
{
    pthread_join(e->thread, NULL);
}

int engine_submit(struct engine *e, struct chunk *c)
{
    if (e == NULL || c->instance < 0 || c->instance >= e->count) {
        return -1;
    }
    host.outstanding++;
    host.counters[c->instance].chunks++;
    queue_put(&e->ready, c);
    pthread_cond_broadcast(&host.changed);
    return 0;
}
