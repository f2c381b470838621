/*
 * plugin.c: the .so and the callbacks it may export.
 *
 * Symbols are looked up when they are needed, as Fluent Bit does. The watchdog is notified before
 * each callback, and all canaries are checked after it.
 */
#include "host.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_OUTPUT 2
#define PROXY_GOLANG 11
#define GARBAGE 0xa5

/* the longest flb_plugin_proxy_def; only its first shape->def_size bytes exist */
struct definition {
    int type, proxy, flags;
    char *name, *description;
    int event_type;
    void *config_map;
};

struct go_plugin { /* flbgo_output_plugin */
    char *name;
    void *api;
    void *o_ins;
    struct proxy_context *context;
    int (*cb_init)(void *);
    int (*cb_flush)(const void *, size_t, const char *);
    int (*cb_flush_ctx)(void *, const void *, size_t, char *);
    int (*cb_exit)(void);
    int (*cb_exit_ctx)(void *);
};

static void *symbol(struct plugin *p, const char *name)
{
    return dlsym(p->handle, name);
}

static void after(const char *callback)
{
    watch_leave();
    guard_check(callback);
}

static int check_definition(struct plugin *p)
{
    struct definition *d = p->def;
    int garbage;

    memset(&garbage, GARBAGE, sizeof(garbage));
    if (d->type != TYPE_OUTPUT || d->proxy != PROXY_GOLANG) {
        host_log(LEVEL_ERROR, "FLBPluginRegister left type %d and proxy %d: want 2 (output) and 11 (Go)", d->type, d->proxy);
        return -1;
    }
    if (d->name == NULL || strlen(d->name) == 0 || strlen(d->name) >= sizeof(p->name)) {
        host_log(LEVEL_ERROR, "FLBPluginRegister left no usable name");
        return -1;
    }
    strcpy(p->name, d->name);
    if (!host.shape->def_zeroed && d->flags == garbage) {
        violation("FLBPluginRegister: left def.flags unset, which is not zeroed before Fluent Bit 5.0");
    }
    if (host.shape->def_size > 32 && d->event_type != 0 && d->event_type != 1) {
        violation("FLBPluginRegister: set def.event_type to %d: want logs (1) or unset (0)", d->event_type);
    }
    ev_begin("registered");
    ev_str("name", d->name);
    ev_str("description", d->description);
    ev_int("flags", d->flags);
    ev_bool("config_map", host.shape->def_size > 40 && d->config_map != NULL);
    ev_end();
    return 0;
}

static int do_register(struct plugin *p, int hot_reload)
{
    int (*pre)(int) = host.shape->pre_hooks ? (int (*)(int))symbol(p, "FLBPluginPreRegister") : NULL;
    int (*reg)(void *) = (int (*)(void *))symbol(p, "FLBPluginRegister");
    int ret;

    if (pre != NULL) {
        watch_enter("FLBPluginPreRegister", NULL, 0);
        ret = pre(hot_reload);
        after("FLBPluginPreRegister");
        if (ret == -1) {
            host_log(LEVEL_ERROR, "FLBPluginPreRegister returned -1");
            return -1;
        }
    }
    if (reg == NULL) {
        host_log(LEVEL_ERROR, "the plugin exports no FLBPluginRegister");
        return -1;
    }
    p->def = guard_new(host.shape->def_size, "flb_plugin_proxy_def");
    memset(p->def, host.shape->def_zeroed ? 0 : GARBAGE, host.shape->def_size);
    ((struct definition *)p->def)->type = 0;
    watch_enter("FLBPluginRegister", NULL, 0);
    ret = reg(p->def);
    after("FLBPluginRegister");
    if (ret == -1) {
        host_log(LEVEL_ERROR, "FLBPluginRegister returned -1");
        return -1;
    }
    return check_definition(p);
}

struct plugin *plugin_load(int hot_reload)
{
    struct plugin *p = calloc(1, sizeof(*p));
    struct go_plugin *g = guard_new(sizeof(*g), "flbgo_output_plugin");

    if (p == NULL) {
        abort();
    }
    watch_enter("dlopen", NULL, 0);
    p->handle = dlopen(host.plugin_path, RTLD_LAZY);
    watch_leave();
    if (p->handle == NULL) {
        host_log(LEVEL_ERROR, "dlopen: %s", dlerror());
        free(p);
        return NULL;
    }
    p->api = api_new(host.shape);
    p->shared = g;
    if (do_register(p, hot_reload) < 0) {
        dlclose(p->handle);
        free(p);
        return NULL;
    }
    g->cb_init = (int (*)(void *))symbol(p, "FLBPluginInit");
    g->cb_flush = (int (*)(const void *, size_t, const char *))symbol(p, "FLBPluginFlush");
    g->cb_flush_ctx = (int (*)(void *, const void *, size_t, char *))symbol(p, "FLBPluginFlushCtx");
    g->cb_exit = (int (*)(void))symbol(p, "FLBPluginExit");
    g->cb_exit_ctx = (int (*)(void *))symbol(p, "FLBPluginExitCtx");
    g->name = p->name;
    if (g->cb_init == NULL || (g->cb_flush == NULL && g->cb_flush_ctx == NULL)) {
        host_log(LEVEL_ERROR, "the plugin exports no %s", g->cb_init ? "FLBPluginFlushCtx" : "FLBPluginInit");
        dlclose(p->handle);
        free(p);
        return NULL;
    }
    return p;
}

/* Fields that are valid only during Init point to memory that faults outside of Init. */
static void forget(struct go_plugin *g)
{
    g->api = guard_poison("used flbgo_output_plugin.api after FLBPluginInit returned");
    g->o_ins = guard_poison("used flbgo_output_plugin.o_ins after FLBPluginInit returned");
    g->context = guard_poison("used flbgo_output_plugin.context after FLBPluginInit returned");
}

int plugin_init(struct plugin *p, struct instance *ins)
{
    struct go_plugin *g = p->shared;
    double start = now_seconds();
    int ret;

    ins->context->proxy = p;
    g->api = p->api;
    g->o_ins = ins;
    g->context = ins->context;
    metrics_phase(ins, METRICS_INIT);
    watch_enter("FLBPluginInit", ins->name, 0);
    ret = g->cb_init(g);
    after("FLBPluginInit");
    version_check("FLBPluginInit");
    metrics_phase(ins, METRICS_RUN);
    forget(g);
    ev_begin("init");
    ev_int("instance", ins->index);
    ev_str("instance_name", ins->name);
    ev_int("code", ret);
    ev_int("micros", (long long)((now_seconds() - start) * 1e6));
    ev_end();
    if (ret > 0 && ins->context->proxy != p) {
        violation("FLBPluginInit: changed the context's proxy, which is not the plugin's");
    }
    return ret > 0 ? 0 : -1;
}

void plugin_pre_run(struct plugin *p, struct instance *ins)
{
    int (*pre_run)(int) = host.shape->pre_hooks ? (int (*)(int))symbol(p, "FLBPluginOutputPreRun") : NULL;

    if (pre_run != NULL) {
        watch_enter("FLBPluginOutputPreRun", ins->name, 0);
        pre_run(1);
        after("FLBPluginOutputPreRun");
    }
}

int plugin_flush(struct plugin *p, struct instance *ins, const void *data, size_t size, char *tag)
{
    if (p->shared->cb_flush_ctx != NULL) {
        return p->shared->cb_flush_ctx(ins->context->remote_context, data, size, tag);
    }
    return p->shared->cb_flush(data, size, tag);
}

void plugin_exit(struct plugin *p, struct instance *ins, int hot_reload)
{
    void (*pre_exit)(int) = host.shape->pre_hooks ? (void (*)(int))symbol(p, "FLBPluginOutputPreExit") : NULL;
    struct go_plugin *g = p->shared;
    double start;

    if (pre_exit != NULL) {
        watch_enter("FLBPluginOutputPreExit", ins->name, 0);
        pre_exit(hot_reload);
        after("FLBPluginOutputPreExit");
    }
    start = now_seconds();
    watch_enter("FLBPluginExitCtx", ins->name, 0);
    if (g->cb_exit_ctx != NULL) {
        g->cb_exit_ctx(ins->context->remote_context);
    }
    else if (g->cb_exit != NULL) {
        g->cb_exit();
    }
    after("FLBPluginExitCtx");
    ev_begin("exit");
    ev_int("instance", ins->index);
    ev_str("instance_name", ins->name);
    ev_int("micros", (long long)((now_seconds() - start) * 1e6));
    ev_end();
    metrics_phase(ins, METRICS_OVER);
    ins->magic = INSTANCE_DEAD;
}

void plugin_unload(struct plugin *p)
{
    void (*unregister)(void *) = (void (*)(void *))symbol(p, "FLBPluginUnregister");

    if (unregister != NULL) {
        watch_enter("FLBPluginUnregister", NULL, 0);
        unregister(p->def);
        after("FLBPluginUnregister");
    }
    memset(p->def, GARBAGE, host.shape->def_size);
    api_retire(p->api, host.shape);
    watch_enter("dlclose", NULL, 0);
    dlclose(p->handle);
    watch_leave();
    free(p);
}
