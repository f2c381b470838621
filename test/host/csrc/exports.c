/*
 * exports.c: the only symbols that the plugin's dlsym(RTLD_DEFAULT, ...) finds in the host.
 *
 * Everything is compiled with hidden visibility and linked with -rdynamic; this file is compiled
 * four times, with EXPORTS = 0 to 3, because what can be looked up is a property of the binary.
 * Plugins use it to learn how long the api table is. (metrics.c exports the cmt_* functions when
 * EXPORTS is not 0, version.c what leads to the version.)
 */
#include "host.h"

#ifndef EXPORTS
#error "EXPORTS must be 0, 1, 2 or 3"
#endif

#define EXPORTED __attribute__((visibility("default")))

const int host_exports = EXPORTS;

EXPORTED const char *flb_output_name(void *o_ins);
const char *flb_output_name(void *o_ins)
{
    struct instance *ins = instance_of(o_ins, "flb_output_name");

    return ins ? ins->name : NULL;
}

#if EXPORTS >= 1
EXPORTED int flb_output_log_check(void *o_ins, int level);
int flb_output_log_check(void *o_ins, int level)
{
    return log_check(o_ins, level);
}
#endif

#if EXPORTS >= 3
EXPORTED int flb_custom_log_check(void *c_ins, int level);
int flb_custom_log_check(void *c_ins, int level)
{
    (void)c_ins;
    violation("flb_custom_log_check was called: the plugin is an output, it has no custom instance");
    return level <= host.log_level;
}
#endif
