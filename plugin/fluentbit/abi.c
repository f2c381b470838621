#define _GNU_SOURCE
#include "abi.h"

#include <dlfcn.h>
#include <stddef.h>

/*
 * The table of functions has no version, and in 1.9 it is an allocation of one entry. The
 * executable exports its functions in every version: if flb_output_log_check is exported, the
 * entries up to it are there.
 */
struct abi_host abi_host_of(void *plugin)
{
    struct abi_output *p = plugin;
    struct abi_host host = {.o_ins = p->o_ins};
    const char *(*name_of)(void *);

    if (dlsym(RTLD_DEFAULT, "flb_output_log_check") != NULL) {
        host.log_print = p->api->log_print;
        host.output_log_check = p->api->output_log_check;
    }
    name_of = (const char *(*)(void *)) dlsym(RTLD_DEFAULT, "flb_output_name");
    if (name_of != NULL) {
        host.name = name_of(p->o_ins);
    }
    return host;
}

void abi_set_context(void *plugin, uintptr_t id)
{
    struct abi_output *p = plugin;

    p->context->remote_context = (void *) id;
}

int abi_log_check(const struct abi_host *host, int level)
{
    return host->output_log_check(host->o_ins, level);
}

void abi_log_print(const struct abi_host *host, int level, const char *message)
{
    host->log_print(level, NULL, 0, "%s", message);
}
