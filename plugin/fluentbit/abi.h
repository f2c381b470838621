/*
 * The part of Fluent Bit's C interface for Go outputs that the plugin uses, as src/proxy/go/go.h and
 * include/fluent-bit/flb_api.h lay it out since 1.9. Only fields that every version has are named.
 */
#ifndef OUT_DYNATRACE_ABI_H
#define OUT_DYNATRACE_ABI_H

#include <stdint.h>

/* The answers to a call, and a level of the log (include/fluent-bit/flb_output.h, flb_log.h). */
#define ABI_ERROR 0
#define ABI_OK 1
#define ABI_LOG_ERROR 1

/* A table of functions that has grown at its end: one entry in 1.x, seven from 2.0, nine from 4.0.3. */
struct abi_api {
    const char *(*output_get_property)(const char *key, void *o_ins);
    void *input_get_property;
    void *output_get_cmt_instance;
    void *input_get_cmt_instance;
    void (*log_print)(int level, const char *file, int line, const char *fmt, ...);
    void *input_log_check;
    int (*output_log_check)(void *o_ins, int level);
};

struct abi_context {
    void *remote_context;
};

/* One object a loaded library, rewritten for each instance: it means something during FLBPluginInit only. */
struct abi_output {
    const char *name;
    struct abi_api *api;
    void *o_ins;
    struct abi_context *context;
};

/* What an instance keeps of its host: functions of the executable, which live as long as the process. */
struct abi_host {
    void *o_ins;
    void (*log_print)(int level, const char *file, int line, const char *fmt, ...);
    int (*output_log_check)(void *o_ins, int level);
    const char *name;
};

struct abi_host abi_host_of(void *plugin);
void abi_set_context(void *plugin, uintptr_t id);
int abi_log_check(const struct abi_host *host, int level);
void abi_log_print(const struct abi_host *host, int level, const char *message);

/* Fluent Bit's metrics about itself, as text that the caller frees; NULL where it does not tell. For the engine's thread. */
char *abi_build_info(void);

#endif
