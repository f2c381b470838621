/*
 * coro.c: runs a callback on a separate small stack, as Fluent Bit runs every flush.
 *
 * The stack is freshly mapped for each call and filled with a pattern, so its high-water mark can
 * be read afterwards. Below the stack lies a red zone of RED_ZONE bytes, which an overflow
 * overwrites without a crash, and below it a page that faults. Fluent Bit has neither: an overflow
 * corrupts its heap.
 */
#include "host.h"

#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define RED_ZONE ((size_t)64 * 1024)
#define PATTERN 0xa7

struct call {
    ucontext_t self, caller;
    void (*fn)(void *);
    void *arg;
};

/* entry receives the address of the call in two ints, because makecontext passes only ints. */
static void entry(unsigned high, unsigned low)
{
    struct call *c = (struct call *)(((uintptr_t)high << 32) | low);

    c->fn(c->arg);
    swapcontext(&c->self, &c->caller);
}

/* used returns the number of stack bytes used, measured from the top. */
static long used(const unsigned char *red, const unsigned char *stack, size_t size)
{
    for (size_t i = 0; i < RED_ZONE; i++) {
        if (red[i] != 0) {
            return (long)(size + RED_ZONE - i);
        }
    }
    for (size_t i = 0; i < size; i++) {
        if (stack[i] != PATTERN) {
            return (long)(size - i);
        }
    }
    return 0;
}

long coro_run(void (*fn)(void *), void *arg, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t total = page + RED_ZONE + size;
    struct call c = {.fn = fn, .arg = arg};
    unsigned char *base = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *stack = base + page + RED_ZONE;
    long high_water;

    if (base == MAP_FAILED) {
        return -1;
    }
    mprotect(base, page, PROT_NONE);
    memset(stack, PATTERN, size);

    getcontext(&c.self);
    c.self.uc_stack.ss_sp = stack;
    c.self.uc_stack.ss_size = size;
    c.self.uc_link = NULL;
    makecontext(&c.self, (void (*)(void))entry, 2, (unsigned)((uintptr_t)&c >> 32), (unsigned)(uintptr_t)&c);
    swapcontext(&c.caller, &c.self);

    high_water = used(base + page, stack, size);
    munmap(base, total);
    return high_water;
}
