/*
 * flush.c: one flush of one chunk, with the memory and the stack that Fluent Bit provides.
 */
#include "host.h"

#include <stdlib.h>

struct flush {
    struct plugin *plugin;
    struct instance *instance;
    struct lent data, tag;
    int code;
};

static void call(void *arg)
{
    struct flush *f = arg;

    f->code = plugin_flush(f->plugin, f->instance, f->data.data, f->data.size, f->tag.data);
}

static void report(struct engine *e, struct instance *ins, struct chunk *c, int worker, int code, double seconds,
                   long stack, int late)
{
    ev_begin("flush");
    ev_int("chunk", c->number);
    ev_int("attempt", c->attempt);
    ev_int("instance", ins->index);
    ev_int("worker", worker);
    ev_int("code", code);
    ev_int("micros", (long long)(seconds * 1e6));
    ev_int("stack", stack);
    ev_int("generation", e->generation);
    ev_bool("late", late);
    ev_end();
}

/* settle counts the outcome of a flush, and frees the chunk unless it is retried. */
static void settle(struct engine *e, struct instance *ins, struct chunk *c, int code, long stack, int late)
{
    struct counters *n = &host.counters[ins->index];
    int done = 1;

    pthread_mutex_lock(&host.lock);
    if (stack > host.stack_high_water) {
        host.stack_high_water = stack;
    }
    /* late: Fluent Bit ignores the result and flushes again after a restart, or loses the chunk */
    if (late) {
        n->late++;
        n->undelivered++;
    }
    else if (code == FLUSH_OK) {
        n->ok++;
    }
    else if (code == FLUSH_RETRY && (ins->retry_limit < 0 || c->attempt <= ins->retry_limit)) {
        n->retries++;
        c->due = now_seconds() + host.retry_delay;
        queue_put(&e->retry, c);
        done = 0;
    }
    else if (code == FLUSH_RETRY) {
        n->given_up++;
    }
    else {
        n->errors++;
        host.unknown_codes += code != FLUSH_ERROR;
    }
    if (done) {
        host.outstanding--;
        chunk_free(c);
    }
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
}

/*
 * flush_chunk runs the flush on this thread and settles the chunk; worker is -1 on the engine
 * thread.
 */
void flush_chunk(struct engine *e, struct instance *ins, struct chunk *c, int worker)
{
    struct flush f = {.plugin = e->plugin, .instance = ins, .code = -1};
    double start;
    long stack = 0;
    int late;

    c->attempt++;
    if (lend(&f.data, c->data, c->size, 0, "the chunk") < 0 || lend(&f.tag, c->tag, c->tag_size + 1, 1, "the tag") < 0) {
        host_log(LEVEL_ERROR, "out of memory");
        exit(EXIT_USAGE);
    }
    watch_enter("FLBPluginFlushCtx", ins->name, c->number);
    start = now_seconds();
    if (host.coroutine) {
        stack = coro_run(call, &f, host.stack);
    }
    else {
        call(&f);
    }
    start = now_seconds() - start;
    watch_leave();
    guard_check("FLBPluginFlushCtx");
    take_back(&f.data);
    take_back(&f.tag);
    if (stack > (long)host.stack) {
        violation("FLBPluginFlushCtx: used %ld bytes of a coroutine stack of %zu", stack, host.stack);
    }

    pthread_mutex_lock(&host.lock);
    late = e->stopped;
    pthread_mutex_unlock(&host.lock);
    report(e, ins, c, worker, f.code, start, stack, late);
    settle(e, ins, c, f.code, stack, late);
}
