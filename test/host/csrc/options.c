/*
 * options.c: the command line.
 */
#include "options.h"
#include "host.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(const char *problem)
{
    char names[128];

    shape_names(names, sizeof(names));
    fprintf(stderr,
            "host: %s\n"
            "usage: host --plugin FILE.so [options] [--output [--set KEY=VALUE]...]...\n"
            "  --shape NAME           Fluent Bit version to be: %s (5.1.1)\n"
            "  --workers N            threads of an output that sets no workers (0: the engine thread)\n"
            "  --retry-limit N        retries of an output that sets no retry_limit (-1: no limit)\n"
            "  --retry-delay MS       wait before a retry (100)\n"
            "  --grace S              time to finish in after SIGTERM or the end of the input (5; -1: no limit)\n"
            "  --timeout S            ends the process, with a report of what hangs (120)\n"
            "  --max-outstanding N    chunks under way before the input waits (64)\n"
            "  --log-level LEVEL      off, error, warn, info, debug, trace (info)\n"
            "  --log-stderr yes|no    print the log to stderr, too (yes)\n"
            "  --report-fd N          where the report goes (1)\n"
            "  --stack BYTES          size of a coroutine stack (24576)\n"
            "  --no-coroutine         flush on the thread's own stack\n"
            "  --one-exit             end several outputs as Fluent Bit up to 2.0.6 does: one exit, of the last of them\n"
            "  --daemon               fork after Register, as Fluent Bit's daemon mode does\n"
            "  --reinstall-signals    install the signal handlers again after Register, as SIGHUP does\n",
            problem, names);
    exit(EXIT_USAGE);
}

static void *grow(void *items, int count, size_t size)
{
    void *grown = realloc(items, (size_t)(count + 1) * size);

    if (grown == NULL) {
        abort();
    }
    memset((char *)grown + (size_t)count * size, 0, size);
    return grown;
}

static void add_output(void)
{
    host.outputs = grow(host.outputs, host.output_count, sizeof(*host.outputs));
    host.output_count++;
}

static void add_property(const char *pair)
{
    struct output_config *o;
    const char *equals = strchr(pair, '=');

    if (equals == NULL) {
        usage("--set wants KEY=VALUE");
    }
    if (host.output_count == 0) {
        add_output();
    }
    o = &host.outputs[host.output_count - 1];
    o->props = grow(o->props, o->count, sizeof(*o->props));
    o->props[o->count].key = strndup(pair, (size_t)(equals - pair));
    o->props[o->count].value = strdup(equals + 1);
    o->count++;
}

static double number(const char *text, double lowest)
{
    char *end;
    double value = strtod(text, &end);

    if (*text == '\0' || *end != '\0' || value < lowest) {
        usage("an option wants a number");
    }
    return value;
}

static void defaults(void)
{
    host.shape = shape_find("5.1.1");
    host.log_level = LEVEL_INFO;
    host.log_stderr = 1;
    host.retry_limit = -1;
    host.max_outstanding = 64;
    host.coroutine = 1;
    host.stack = 24576;
    host.retry_delay = 0.1;
    host.grace = 5;
    host.timeout = 120;
}

void options_parse(int argc, char **argv)
{
    static const struct option options[] = {
        {"plugin", 1, NULL, 'p'}, {"shape", 1, NULL, 's'}, {"workers", 1, NULL, 'w'}, {"output", 0, NULL, 'o'},
        {"set", 1, NULL, 'k'}, {"retry-limit", 1, NULL, 'l'}, {"retry-delay", 1, NULL, 'd'}, {"grace", 1, NULL, 'g'},
        {"timeout", 1, NULL, 't'}, {"max-outstanding", 1, NULL, 'm'}, {"log-level", 1, NULL, 'L'},
        {"log-stderr", 1, NULL, 'e'}, {"report-fd", 1, NULL, 'r'}, {"stack", 1, NULL, 'S'},
        {"no-coroutine", 0, NULL, 'C'}, {"one-exit", 0, NULL, '1'}, {"daemon", 0, NULL, 'D'}, {"reinstall-signals", 0, NULL, 'R'}, {NULL, 0, NULL, 0},
    };
    int c;

    defaults();
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'p': host.plugin_path = realpath(optarg, NULL); break;
        case 's': host.shape = shape_find(optarg); break;
        case 'w': host.workers = (int)number(optarg, 0); break;
        case 'o': add_output(); break;
        case 'k': add_property(optarg); break;
        case 'l': host.retry_limit = (int)number(optarg, -1); break;
        case 'd': host.retry_delay = number(optarg, 0) / 1000; break;
        case 'g': host.grace = number(optarg, -1); break;
        case 't': host.timeout = number(optarg, 0); break;
        case 'm': host.max_outstanding = (int)number(optarg, 1); break;
        case 'L': host.log_level = log_level_of(optarg); break;
        case 'e': host.log_stderr = strcmp(optarg, "no") != 0; break;
        case 'r': report_open((int)number(optarg, 0)); break;
        case 'S': host.stack = (size_t)number(optarg, 4096); break;
        case 'C': host.coroutine = 0; break;
        case '1': host.one_exit = 1; break;
        case 'D': host.daemon = 1; break;
        case 'R': host.reinstall_signals = 1; break;
        default: usage("unknown option");
        }
    }
    if (optind < argc) {
        usage("unexpected argument");
    }
    if (host.plugin_path == NULL) {
        usage("--plugin must name a file that exists");
    }
    if (host.shape == NULL || host.log_level < 0) {
        usage(host.shape == NULL ? "unknown --shape" : "unknown --log-level");
    }
    if (host.shape->exports != host_exports) {
        usage("this binary exports other symbols than that version of Fluent Bit: use the other binary");
    }
    if (host.output_count == 0) {
        add_output();
    }
}
