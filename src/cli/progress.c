/* progress.c - progress and interruption: stderr, a terminal only, after one second. */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

static volatile sig_atomic_t stops_between_steps, stop_asked;

/* The first signal asks for partial results, a later one ends at once. One that comes with the first is the same wish:
 * timeout(1) and make send it to the process and to its group. */
static void ask_stop(int signal_number) {
    static const char text[] = "fab2fleet: error: interrupted: nothing was finished\n";
    static double asked_s;
    double now_s = cli_now_s();
    (void)signal_number;
    if (!stops_between_steps || (stop_asked && now_s - asked_s > 0.5)) {
        ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
        (void)written;
        _exit(F2F_EINTERRUPTED);
    }
    if (!stop_asked) asked_s = now_s;
    stop_asked = 1;
}

void interrupt_install(void) {
    struct sigaction action = {.sa_handler = ask_stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

double cli_now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_start(struct progress *p, const char *what, bool quiet) {
    stops_between_steps = 1;
    *p = (struct progress){.what = what, .started_s = cli_now_s(), .quiet = quiet || !isatty(STDERR_FILENO)};
}

bool progress_step(void *context, int done, int total, const char *item) {
    struct progress *p = context;
    if (!p->quiet && cli_now_s() - p->started_s > 1.0) {
        fprintf(stderr, "\r\033[K%s: %d of %d  %.60s", p->what, done, total, item);
        p->shown = true;
    }
    return !stop_asked;
}

bool interrupt_go_on(void *unused) {
    (void)unused;
    return !stop_asked;
}

void progress_end(struct progress *p) {
    if (p->shown) fputs("\r\033[K", stderr);
}
