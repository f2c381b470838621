/*
 * log.c: log_print and output_log_check, the plugin's interface to Fluent Bit's own log.
 *
 * Lines have Fluent Bit's format. Each is also an event of the report, with the thread that printed
 * it, so that a driver can distinguish them from the plugin's own output to stderr.
 */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BODY 4088 /* Fluent Bit's limit for a line: longer ones are cut */

static const char *const names[] = {"off", "error", "warn", "info", "debug", "trace"};

int log_level_of(const char *name)
{
    if (strcasecmp(name, "warning") == 0) {
        return LEVEL_WARN;
    }
    for (int i = 0; i <= LEVEL_TRACE; i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static void to_stderr(const char *level, const char *body)
{
    char message[BODY + 96];
    struct timespec now;
    struct tm t;
    int n;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &t);
    n = snprintf(message, sizeof(message), "[%i/%02i/%02i %02i:%02i:%02i.%09ld] [%5s] %s\n", t.tm_year + 1900,
                 t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, now.tv_nsec, level, body);
    fwrite(message, 1, (size_t)n < sizeof(message) ? (size_t)n : sizeof(message) - 1, stderr);
}

static void print(int level, const char *thread, const char *body)
{
    const char *name = level > LEVEL_OFF && level <= LEVEL_TRACE ? names[level] : NULL;

    if (name == NULL) {
        violation("log_print was called with level %d", level);
        return;
    }
    ev_begin("log");
    ev_str("level", name);
    ev_str("thread", thread);
    ev_str("message", body);
    ev_end();
    if (host.log_stderr) {
        to_stderr(name, body);
    }
}

/*
 * log_print keeps its text on the caller's stack, as Fluent Bit does: two buffers of 4 KiB, a
 * considerable part of the 24 KiB of a coroutine, which the author of a plugin must know.
 */
void log_print(int level, const char *file, int line, const char *fmt, ...)
{
    char body[BODY];
    va_list args;

    (void)file;
    (void)line;
    if (fmt == NULL) {
        violation("log_print was called without a format");
        return;
    }
    va_start(args, fmt);
    vsnprintf(body, sizeof(body), fmt, args);
    va_end(args);
    print(level, watch_thread(), body);
}

/* host_log prints a line of the host itself; in the report it is a "note", not a "log". */
void host_log(int level, const char *fmt, ...)
{
    char body[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(body, sizeof(body), fmt, args);
    va_end(args);
    ev_begin("note");
    ev_str("level", names[level]);
    ev_str("message", body);
    ev_end();
    if (host.log_stderr && level <= host.log_level) {
        to_stderr(names[level], body);
    }
}

int log_check(const void *o_ins, int level)
{
    struct instance *ins = instance_of(o_ins, "output_log_check");

    return ins != NULL && level <= ins->log_level;
}
