/*
 * guard.c: memory passed to the plugin, laid out so that misuse is detected.
 *
 * Long-lived structures have a canary on both sides, which is checked. Chunks and tags are lent for
 * one call only, and misuse faults: they end at an inaccessible page, and after the call their
 * whole range becomes inaccessible and stays reserved for a while (QUARANTINE ranges), so that a
 * pointer kept by the plugin cannot point to newer memory.
 */
#include "host.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CANARY 64 /* bytes on each side */
#define CANARY_BYTE 0xc5
#define QUARANTINE 256
#define LIVE 512

struct guarded {
    struct guarded *next;
    unsigned char *body;
    size_t size;
    const char *what;
    int broken;
};

/* read by the signal handler without a lock: a torn read costs an explanation, nothing else */
struct range {
    _Atomic(char *) base;
    _Atomic size_t mapped, size;
    const char *what;
    int writable;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct guarded *all;
static int broken_count;
static struct range live[LIVE], quarantine[QUARANTINE];
static unsigned quarantine_next;
static struct { char *page; const char *what; } poisons[8];

void *guard_new(size_t size, const char *what)
{
    struct guarded *g = malloc(sizeof(*g));
    unsigned char *block = malloc(size + 2 * CANARY);

    if (g == NULL || block == NULL) {
        abort();
    }
    memset(block, CANARY_BYTE, size + 2 * CANARY);
    g->body = block + CANARY;
    g->size = size;
    g->what = what;
    g->broken = 0;
    pthread_mutex_lock(&lock);
    g->next = all;
    all = g;
    pthread_mutex_unlock(&lock);
    return g->body;
}

/*
 * offset_of_damage returns the offset of the first changed canary byte from the start of the body,
 * 0 if all are intact.
 */
static long offset_of_damage(const struct guarded *g)
{
    for (long i = 0; i < CANARY; i++) {
        if (g->body[g->size + (size_t)i] != CANARY_BYTE) {
            return (long)g->size + i;
        }
    }
    for (long i = 1; i <= CANARY; i++) {
        if (g->body[-i] != CANARY_BYTE) {
            return -i;
        }
    }
    return 0;
}

void guard_check(const char *after)
{
    pthread_mutex_lock(&lock);
    for (struct guarded *g = all; g != NULL; g = g->next) {
        long at = g->broken ? 0 : offset_of_damage(g);

        if (at != 0) {
            g->broken = 1;
            broken_count++;
            violation("%s: wrote outside %s, which has %zu bytes, at offset %ld", after, g->what, g->size, at);
        }
    }
    pthread_mutex_unlock(&lock);
}

int guard_intact(void)
{
    int intact;

    pthread_mutex_lock(&lock);
    intact = broken_count == 0;
    pthread_mutex_unlock(&lock);
    return intact;
}

int lend(struct lent *l, const void *bytes, size_t size, int writable, const char *what)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = (size + page - 1) / page * page;

    l->mapped = pages + page;
    l->size = size;
    l->slot = -1;
    l->base = mmap(NULL, l->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (l->base == MAP_FAILED) {
        return -1;
    }
    l->data = l->base + pages - size;
    if (size > 0) {
        memcpy(l->data, bytes, size);
    }
    if (!writable && pages > 0) {
        mprotect(l->base, pages, PROT_READ);
    }
    mprotect(l->base + pages, page, PROT_NONE);

    pthread_mutex_lock(&lock);
    for (int i = 0; i < LIVE && l->slot < 0; i++) {
        if (live[i].base == NULL) {
            l->slot = i;
            live[i].what = what;
            live[i].writable = writable;
            live[i].size = pages;
            live[i].mapped = l->mapped;
            live[i].base = l->base;
        }
    }
    pthread_mutex_unlock(&lock);
    return 0;
}

void take_back(struct lent *l)
{
    char *old_base;
    size_t old_mapped;
    struct range *q;
    const char *what = "lent memory";

    /* A new mapping discards the content and keeps the address range reserved. */
    mmap(l->base, l->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    pthread_mutex_lock(&lock);
    if (l->slot >= 0) {
        what = live[l->slot].what;
        live[l->slot].base = NULL;
    }
    q = &quarantine[quarantine_next++ % QUARANTINE];
    old_base = q->base;
    old_mapped = q->mapped;
    q->base = NULL;
    q->what = what;
    q->mapped = l->mapped;
    q->base = l->base;
    pthread_mutex_unlock(&lock);
    if (old_base != NULL) {
        munmap(old_base, old_mapped);
    }
}

void *guard_poison(const char *what)
{
    void *found = NULL;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < sizeof(poisons) / sizeof(poisons[0]) && found == NULL; i++) {
        if (poisons[i].page == NULL) {
            char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

            poisons[i].what = what;
            poisons[i].page = page == MAP_FAILED ? (char *)64 : page;
        }
        if (strcmp(poisons[i].what, what) == 0) {
            found = poisons[i].page + 64; /* so that fields at small negative offsets fault, too */
        }
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static int within(const char *p, const char *base, size_t size)
{
    return base != NULL && p >= base && p < base + size;
}

const char *guard_explain(const void *address)
{
    static char text[160];
    const char *p = address;

    for (size_t i = 0; i < sizeof(poisons) / sizeof(poisons[0]); i++) {
        if (within(p, poisons[i].page, 4096)) {
            return poisons[i].what;
        }
    }
    for (int i = 0; i < LIVE; i++) {
        if (within(p, live[i].base, live[i].mapped)) {
            const char *how = p >= live[i].base + live[i].size ? "touched memory past the end of " : "wrote into ";

            strcpy(text, how);
            return strncat(text, live[i].what, 100);
        }
    }
    for (int i = 0; i < QUARANTINE; i++) {
        if (within(p, quarantine[i].base, quarantine[i].mapped)) {
            strcpy(text, "used after it was taken back: ");
            return strncat(text, quarantine[i].what, 100);
        }
    }
    return NULL;
}
