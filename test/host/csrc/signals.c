/*
 * signals.c: the signal handlers of Fluent Bit that affect a plugin.
 *
 * They are installed before the plugin is loaded, and again at every SIGHUP and SIGCONT, without
 * SA_ONSTACK: after that a fault in Go code no longer reaches the Go runtime.
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_came, reload_came;
static volatile pid_t forward_to;

static void on_control(int sig)
{
    if (forward_to > 0) {
        kill(forward_to, sig == SIGUSR2 ? SIGKILL : sig);
        return;
    }
    if (sig == SIGHUP || sig == SIGCONT) {
        signals_install();
    }
    if (sig == SIGHUP) {
        reload_came = 1;
    }
    else if (sig != SIGCONT) {
        stop_came = 1;
    }
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    report_fault(sig, info != NULL ? info->si_addr : NULL);
    abort();
}

static const int controls[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCONT};

void signals_install(void)
{
    struct sigaction control, fault;

    memset(&control, 0, sizeof(control));
    control.sa_handler = on_control;
    control.sa_flags = SA_RESTART;
    memset(&fault, 0, sizeof(fault));
    fault.sa_sigaction = on_fault;
    fault.sa_flags = SA_SIGINFO | SA_RESTART;
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        sigaction(controls[i], &control, NULL);
    }
    sigaction(SIGSEGV, &fault, NULL);
    sigaction(SIGFPE, &fault, NULL);
}

/* signals_check reports a violation if the plugin handles a signal that Fluent Bit needs itself. */
void signals_check(const char *after)
{
    static int reported;
    struct sigaction now;

    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]) && !reported; i++) {
        if (sigaction(controls[i], NULL, &now) == 0 && now.sa_handler != on_control) {
            reported = 1;
            violation("%s: replaced Fluent Bit's handler of %s", after, strsignal(controls[i]));
        }
    }
}

int signals_take_stop(void)
{
    int came = stop_came;

    stop_came = 0;
    return came;
}

int signals_take_reload(void)
{
    int came = reload_came;

    reload_came = 0;
    return came;
}

/*
 * signals_forward_to makes this process, the parent of a daemon, forward its signals to the child.
 * SIGUSR2 kills the child. SIGKILL to the parent kills the child, too, but then no process waits
 * for it.
 */
void signals_forward_to(pid_t child)
{
    struct sigaction control;

    forward_to = child;
    memset(&control, 0, sizeof(control));
    control.sa_handler = on_control;
    sigaction(SIGUSR2, &control, NULL);
}
