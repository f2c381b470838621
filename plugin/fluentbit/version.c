#define _GNU_SOURCE
#include "abi.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The public struct of include/fluent-bit/flb_lib.h, the same in all versions from 1.9 to 5.1. */
struct abi_lib_context {
    int status;
    void *event_loop;
    void *event_channel;
    void *config;
};

/*
 * Fluent Bit has no function for its version, neither for plugins nor exported. It does export
 * what is needed to read the gauge fluentbit_build_info, which its own metrics show: one of its
 * labels is the version.
 *
 * The context belongs to the calling thread. Since 2.1.0 a new engine sets it on its own new
 * thread before anything else (flb_lib_worker in src/flb_lib.c), also at a hot reload, so it stays
 * alive during a callback on that thread. On other threads it is NULL. 1.9 and 2.0 have no
 * flb_context_get. Only two plain numbers of the configuration are read.
 */
char *abi_build_info(void)
{
    struct abi_lib_context *(*context_get)(void);
    int (*metrics_add)(void *config, void *cmt);
    void *(*create)(void);
    void (*destroy)(void *cmt);
    char *(*text_create)(void *cmt);
    void (*text_destroy)(char *text);
    struct abi_lib_context *context;
    void *cmt;
    char *text, *copy = NULL;

    *(void **) &context_get = dlsym(RTLD_DEFAULT, "flb_context_get");
    *(void **) &metrics_add = dlsym(RTLD_DEFAULT, "flb_metrics_fluentbit_add");
    *(void **) &create = dlsym(RTLD_DEFAULT, "cmt_create");
    *(void **) &destroy = dlsym(RTLD_DEFAULT, "cmt_destroy");
    *(void **) &text_create = dlsym(RTLD_DEFAULT, "cmt_encode_text_create");
    *(void **) &text_destroy = dlsym(RTLD_DEFAULT, "cmt_encode_text_destroy");
    if (context_get == NULL || metrics_add == NULL || create == NULL || destroy == NULL ||
        text_create == NULL || text_destroy == NULL) {
        return NULL;
    }
    context = context_get();
    if (context == NULL || context->config == NULL) {
        return NULL;
    }
    cmt = create(); /* one of our own: cmetrics has no locks */
    if (cmt == NULL) {
        return NULL;
    }
    metrics_add(context->config, cmt);
    text = text_create(cmt);
    if (text != NULL) {
        copy = strdup(text);
        text_destroy(text);
    }
    destroy(cmt);
    return copy;
}
