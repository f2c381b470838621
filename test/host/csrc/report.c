/*
 * report.c: the events of a run, one JSON object per line on the report descriptor.
 *
 * Objects are flat. Each is built in one buffer under one lock and written with one write, so that
 * lines of different threads never mix and nothing is lost when the process dies.
 */
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int out = STDOUT_FILENO;
static char *buf;
static size_t used, room;
static int first, violation_count;

void report_open(int fd)
{
    out = fd;
}

static void put(const char *bytes, size_t n)
{
    if (used + n > room) {
        room = (used + n) * 2 + 4096;
        buf = realloc(buf, room);
        if (buf == NULL) {
            abort();
        }
    }
    memcpy(buf + used, bytes, n);
    used += n;
}

static void put_quoted(const char *s)
{
    char esc[8];

    put("\"", 1);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\') {
            put((char[]){'\\', (char)c}, 2);
        }
        else if (c < 0x20) {
            put(esc, (size_t)snprintf(esc, sizeof(esc), "\\u%04x", c));
        }
        else {
            put(s, 1);
        }
    }
    put("\"", 1);
}

static void put_key(const char *key)
{
    if (!first) {
        put(",", 1);
    }
    first = 0;
    put_quoted(key);
    put(":", 1);
}

void ev_begin(const char *event)
{
    pthread_mutex_lock(&lock);
    used = 0;
    first = 1;
    put("{", 1);
    ev_str("event", event);
}

void ev_str(const char *key, const char *value)
{
    put_key(key);
    if (value == NULL) {
        put("null", 4);
        return;
    }
    put_quoted(value);
}

void ev_int(const char *key, long long value)
{
    char text[32];

    put_key(key);
    put(text, (size_t)snprintf(text, sizeof(text), "%lld", value));
}

void ev_num(const char *key, double value)
{
    char text[64];

    put_key(key);
    put(text, (size_t)snprintf(text, sizeof(text), "%.17g", value));
}

void ev_bool(const char *key, int value)
{
    put_key(key);
    put(value ? "true" : "false", value ? 4 : 5);
}

static void write_all(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t w = write(out, bytes, n);

        if (w < 0 && errno == EINTR) {
            continue;
        }
        if (w <= 0) {
            return; /* the reader is gone: the watchdog ends the process */
        }
        bytes += w;
        n -= (size_t)w;
    }
}

void ev_end(void)
{
    put("}\n", 2);
    write_all(buf, used);
    pthread_mutex_unlock(&lock);
}

static long status_value(const char *key)
{
    char line[256];
    long value = -1;
    FILE *f = fopen("/proc/self/status", "re");

    if (f == NULL) {
        return -1;
    }
    while (fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            value = atol(line + strlen(key));
            break;
        }
    }
    fclose(f);
    return value;
}

static long open_fds(void)
{
    long n = -1; /* the directory's own descriptor does not count */
    DIR *d = opendir("/proc/self/fd");
    struct dirent *entry;

    if (d == NULL) {
        return -1;
    }
    while ((entry = readdir(d)) != NULL) {
        n += entry->d_name[0] != '.';
    }
    closedir(d);
    return n;
}

/* ev_stats adds the current resource usage: open descriptors, threads, resident memory in KiB. */
void ev_stats(void)
{
    ev_int("fds", open_fds());
    ev_int("threads", status_value("Threads:"));
    ev_int("rss_kb", status_value("VmRSS:"));
}

void violation(const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    ev_begin("violation");
    ev_str("message", text);
    ev_str("thread", watch_thread());
    violation_count++;
    ev_end();
    fprintf(stderr, "host: violation: %s\n", text);
}

int violations(void)
{
    int n;

    pthread_mutex_lock(&lock);
    n = violation_count;
    pthread_mutex_unlock(&lock);
    return n;
}

/* report_fault writes without the lock and without allocating: it runs in a signal handler. */
void report_fault(int sig, const void *address)
{
    char text[512];
    const char *why = guard_explain(address);
    int n = snprintf(text, sizeof(text),
                     "{\"event\":\"fault\",\"code\":%d,\"message\":\"signal %d at address %p%s%s\"}\n",
                     sig, sig, address, why ? ": " : "", why ? why : "");

    write_all(text, (size_t)n);
    n = snprintf(text, sizeof(text), "host: caught signal %d at address %p%s%s\n", sig, address,
                 why ? ": " : "", why ? why : "");
    if (write(STDERR_FILENO, text, (size_t)n) < 0) {
        return;
    }
}

/*
 * report_reader_gone reports whether the other end of the report pipe is closed: the driver died.
 */
int report_reader_gone(void)
{
    struct pollfd p = {.fd = out, .events = 0};

    return poll(&p, 1, 0) > 0 && (p.revents & POLLERR) != 0;
}
