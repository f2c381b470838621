/*
 * metrics.c: a replacement for the part of cmetrics that an output plugin may use.
 *
 * The report contains the values. The rules of the real library, which has no locks, are enforced:
 * metrics and label sets are created only during Init, and nothing is used after exit. Signatures
 * are those of Fluent Bit 2.0 to 5.1.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if EXPORTS >= 1
#define EXPORTED __attribute__((visibility("default")))
#else
#define EXPORTED
#endif

struct series {
    struct series *next;
    char *labels; /* key=value,key=value */
    double value;
};

struct metric {
    struct metric *next;
    struct cmt *owner;
    int counter, resettable, label_count;
    char *name, **keys;
    struct series *series;
};

struct cmt {
    struct instance *instance;
    int phase;
    struct metric *metrics;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *metrics_of(struct instance *ins)
{
    return ins->metrics;
}

void metrics_phase(struct instance *ins, int phase)
{
    if (ins->metrics == NULL) {
        ins->metrics = calloc(1, sizeof(*ins->metrics));
        ins->metrics->instance = ins;
    }
    if (phase == METRICS_OVER) {
        metrics_report(ins);
    }
    pthread_mutex_lock(&lock);
    ins->metrics->phase = phase;
    pthread_mutex_unlock(&lock);
}

void metrics_report(struct instance *ins)
{
    pthread_mutex_lock(&lock);
    for (struct metric *m = ins->metrics ? ins->metrics->metrics : NULL; m != NULL; m = m->next) {
        for (struct series *s = m->series; s != NULL; s = s->next) {
            ev_begin("metric");
            ev_int("instance", ins->index);
            ev_str("name", m->name);
            ev_str("labels", s->labels);
            ev_num("value", s->value);
            ev_end();
        }
    }
    pthread_mutex_unlock(&lock);
}

static void *create(struct cmt *cmt, const char *ns, const char *subsystem, const char *name, const char *help,
                    int label_count, char **keys, int counter)
{
    struct metric *m;
    size_t room;

    if (cmt == NULL || ns == NULL || subsystem == NULL || name == NULL || name[0] == '\0' || help == NULL ||
        help[0] == '\0') {
        return NULL; /* as in the real library */
    }
    if (cmt->phase != METRICS_INIT) {
        violation("created the metric %s outside of FLBPluginInit: cmetrics has no locks", name);
    }
    m = calloc(1, sizeof(*m));
    room = strlen(ns) + strlen(subsystem) + strlen(name) + 3;
    m->name = malloc(room);
    snprintf(m->name, room, "%s%s%s%s%s", ns, ns[0] ? "_" : "", subsystem, subsystem[0] ? "_" : "", name);
    m->owner = cmt;
    m->counter = counter;
    m->label_count = label_count;
    m->keys = calloc((size_t)label_count + 1, sizeof(char *));
    for (int i = 0; i < label_count; i++) {
        m->keys[i] = strdup(keys[i]);
    }
    pthread_mutex_lock(&lock);
    m->next = cmt->metrics;
    cmt->metrics = m;
    pthread_mutex_unlock(&lock);
    return m;
}

static char *join(const struct metric *m, int n, char **values)
{
    size_t room = 1, used = 0;
    char *text;

    for (int i = 0; i < n; i++) {
        room += strlen(m->keys[i]) + strlen(values[i] ? values[i] : "") + 2;
    }
    text = calloc(1, room);
    for (int i = 0; i < n; i++) {
        used += (size_t)snprintf(text + used, room - used, "%s%s=%s", i ? "," : "", m->keys[i], values[i] ? values[i] : "");
    }
    return text;
}

/* update sets or adds a value. It creates the series if it does not exist yet. */
static int update(struct metric *m, double value, int add, int label_count, char **values)
{
    struct series *s;
    char *labels;

    if (m == NULL || label_count > m->label_count) {
        return -1;
    }
    labels = join(m, label_count, values);
    pthread_mutex_lock(&lock);
    if (m->owner->phase == METRICS_OVER) {
        violation("used the metric %s after its instance's exit: Fluent Bit has freed it by then", m->name);
    }
    for (s = m->series; s != NULL && strcmp(s->labels, labels) != 0; s = s->next) {
    }
    if (s == NULL) {
        if (m->owner->phase == METRICS_RUN && label_count > 0) {
            violation("created the label set {%s} of %s outside of FLBPluginInit: cmetrics has no locks", labels, m->name);
        }
        s = calloc(1, sizeof(*s));
        s->labels = labels;
        s->next = m->series;
        m->series = s;
        labels = NULL;
    }
    free(labels);
    value += add ? s->value : 0;
    if (m->counter && !m->resettable && value < s->value) {
        pthread_mutex_unlock(&lock);
        return -1; /* a counter cannot decrease */
    }
    s->value = value;
    pthread_mutex_unlock(&lock);
    return 0;
}

#define API(type) EXPORTED type; type

API(void *cmt_counter_create(struct cmt *c, char *ns, char *sub, char *name, char *help, int n, char **keys))
{
    return create(c, ns, sub, name, help, n, keys, 1);
}
API(void *cmt_gauge_create(struct cmt *c, char *ns, char *sub, char *name, char *help, int n, char **keys))
{
    return create(c, ns, sub, name, help, n, keys, 0);
}
API(void cmt_counter_allow_reset(struct metric *m))
{
    m->resettable = 1;
}
API(int cmt_counter_inc(struct metric *m, uint64_t ts, int n, char **values))
{
    (void)ts;
    return update(m, 1, 1, n, values);
}
API(int cmt_counter_add(struct metric *m, uint64_t ts, double v, int n, char **values))
{
    (void)ts;
    return update(m, v, 1, n, values);
}
API(int cmt_counter_set(struct metric *m, uint64_t ts, double v, int n, char **values))
{
    (void)ts;
    return update(m, v, 0, n, values);
}
API(int cmt_gauge_set(struct metric *m, uint64_t ts, double v, int n, char **values))
{
    (void)ts;
    return update(m, v, 0, n, values);
}
API(int cmt_gauge_add(struct metric *m, uint64_t ts, double v, int n, char **values))
{
    (void)ts;
    return update(m, v, 1, n, values);
}
API(int cmt_gauge_sub(struct metric *m, uint64_t ts, double v, int n, char **values))
{
    (void)ts;
    return update(m, -v, 1, n, values);
}
API(int cmt_gauge_inc(struct metric *m, uint64_t ts, int n, char **values))
{
    (void)ts;
    return update(m, 1, 1, n, values);
}
API(int cmt_gauge_dec(struct metric *m, uint64_t ts, int n, char **values))
{
    (void)ts;
    return update(m, -1, 1, n, values);
}
