/*
 * The entry points that Fluent Bit may call in a process that was forked after it loaded this
 * library ("Daemon on" forks then, src/fluent-bit.c). Such a process has none of Go's threads, and
 * a call into Go can hang forever there, so the check must be done here, in C. In every other
 * process these functions only pass their argument on.
 */
#include "plugin/fluentbit/abi.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

extern int dynatraceInit(void *plugin);
extern int dynatraceExit(uintptr_t id);
extern void dynatraceUnregister(void *def);

static pid_t loaded_by;

__attribute__((constructor)) static void remember_process(void)
{
    loaded_by = getpid();
}

static int forked(void)
{
    return getpid() != loaded_by;
}

static void refuse(void *plugin)
{
    static const char message[] =
        "[output:dynatrace] Fluent Bit went to the background after it had loaded this plugin, "
        "and a Go plugin cannot work there: remove \"Daemon on\" (or -d) and let the service "
        "manager run Fluent Bit in the background";
    struct abi_host host = abi_host_of(plugin);
    time_t now = time(NULL);
    struct tm local;
    char stamp[32] = "";

    if (host.log_print != NULL) {
        abi_log_print(&host, ABI_LOG_ERROR, message);
        return;
    }
    if (localtime_r(&now, &local) != NULL) {
        strftime(stamp, sizeof(stamp), "%Y/%m/%d %H:%M:%S", &local);
    }
    fprintf(stderr, "[%s] [error] %s\n", stamp, message);
}

int FLBPluginInit(void *plugin)
{
    if (forked()) {
        refuse(plugin);
        return ABI_ERROR;
    }
    return dynatraceInit(plugin);
}

int FLBPluginExitCtx(uintptr_t id)
{
    return forked() ? ABI_OK : dynatraceExit(id);
}

void FLBPluginUnregister(void *def)
{
    if (!forked()) {
        dynatraceUnregister(def);
    }
}
