/* team.c - threads that stay, each on a core of its own, started and met by spinning.
 *
 * A round is a number that all threads watch; a thread that has finished counts itself. Waiting spins first, since
 * operators take microseconds, then gives the core away, then sleeps, so that a team that is left alone costs nothing.
 * Pinning is Linux's; elsewhere, and where it is refused, threads run where they like. */
#if defined(__linux__)
#define _GNU_SOURCE /* CPU_SET, pthread_setaffinity_np */
#endif
#include "measure/team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { SPINS = 20000, YIELDS = 200 };

struct member {
    struct f2f_team *team;
    pthread_t thread;
    int index, cpu;
    _Alignas(128) double busy_s; /* of the last run */
};

struct f2f_team {
    struct member *member;
    int n, started;
    f2f_team_fn *work;
    void *context;
    double (*thread_s)(void *context); /* NULL: nobody watches */
    void *watch_context;
    double busy_s;
    _Alignas(128) atomic_uint round; /* of work; the others watch it */
    _Alignas(128) atomic_int left; /* of the others, still at work */
    atomic_bool ends;
#if defined(__linux__)
    cpu_set_t before;
    bool was_pinned;
#endif
};

static void pause_once(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void wait_more(long *turns) {
    static const struct timespec nap = {0, 50000};
    ++*turns;
    if (*turns < SPINS) pause_once();
    else if (*turns < SPINS + YIELDS) (void)sched_yield();
    else (void)nanosleep(&nap, NULL);
}

static void pin(pthread_t thread, int cpu) {
#if defined(__linux__)
    cpu_set_t set;
    if (cpu < 0 || cpu >= CPU_SETSIZE) return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    (void)pthread_setaffinity_np(thread, sizeof set, &set);
#else
    (void)thread, (void)cpu;
#endif
}

static void work_on(struct f2f_team *team, int index) {
    double from_s = team->thread_s ? team->thread_s(team->watch_context) : 0.0;
    team->work(team->context, index, team->n);
    if (team->thread_s) team->member[index].busy_s = team->thread_s(team->watch_context) - from_s;
}

static void *serve(void *argument) {
    struct member *self = argument;
    struct f2f_team *team = self->team;
    for (unsigned seen = 0;; seen++) {
        long turns = 0;
        while (atomic_load_explicit(&team->round, memory_order_acquire) == seen) wait_more(&turns);
        if (atomic_load_explicit(&team->ends, memory_order_acquire)) return NULL;
        work_on(team, self->index);
        atomic_fetch_sub_explicit(&team->left, 1, memory_order_release);
    }
}

void f2f_team_run(struct f2f_team *team, f2f_team_fn *work, void *context) {
    team->work = work;
    team->context = context;
    atomic_store_explicit(&team->left, team->n - 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&team->round, 1, memory_order_release);
    work_on(team, 0);
    long turns = 0;
    while (atomic_load_explicit(&team->left, memory_order_acquire) > 0) wait_more(&turns);
    double longest_s = 0.0;
    for (int i = 0; team->thread_s && i < team->n; i++)
        if (team->member[i].busy_s > longest_s) longest_s = team->member[i].busy_s;
    team->busy_s += longest_s;
}

void f2f_team_watch(struct f2f_team *team, double (*thread_s)(void *context), void *context) {
    team->thread_s = thread_s;
    team->watch_context = context;
}

double f2f_team_busy_s(void *team) { return ((struct f2f_team *)team)->busy_s; }

int f2f_team_threads(const struct f2f_team *team) { return team->n; }

static f2f_status start(struct f2f_team *team, f2f_error *err) {
    for (int i = 1; i < team->n; i++) {
        struct member *m = &team->member[i];
        if (pthread_create(&m->thread, NULL, serve, m) != 0)
            return f2f_fail(err, F2F_ERUN, "the system gives only %d of %d threads", i, team->n);
        team->started++;
        pin(m->thread, m->cpu);
    }
    return F2F_OK;
}

f2f_status f2f_team_new(struct f2f_team **out, const int *cpu, int n, f2f_error *err) {
    *out = NULL;
    struct f2f_team *team = aligned_alloc(128, (sizeof *team + 127) / 128 * 128);
    struct member *member = aligned_alloc(128, (size_t)n * sizeof *member);
    if (!team || !member) {
        free(team), free(member);
        return f2f_fail(err, F2F_ERUN, "no memory for %d threads", n);
    }
    *team = (struct f2f_team){.member = member, .n = n};
    for (int i = 0; i < n; i++) member[i] = (struct member){.team = team, .index = i, .cpu = cpu[i]};
#if defined(__linux__)
    team->was_pinned = pthread_getaffinity_np(pthread_self(), sizeof team->before, &team->before) == 0;
#endif
    f2f_status status = start(team, err);
    if (status != F2F_OK) {
        f2f_team_free(team);
        return status;
    }
    pin(pthread_self(), cpu[0]);
    *out = team;
    return F2F_OK;
}

void f2f_team_free(struct f2f_team *team) {
    if (!team) return;
    atomic_store_explicit(&team->ends, true, memory_order_release);
    atomic_fetch_add_explicit(&team->round, 1, memory_order_release);
    for (int i = 1; i <= team->started; i++) pthread_join(team->member[i].thread, NULL);
#if defined(__linux__)
    if (team->was_pinned) (void)pthread_setaffinity_np(pthread_self(), sizeof team->before, &team->before);
#endif
    free(team->member);
    free(team);
}
