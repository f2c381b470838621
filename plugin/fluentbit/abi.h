/*
 * The part of Fluent Bit's C interface for Go outputs that the plugin uses, with the layout of
 * src/proxy/go/go.h and include/fluent-bit/flb_api.h since 1.9. It has only fields that exist in
 * every version.
 */
#ifndef OUT_DYNATRACE_ABI_H
#define OUT_DYNATRACE_ABI_H

#include <stdint.h>

/* Return codes, and a log level (include/fluent-bit/flb_output.h, flb_log.h). */
#define ABI_ERROR 0
#define ABI_OK 1
#define ABI_LOG_ERROR 1

/* A table of functions that grew at its end: 1 entry in 1.x, 7 since 2.0, 9 since 4.0.3. */
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

/* One object per loaded library, rewritten for each instance: it is valid in FLBPluginInit only. */
struct abi_output {
    const char *name;
    struct abi_api *api;
    void *o_ins;
    struct abi_context *context;
};

/* What an instance keeps of its host: functions of the executable, valid until the process ends. */
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

/*
 * Returns Fluent Bit's metrics about itself as text, which the caller frees, or NULL if there are
 * none. Call it on the engine's thread.
 */
char *abi_build_info(void);

#endif
