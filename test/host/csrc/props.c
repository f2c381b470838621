/*
 * props.c: [OUTPUT] instances and their properties.
 *
 * Lookup works as in Fluent Bit: whole key, any case, the first match wins, an empty value is NULL.
 * Keys that the core consumes are never visible to the plugin. The host honors those that it can
 * (alias, log_level, workers, retry_limit).
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Keys that the core consumes; a trailing '*' means every key with that prefix. since is the first
 * such version.
 */
static const struct { const char *key; int since; } reserved[] = {
    {"name", 0}, {"match", 0}, {"match_regex", 0}, {"alias", 0}, {"log_level", 0}, {"host", 0}, {"port", 0}, {"ipv6", 0},
    {"retry_limit", 0}, {"workers", 0}, {"storage.total_limit_size", 0}, {"net.*", 0}, {"log_suppress_interval", 200},
    {"tls", 0}, {"tls.verify", 0}, {"tls.debug", 0}, {"tls.vhost", 0}, {"tls.ca_path", 0}, {"tls.ca_file", 0},
    {"tls.crt_file", 0}, {"tls.key_file", 0}, {"tls.key_passwd", 0}, {"tls.verify_hostname", 302},
    {"tls.min_version", 302}, {"tls.max_version", 302}, {"tls.ciphers", 302}, {"tls.proxy.*", 500}, {"oauth2*", 500},
    {"_debug.http.*", 0}, {"routes", 402}, {"processors", 200},
};

static int is_reserved(const char *key)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        const char *r = reserved[i].key;
        size_t n = strlen(r);

        if (host.shape->version < reserved[i].since) {
            continue;
        }
        if (r[n - 1] == '*' ? strncasecmp(key, r, n - 1) == 0 : strcasecmp(key, r) == 0) {
            return 1;
        }
    }
    return 0;
}

static const char *find(const struct output_config *config, const char *key)
{
    for (int i = 0; i < config->count; i++) {
        if (strcasecmp(config->props[i].key, key) == 0) {
            return config->props[i].value[0] ? config->props[i].value : NULL;
        }
    }
    return NULL;
}

static int retry_limit_of(const char *text)
{
    if (strcasecmp(text, "no_limits") == 0 || strcasecmp(text, "false") == 0 || strcasecmp(text, "off") == 0) {
        return -1;
    }
    if (strcasecmp(text, "no_retries") == 0) {
        return 0;
    }
    return atoi(text) > 0 ? atoi(text) : 1;
}

int instance_setup(struct instance *ins, int index, const char *plugin, const struct output_config *config)
{
    const char *alias = find(config, "alias");
    const char *level = find(config, "log_level");
    const char *workers = find(config, "workers");
    const char *limit = find(config, "retry_limit");
    size_t room = strlen(plugin) + 32 + (alias ? strlen(alias) : 0);

    ins->magic = INSTANCE_LIVE;
    ins->index = index;
    ins->config = config;
    ins->log_level = level ? log_level_of(level) : host.log_level;
    ins->workers = workers ? atoi(workers) : host.workers;
    ins->retry_limit = limit ? retry_limit_of(limit) : host.retry_limit;
    ins->name = malloc(room);
    ins->context = guard_new(sizeof(*ins->context), "flb_plugin_proxy_context");
    if (ins->name == NULL || ins->log_level < 0) {
        return -1;
    }
    if (alias) {
        snprintf(ins->name, room, "%s", alias);
    }
    else {
        snprintf(ins->name, room, "%s.%d", plugin, index);
    }
    memset(ins->context, 0, sizeof(*ins->context));
    return 0;
}

struct instance *instance_of(const void *o_ins, const char *function)
{
    struct instance *ins = (struct instance *)(uintptr_t)o_ins;

    if (ins == NULL) {
        violation("%s was called with a NULL instance", function);
        return NULL;
    }
    if (ins->magic == INSTANCE_DEAD) {
        violation("%s was called for %s after its exit: Fluent Bit has freed the instance by then", function, ins->name);
        return NULL;
    }
    if (ins->magic != INSTANCE_LIVE) {
        violation("%s was called with something that is not an instance", function);
        return NULL;
    }
    return ins;
}

const char *property_get(const char *key, const void *o_ins)
{
    struct instance *ins = instance_of(o_ins, "output_get_property");

    if (ins == NULL || key == NULL || key[0] == '\0') {
        return NULL;
    }
    if (is_reserved(key)) {
        ev_begin("reserved");
        ev_str("key", key);
        ev_int("instance", ins->index);
        ev_end();
        return NULL;
    }
    return find(ins->config, key);
}
