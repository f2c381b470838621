/*
 * api.c: the table of functions that the plugin receives in Init.
 *
 * It has exactly the slots of the version. In Fluent Bit, arbitrary heap content follows them.
 * Here, slots that abort with a clear message follow, and then a canary.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 16 /* real and poisoned slots */

static void beyond(int slot)
{
    char text[160];

    snprintf(text, sizeof(text), "called api slot %d: Fluent Bit %s has %d slot%s", slot, host.shape->name,
             host.shape->api_slots, host.shape->api_slots == 1 ? "" : "s");
    violation("%s", text);
    abort();
}

#define BEYOND(n) static void beyond_##n(void) { beyond(n); }
BEYOND(1) BEYOND(2) BEYOND(3) BEYOND(4) BEYOND(5) BEYOND(6) BEYOND(7) BEYOND(8)
BEYOND(9) BEYOND(10) BEYOND(11) BEYOND(12) BEYOND(13) BEYOND(14) BEYOND(15)

static void *const poisoned[SLOTS] = {
    NULL, (void *)beyond_1, (void *)beyond_2, (void *)beyond_3, (void *)beyond_4, (void *)beyond_5,
    (void *)beyond_6, (void *)beyond_7, (void *)beyond_8, (void *)beyond_9, (void *)beyond_10, (void *)beyond_11,
    (void *)beyond_12, (void *)beyond_13, (void *)beyond_14, (void *)beyond_15,
};

static void retired(void)
{
    violation("called an api function after FLBPluginUnregister: Fluent Bit has freed the table by then");
}

static const char *input_get_property(const char *key, void *ins)
{
    (void)ins;
    violation("called input_get_property(\"%s\"): the plugin is an output", key ? key : "NULL");
    return NULL;
}

static void *input_get_cmt_instance(void *ins)
{
    (void)ins;
    violation("called input_get_cmt_instance: the plugin is an output");
    return NULL;
}

static int input_log_check(void *ins, int level)
{
    (void)ins;
    violation("called input_log_check: the plugin is an output");
    return level <= host.log_level;
}

static const char *custom_get_property(const char *key, void *ins)
{
    (void)ins;
    violation("called custom_get_property(\"%s\"): the plugin is an output", key ? key : "NULL");
    return NULL;
}

static int custom_log_check(void *ins, int level)
{
    (void)ins;
    violation("called custom_log_check: the plugin is an output");
    return level <= host.log_level;
}

static void *output_get_cmt_instance(void *o_ins)
{
    struct instance *ins = instance_of(o_ins, "output_get_cmt_instance");

    return ins ? metrics_of(ins) : NULL;
}

void **api_new(const struct shape *shape)
{
    void *const functions[] = {
        (void *)property_get, (void *)input_get_property, (void *)output_get_cmt_instance,
        (void *)input_get_cmt_instance, (void *)log_print, (void *)input_log_check, (void *)log_check,
        (void *)custom_get_property, (void *)custom_log_check,
    };
    void **api = guard_new(SLOTS * sizeof(void *), "flb_api");

    memcpy(api, poisoned, sizeof(poisoned));
    memcpy(api, functions, (size_t)shape->api_slots * sizeof(void *));
    return api;
}

void api_retire(void **api, const struct shape *shape)
{
    for (int i = 0; i < shape->api_slots; i++) {
        api[i] = (void *)retired;
    }
}
