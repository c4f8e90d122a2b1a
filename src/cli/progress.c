/* progress.c - progress and interruption: stderr, a terminal only, after one second. */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

static volatile sig_atomic_t stop_asked;

static void ask_stop(int signal_number) {
    if (stop_asked) { /* a second Ctrl-C ends the process */
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    stop_asked = 1;
}

void interrupt_install(void) {
    struct sigaction action = {.sa_handler = ask_stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool interrupted(void) { return stop_asked != 0; }

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_start(struct progress *p, const char *what, bool quiet) {
    *p = (struct progress){.what = what, .started_s = now_s(), .quiet = quiet || !isatty(STDERR_FILENO)};
}

bool progress_step(void *context, int done, int total, const char *item) {
    struct progress *p = context;
    if (!p->quiet && now_s() - p->started_s > 1.0) {
        fprintf(stderr, "\r\033[K%s: %d of %d  %.60s", p->what, done, total, item);
        p->shown = true;
    }
    return !interrupted();
}

void progress_end(struct progress *p) {
    if (p->shown) fputs("\r\033[K", stderr);
}
