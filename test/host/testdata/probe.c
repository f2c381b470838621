/*
 * probe.c: a plugin that records its calls and misbehaves on request, to test that the host detects
 * it.
 *
 * PROBE_RECORD names the record file, which has one line per call: callback, thread, arguments.
 * PROBE_DO lists misuses of the life cycle, separated by commas. The tag of a flush, up to the
 * first dot, selects what the flush does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct def { int type, proxy, flags; char *name, *description; };
struct context { void *remote, *proxy; };
struct plugin { char *name; void **api; void *o_ins; struct context *context; };
struct self { char name[64]; void *o_ins; void **api; void *counter; int flushes; };

typedef const char *(*get_property)(const char *, void *);
typedef void (*print)(int, const char *, int, const char *, ...);
typedef int (*check)(void *, int);

static const char *kept_chunk, *kept_tag;
static struct plugin *kept_plugin;
static void **kept_api;
static void *kept_instance;
static volatile int sink;

static void record(const char *fmt, ...)
{
    const char *path = getenv("PROBE_RECORD");
    char thread[32], text[256];
    va_list args;
    FILE *f = path ? fopen(path, "a") : NULL;

    if (f == NULL) {
        return;
    }
    prctl(PR_GET_NAME, thread);
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    fprintf(f, "%s main=%d thread=%s\n", text, getpid() == (pid_t)syscall(SYS_gettid), thread);
    fclose(f);
}

static int requested(const char *misuse)
{
    const char *todo = getenv("PROBE_DO");

    return todo != NULL && strstr(todo, misuse) != NULL;
}

int FLBPluginPreRegister(int hot_reload)
{
    record("pre_register %d", hot_reload);
    return requested("refuse-pre-register") ? -1 : 0;
}

int FLBPluginRegister(struct def *d)
{
    record("register");
    if (requested("refuse-register")) {
        return -1;
    }
    d->type = requested("wrong-type") ? 1 : 2;
    d->proxy = 11;
    if (!requested("leave-flags")) {
        d->flags = 0;
    }
    d->name = strdup("probe");
    d->description = strdup("a probe");
    if (requested("write-past-def")) {
        ((char *)d)[sizeof(*d) + (requested("5.1.1") ? 16 : 0)] = 0;
    }
    if (requested("take-sigterm")) {
        signal(SIGTERM, SIG_IGN);
    }
    if (requested("hang-in-register")) {
        sleep(60);
    }
    return 0;
}

static const char *property(struct self *s, const char *key)
{
    const char *value = ((get_property)s->api[0])(key, s->o_ins);

    return value ? value : "NULL";
}

static void use_metrics(struct self *s)
{
    void *(*create)(void *, char *, char *, char *, char *, int, char **) = dlsym(RTLD_DEFAULT, "cmt_counter_create");
    int (*add)(void *, uint64_t, double, int, char **) = dlsym(RTLD_DEFAULT, "cmt_counter_add");
    char *keys[] = {"name"}, *values[] = {s->name};

    if (create == NULL) {
        return;
    }
    s->counter = create(((void *(*)(void *))s->api[2])(s->o_ins), "fluentbit", "probe", "flushes_total", "help", 1, keys);
    add(s->counter, 0, 0, 1, values);
}

static void count_flush(struct self *s, const char *label)
{
    int (*add)(void *, uint64_t, double, int, char **) = dlsym(RTLD_DEFAULT, "cmt_counter_add");
    char *values[] = {(char *)label};

    if (s->counter != NULL && add != NULL) {
        add(s->counter, 0, 1, 1, values);
    }
}

/* ask_version reads the version as a plugin must do it, and misuses the interface on request. */
static void ask_version(void)
{
    static void *kept_config;
    struct { int status; void *loop, *channel, *config; } *(*get)(void) = dlsym(RTLD_DEFAULT, "flb_context_get");
    int (*add)(void *, void *) = dlsym(RTLD_DEFAULT, "flb_metrics_fluentbit_add");
    void *(*create)(void) = dlsym(RTLD_DEFAULT, "cmt_create");
    void (*destroy)(void *) = dlsym(RTLD_DEFAULT, "cmt_destroy");
    char *(*text_of)(void *) = dlsym(RTLD_DEFAULT, "cmt_encode_text_create");
    void (*give_back)(char *) = dlsym(RTLD_DEFAULT, "cmt_encode_text_destroy");
    char *text, *version;
    void *cmt;

    if (get == NULL || get() == NULL) {
        record("version none");
        return;
    }
    cmt = create();
    if (kept_config == NULL || !requested("keep-config")) {
        kept_config = get()->config;
    }
    if (requested("look-into-config")) {
        sink = *(int *)kept_config;
    }
    if (requested("write-context")) {
        get()->status = 1;
    }
    add(kept_config, cmt);
    text = text_of(cmt);
    version = strstr(text, ",version=");
    record("version %.20s", version ? version + 9 : "none");
    if (!requested("leave-text")) {
        give_back(text);
    }
    if (requested("use-text")) {
        sink = text[0];
    }
    if (!requested("leave-metrics")) {
        destroy(cmt);
    }
    if (requested("destroy-twice")) {
        destroy(cmt);
    }
}

int FLBPluginInit(struct plugin *p)
{
    const char *(*name)(void *) = dlsym(RTLD_DEFAULT, "flb_output_name");
    struct self *s = calloc(1, sizeof(*s));

    s->o_ins = p->o_ins;
    s->api = p->api;
    snprintf(s->name, sizeof(s->name), "%s", name(p->o_ins));
    record("init %s plugin=%p color=%s Host=%s empty=%s log_check=%d custom_check=%d", s->name, (void *)p,
           property(s, "COLOR"), property(s, "Host"), property(s, "empty"),
           dlsym(RTLD_DEFAULT, "flb_output_log_check") != NULL, dlsym(RTLD_DEFAULT, "flb_custom_log_check") != NULL);
    if (strcmp(property(s, "init"), "fail") == 0) {
        free(s);
        return 0;
    }
    if (requested("ask-version")) {
        ask_version();
    }
    if (dlsym(RTLD_DEFAULT, "flb_output_log_check") != NULL) {
        check ok = (check)s->api[6];

        for (int level = 1; level <= 5; level++) {
            if (ok(s->o_ins, level)) {
                ((print)s->api[4])(level, "", 0, "level %d from %s", level, s->name);
            }
        }
        use_metrics(s);
    }
    if (requested("call-past-api")) {
        ((get_property)s->api[requested("1.9") ? 1 : requested("2.0") ? 7 : 9])("x", s->o_ins);
    }
    if (requested("write-past-context")) {
        ((char *)p->context)[-1] = 0;
    }
    kept_plugin = p;
    kept_api = p->api;
    kept_instance = p->o_ins;
    p->context->remote = s;
    return 1;
}

int FLBPluginOutputPreRun(int hot_reload)
{
    record("pre_run %d", hot_reload);
    return 0;
}

static __attribute__((noinline)) int use_stack(int bytes)
{
    volatile char block[1024];

    memset((void *)block, 1, sizeof(block));
    return bytes > 1024 ? use_stack(bytes - 1024) + block[5] : block[7];
}

static int is(const char *tag, const char *word)
{
    size_t n = strlen(word);

    return strncmp(tag, word, n) == 0 && (tag[n] == '.' || tag[n] == '\0');
}

static void *foreign(void *arg)
{
    struct self *s = arg;

    prctl(PR_SET_NAME, "of-the-probe");
    ((print)s->api[4])(3, "", 0, "%s", "from a thread of the plugin");
    return NULL;
}

int FLBPluginFlushCtx(void *remote, const char *data, int size, char *tag)
{
    struct self *s = remote;
    int attempt = __atomic_add_fetch(&s->flushes, 1, __ATOMIC_SEQ_CST);
    long sum = 0;
    pthread_t t;

    for (int i = 0; i < size; i++) {
        sum += (unsigned char)data[i];
    }
    record("flush %s tag=%s size=%d sum=%ld", s->name, tag, size, sum);
    count_flush(s, is(tag, "new-series") ? "other" : s->name);
    if (is(tag, "error")) return 0;
    if (is(tag, "seven")) return 7;
    if (is(tag, "minus")) return -1;
    if (is(tag, "retry")) return 2;
    if (is(tag, "once")) return attempt % 2 ? 2 : 1;
    if (is(tag, "keep")) { kept_chunk = data; kept_tag = tag; }
    if (is(tag, "use-kept-chunk")) sink = kept_chunk[0];
    if (is(tag, "use-kept-tag")) sink = kept_tag[0];
    if (is(tag, "use-kept-plugin")) sink = (int)(intptr_t)kept_plugin->api[0];
    if (is(tag, "read-past")) sink = data[size];
    if (is(tag, "write")) ((char *)data)[0] = 1;
    if (is(tag, "null")) sink = *(volatile char *)(intptr_t)(size - size);
    if (is(tag, "deep")) sink = use_stack(40 * 1024);
    if (is(tag, "shallow")) sink = use_stack(8 * 1024);
    if (is(tag, "sleep")) usleep(300 * 1000);
    if (is(tag, "hang")) sleep(60);
    if (is(tag, "reserved")) property(s, "tls.verify");
    if (is(tag, "stderr")) fprintf(stderr, "straight to stderr\n");
    if (is(tag, "log")) ((print)s->api[4])(2, "", 0, "%s \"%d\"\n\x01\xff", "odd", 42);
    if (is(tag, "thread")) { pthread_create(&t, NULL, foreign, s); pthread_join(t, NULL); }
    return 1;
}

void FLBPluginOutputPreExit(int hot_reload)
{
    record("pre_exit %d", hot_reload);
}

int FLBPluginExitCtx(void *remote)
{
    struct self *s = remote;

    record("exit %s", s ? s->name : "NULL");
    if (requested("leak-fd")) {
        sink = dup(2);
    }
    free(s);
    return 1;
}

void FLBPluginUnregister(struct def *d)
{
    record("unregister");
    free(d->name);
    free(d->description);
    if (requested("check-after-exit")) {
        ((check)kept_api[6])(kept_instance, 3);
    }
}

__attribute__((destructor)) static void at_dlclose(void)
{
    record("dlclose");
}
