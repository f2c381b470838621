/*
 * version.c: the way to Fluent Bit's version, which is one of the labels of the gauge fluentbit_build_info.
 *
 * flb_context_get gives the context of the engine on the engine's own thread and NULL everywhere else; 1.9 and 2.0 do not have it. The
 * configuration that it leads to is laid out otherwise in each version, so here it faults when it is looked into. What
 * is created has to be destroyed before FLBPluginInit returns: nobody else would.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#define BUILD 0xb1d0b1d0u

struct lib_context { /* flb_lib_ctx, of include/fluent-bit/flb_lib.h */
    int status;
    void *event_loop, *event_channel, *config;
};

struct build { /* struct cmt, of which nothing but this is played here; those of instances are in metrics.c */
    unsigned magic;
    int filled;
};

static __thread struct lent mine; /* the context of the engine of this thread */
static __thread struct lent text; /* the one that was given and not destroyed yet */
static __thread int alive;        /* contexts and texts that were not destroyed */

static struct lib_context *context(void)
{
    return (struct lib_context *)mine.data;
}

void version_begin(int generation)
{
    struct lib_context c = {0};

    c.event_loop = c.event_channel = guard_poison("looked into the event loop of flb_lib_ctx");
    /* an address of its own for each engine, to tell one that was kept */
    c.config = (char *)guard_poison("looked into flb_config, which is another in each version") + generation % 32;
    if (lend(&mine, &c, sizeof(c), 0, "flb_lib_ctx") < 0) {
        abort();
    }
}

void version_end(void)
{
    take_back(&mine);
    mine = (struct lent){0};
}

void version_check(const char *after)
{
    if (alive != 0) {
        violation("%s: left %d of what cmt_create and cmt_encode_text_create gave it", after, alive);
        alive = 0;
    }
}

#if EXPORTS >= 2
EXPORTED void *flb_context_get(void);
void *flb_context_get(void)
{
    return context();
}
#endif

static struct build *build_of(void *cmt, const char *function)
{
    struct build *b = cmt;

    if (b == NULL || b->magic != BUILD) {
        violation("%s: got what is not from cmt_create, or was destroyed", function);
        return NULL;
    }
    return b;
}

#define API(type) EXPORTED type; type

API(void *cmt_create(void))
{
    struct build *b = calloc(1, sizeof(*b));

    b->magic = BUILD;
    alive++;
    return b;
}

API(void cmt_destroy(void *cmt))
{
    struct build *b = build_of(cmt, "cmt_destroy");

    if (b != NULL) {
        b->magic = 0; /* kept, to notice late use */
        alive--;
    }
}

API(int flb_metrics_fluentbit_add(void *config, void *cmt))
{
    struct build *b = build_of(cmt, "flb_metrics_fluentbit_add");

    if (context() == NULL || config != context()->config) {
        violation("flb_metrics_fluentbit_add: got a configuration that is not the one of the engine of this thread");
        return -1;
    }
    if (b != NULL) {
        b->filled = 1;
    }
    return 0;
}

/* cmt_encode_text_create gives one text at a time. */
API(char *cmt_encode_text_create(void *cmt))
{
    struct build *b = build_of(cmt, "cmt_encode_text_create");
    char made[1024] = "", name[128] = "unknown";

    if (b == NULL || text.data != NULL) {
        return NULL;
    }
    gethostname(name, sizeof(name) - 1);
    if (b->filled) {
        snprintf(made, sizeof(made),
                 "2026-01-01T00:00:00.000000000Z fluentbit_uptime{hostname=\"%s\"} = 0\n"
                 "2026-01-01T00:00:00.000000000Z fluentbit_build_info{hostname=\"%s\",version=\"%s\",os=\"linux\"} = 1\n",
                 name, name, host.shape->name);
    }
    if (lend(&text, made, strlen(made) + 1, 0, "the text of cmt_encode_text_create") < 0) {
        abort();
    }
    alive++;
    return text.data;
}

API(void cmt_encode_text_destroy(char *made))
{
    if (made == NULL || made != text.data) {
        violation("cmt_encode_text_destroy: got what is not from cmt_encode_text_create, or was destroyed");
        return;
    }
    take_back(&text);
    text = (struct lent){0};
    alive--;
}
