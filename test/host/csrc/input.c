/*
 * input.c: frames on stdin.
 *
 *     chunk <instance|all> <tag bytes> <data bytes>\n<tag><data>
 *     drain <seq>\n       answered when no chunk is outstanding
 *     reload <seq>\n      answered when the new instances run; the old ones flush earlier chunks
 *     register <seq>\n    PreRegister(1), Register, Unregister of a new definition during flushes
 *     signals <seq>\n     the signal handlers are installed again
 *     stats <seq>\n       answered with descriptors, threads, memory; metrics are reported first
 *
 * Answers are "reply" events with the same number. The end of stdin requests a shutdown. While
 * max_outstanding chunks are in flight, the host does not read: this is the back-pressure on the
 * sender.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHUNK ((size_t)1 << 30)
#define MAX_TAG ((size_t)1 << 20)

static char buffer[64 * 1024];
static size_t have, at;

static int input_open(void)
{
    int open;

    pthread_mutex_lock(&host.lock);
    open = host.input_open;
    pthread_mutex_unlock(&host.lock);
    return open;
}

/*
 * read_some reads at most n bytes into p. It returns 0 at the end of the input or after a stop
 * request.
 */
static size_t read_some(char *p, size_t n)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

    while (input_open()) {
        ssize_t r;

        if (poll(&fd, 1, 20) <= 0) {
            continue;
        }
        r = read(STDIN_FILENO, p, n);
        if (r < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        return r > 0 ? (size_t)r : 0;
    }
    return 0;
}

static int read_full(char *p, size_t n)
{
    while (n > 0) {
        size_t take = have - at;

        if (take > 0) {
            take = take < n ? take : n;
            memcpy(p, buffer + at, take);
            at += take;
        }
        else if ((take = read_some(p, n)) == 0) {
            return -1;
        }
        p += take;
        n -= take;
    }
    return 0;
}

/* read_line returns 1 for a line, 0 at the end, -1 for a line too long for the head of a frame. */
static int read_line(char *line, size_t room)
{
    for (size_t n = 0; n < room; n++) {
        if (at == have) {
            at = 0;
            have = read_some(buffer, sizeof(buffer));
            if (have == 0) {
                return n == 0 ? 0 : -1;
            }
        }
        line[n] = buffer[at++];
        if (line[n] == '\n') {
            line[n] = '\0';
            return 1;
        }
    }
    return -1;
}

static struct chunk *chunk_new(int instance, const struct chunk *from)
{
    struct chunk *c = calloc(1, sizeof(*c));

    if (c == NULL || (c->tag = malloc(from->tag_size + 1)) == NULL || (c->data = malloc(from->size + 1)) == NULL) {
        abort();
    }
    c->number = from->number;
    c->instance = instance;
    c->tag_size = from->tag_size;
    c->size = from->size;
    memcpy(c->tag, from->tag, from->tag_size);
    c->tag[c->tag_size] = '\0';
    memcpy(c->data, from->data, from->size);
    return c;
}

/*
 * submit passes the chunk to the engine once there is room. It returns -1 for an unknown instance
 * or a stopping host.
 */
static int submit(struct chunk *c)
{
    int first = c->instance < 0 ? 0 : c->instance;
    int last = c->instance < 0 ? host.output_count - 1 : c->instance;

    pthread_mutex_lock(&host.lock);
    c->number = ++host.next_chunk;
    for (int i = first; i <= last; i++) {
        struct chunk *copy = chunk_new(i, c);

        while (host.input_open && (!host.accepting || host.outstanding >= host.max_outstanding)) {
            pthread_cond_wait(&host.changed, &host.lock);
        }
        if (!host.input_open || engine_submit(host.engine, copy) < 0) {
            chunk_free(copy);
            pthread_mutex_unlock(&host.lock);
            return -1;
        }
    }
    pthread_mutex_unlock(&host.lock);
    return 0;
}

static int on_chunk(const char *instance, size_t tag_size, size_t size)
{
    struct chunk *c;
    int ret = -1;

    if (tag_size > MAX_TAG || size > MAX_CHUNK) {
        return -1;
    }
    c = calloc(1, sizeof(*c));
    if (c == NULL || (c->tag = malloc(tag_size + 1)) == NULL || (c->data = malloc(size + 1)) == NULL) {
        abort();
    }
    c->instance = strcmp(instance, "all") == 0 ? -1 : atoi(instance);
    c->tag_size = tag_size;
    c->size = size;
    if (read_full(c->tag, tag_size) == 0 && read_full(c->data, size) == 0) {
        ret = submit(c);
    }
    chunk_free(c);
    return ret;
}

/* ask sends a request to the main thread and waits until it is done. */
static int ask(int *request)
{
    int failed;

    pthread_mutex_lock(&host.lock);
    *request = 1;
    pthread_cond_broadcast(&host.changed);
    while (*request && host.input_open) {
        pthread_cond_wait(&host.changed, &host.lock);
    }
    failed = host.command_failed || *request;
    *request = 0;
    pthread_mutex_unlock(&host.lock);
    return failed ? -1 : 0;
}

static int drain(void)
{
    int left;

    pthread_mutex_lock(&host.lock);
    while (host.outstanding > 0 && host.input_open) {
        pthread_cond_wait(&host.changed, &host.lock);
    }
    left = (int)host.outstanding;
    pthread_mutex_unlock(&host.lock);
    return left == 0 ? 0 : -1;
}

static void report_metrics(void)
{
    pthread_mutex_lock(&host.lock);
    for (int i = 0; host.engine != NULL && i < host.engine->count; i++) {
        metrics_report(&host.engine->instances[i]);
    }
    pthread_mutex_unlock(&host.lock);
}

static int on_command(const char *command, long seq)
{
    int ret = 0;

    if (strcmp(command, "drain") == 0) {
        ret = drain();
    }
    else if (strcmp(command, "reload") == 0) {
        ret = ask(&host.want_reload);
    }
    else if (strcmp(command, "register") == 0) {
        ret = ask(&host.want_register);
    }
    else if (strcmp(command, "signals") == 0) {
        signals_install();
    }
    else if (strcmp(command, "stats") == 0) {
        report_metrics();
    }
    else {
        return -1;
    }
    ev_begin("reply");
    ev_str("command", command);
    ev_int("seq", seq);
    ev_bool("ok", ret == 0);
    ev_stats();
    ev_end();
    return 0;
}

static void *read_input(void *arg)
{
    char line[128], word[16], instance[16];
    size_t tag_size, size;
    long seq;
    int got, bad, nothing;

    (void)arg;
    watch_name_thread("host-input");
    while ((got = read_line(line, sizeof(line))) == 1) {
        int ret = -1;

        if (sscanf(line, "chunk %15s %zu %zu", instance, &tag_size, &size) == 3) {
            ret = on_chunk(instance, tag_size, size);
        }
        else if (sscanf(line, "%15s %ld", word, &seq) == 2) {
            ret = on_command(word, seq);
        }
        if (ret < 0) {
            got = -1;
            break;
        }
    }
    bad = got < 0 && input_open(); /* a stop may cut off a frame */
    if (bad) {
        ev_begin("bad_input");
        ev_str("message", line);
        ev_end();
        host_log(LEVEL_ERROR, "cannot understand the input after: %.60s", line);
    }
    if ((nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) {
        dup2(nothing, STDIN_FILENO); /* a sender that continues gets EPIPE */
        close(nothing);
    }
    pthread_mutex_lock(&host.lock);
    host.input_ended = bad ? -1 : 1;
    pthread_cond_broadcast(&host.changed);
    pthread_mutex_unlock(&host.lock);
    watch_end_thread();
    return NULL;
}

void input_start(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, read_input, NULL) == 0) {
        pthread_detach(thread);
    }
}
