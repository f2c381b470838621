/*
 * version.c: the functions through which a plugin reads Fluent Bit's version, which is a label of
 * the gauge fluentbit_build_info.
 *
 * flb_context_get returns the context of the engine on the engine's own thread and NULL on every
 * other thread. 1.9 and 2.0 do not have it. The context points to the configuration, whose layout
 * differs between versions, so here any access to the configuration faults. The plugin must destroy
 * what it creates before FLBPluginInit returns: nothing else destroys it.
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

struct build { /* struct cmt of cmt_create; those of instances are in metrics.c */
    unsigned magic;
    int filled;
};

static __thread struct lent mine; /* the context of the engine of this thread */
static __thread struct lent text; /* the text that is not destroyed yet */
static __thread int alive;        /* number of cmt contexts and texts not destroyed yet */

static struct lib_context *context(void)
{
    return (struct lib_context *)mine.data;
}

void version_begin(int generation)
{
    struct lib_context c = {0};

    c.event_loop = c.event_channel = guard_poison("looked into the event loop of flb_lib_ctx");
    /* a different address for each engine, to detect one kept over a reload */
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
        b->magic = 0; /* not freed, to detect late use */
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

/* cmt_encode_text_create returns NULL while another text exists. */
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
