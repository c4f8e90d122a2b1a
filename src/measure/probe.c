/* probe.c - what the machine can do, by loops that are no operators: multiply-adds in registers, reads of memory and of
 * the last-level cache, additions that wait for each other, threads that meet.
 *
 * All cores work at once, since operators share what they share. The read streams are those of McCalpin's STREAM
 * without stores. */
#include <stdlib.h>

#include "measure/state.h"

static const double budget_s = 0.12; /* of each loop */

struct loop {
    struct f2f_measure *m;
    f2f_team_fn *work; /* of all threads */
    f2f_peak_fn *peak;
    const float *at; /* to be read */
    size_t floats; /* by each thread */
    size_t wrap; /* threads' parts lie so far apart, in floats */
    volatile float kept[F2F_HOST_CORES]; /* so that nothing is left out */
};

enum { READ_MIN_B = 1 << 16 }; /* of each thread */
enum { PEAK_ROUNDS = 20000, CHAIN = 16, CHAIN_ROUNDS = 4000 };

static void peak_part(void *context, int thread, int threads) {
    struct loop *l = context;
    (void)threads;
    l->kept[thread] = l->peak(PEAK_ROUNDS);
}

static void read_part(void *context, int thread, int threads) {
    struct loop *l = context;
    (void)threads;
    l->kept[thread] = l->m->set[F2F_PRODUCT_FP32]->read(l->at + (size_t)thread * l->wrap, l->floats);
}

/* An addition takes one clock on every core there is, and the next one needs its sum. They stand one after the other: a
 * branch for each would be what is timed where another thread shares the core's front end. */
#define ADD_ONE() \
    x += y;       \
    __asm__ volatile("" : "+r"(x), "+r"(y))
#define ADD_FOUR() \
    ADD_ONE();     \
    ADD_ONE();     \
    ADD_ONE();     \
    ADD_ONE()
static void chain_part(void *context, int thread, int threads) {
    struct loop *l = context;
    uint64_t x = (uint64_t)threads, y = (uint64_t)thread + 1;
    for (int r = 0; r < CHAIN_ROUNDS; r++) {
        ADD_FOUR();
        ADD_FOUR();
        ADD_FOUR();
        ADD_FOUR();
    }
    l->kept[thread] = (float)x;
}

static void nothing_part(void *context, int thread, int threads) { (void)context, (void)thread, (void)threads; }

static void run_loop(void *context) {
    struct loop *l = context;
    f2f_team_run(l->m->team, l->work, l);
}

/* The fastest tenth: what the machine can do, others on it or not. */
static double undisturbed_s(struct loop *l, f2f_team_fn *work) {
    struct f2f_timing t;
    l->work = work;
    f2f_measure_time(&t, &l->m->clock, &l->m->wall, run_loop, l, budget_s);
    return t.p10_s > 0.0 ? t.p10_s : 1e-9; /* a clock that stands still */
}

/* Of each thread: half of its share of the last-level cache, but more than its own caches hold. */
static size_t cached_B(const struct f2f_host *host) {
    double own_B = 0.0, share_B = 0.5 * f2f_host_cache_B(host) / host->cores;
    for (int i = 0; i + 1 < host->caches; i++) own_B = host->cache[i].size_B;
    return (size_t)(share_B > 1.5 * own_B ? share_B : 1.5 * own_B);
}

f2f_status f2f_measure_probe(struct f2f_probe *out, struct f2f_measure *m, f2f_error *err) {
    const struct f2f_kernel_set *set = m->set[F2F_PRODUCT_FP32];
    int threads = f2f_team_threads(m->team);
    *out = (struct f2f_probe){.kernels = set->name, .rows = set->rows, .columns = f2f_kernel_set_panel(set)};
    F2F_TRY(f2f_measure_pool(m, (size_t)threads * READ_MIN_B, F2F_PRODUCT_FP32, err));
    out->memory_short = (double)m->pool_B < f2f_measure_uncached_B(m);
    struct loop *l = calloc(1, sizeof *l);
    if (!l) return f2f_fail(err, F2F_ERUN, "no memory");
    l->m = m;
    l->at = (const float *)(const void *)m->pool;
    out->clock_Hz = CHAIN * (double)CHAIN_ROUNDS / undisturbed_s(l, chain_part);
    out->launch_s = undisturbed_s(l, nothing_part);
    for (int p = 0; p < F2F_PRODUCTS; p++) {
        if (!m->set[p]) continue;
        l->peak = m->set[p]->peak[p];
        double flop = PEAK_ROUNDS * m->set[p]->peak_flop[p] * threads;
        out->flops[f2f_product_dtype((enum f2f_product)p)] = flop / undisturbed_s(l, peak_part);
    }
    l->floats = l->wrap = m->pool_B / (size_t)threads / 4096 * 4096 / sizeof(float); /* whole pages */
    out->memory_Bps = (double)(l->floats * sizeof(float)) * threads / undisturbed_s(l, read_part);
    size_t cached = cached_B(&m->host) / sizeof(float);
    l->floats = cached < l->wrap ? cached : l->wrap;
    out->cache_Bps = (double)(l->floats * sizeof(float)) * threads / undisturbed_s(l, read_part);
    free(l);
    return F2F_OK;
}
