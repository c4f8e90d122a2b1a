/* buffer.c - memory of the operators, and what it holds. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* madvise */
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "measure/state.h"

double f2f_host_cache_B(const struct f2f_host *host) {
    if (host->caches < 1) return 1048576.0;
    const struct f2f_host_cache *last = &host->cache[host->caches - 1];
    int parts = (host->cores * host->smt + last->sharers - 1) / last->sharers;
    if (last->sharers == 1) parts = host->cores;
    double size_B = last->size_B * (parts > 1 ? parts : 1);
    return size_B > 1048576.0 ? size_B : 1048576.0;
}

void *f2f_measure_alloc(size_t size_B) {
    static const size_t huge_B = 1 << 21;
    size_t aligned_B = f2f_round_up(size_B + 64, size_B >= huge_B ? huge_B : 64); /* vectors may read past the end */
    void *memory = aligned_alloc(size_B >= huge_B ? huge_B : 64, aligned_B);
#if defined(MADV_HUGEPAGE)
    if (memory && size_B >= huge_B) (void)madvise(memory, aligned_B, MADV_HUGEPAGE);
#endif
    if (memory) memset(memory, 0, aligned_B);
    return memory;
}

struct fill {
    uint32_t *out;
    size_t words;
    enum f2f_product format;
};

/* A multiplication mixes the lower bits upwards (Knuth's multiplicative hash); its upper bits are the number. */
static uint32_t mixed(uint32_t i) {
    i *= 2654435761u;
    i ^= i >> 15;
    return i * 2246822519u;
}

static uint32_t word_of(uint32_t i, enum f2f_product format) {
    uint32_t random = mixed(i), bits;
    float x = (float)(int32_t)random * 0x1p-31f;
    if (format == F2F_PRODUCT_INT8) return random;
    memcpy(&bits, &x, sizeof bits);
    return format == F2F_PRODUCT_FP32 ? bits : (bits & 0xffff0000u) | bits >> 16;
}

static void fill_part(void *context, int thread, int threads) {
    const struct fill *f = context;
    size_t each = (f->words + (size_t)threads - 1) / (size_t)threads, first = each * (size_t)thread;
    for (size_t i = first; i < first + each && i < f->words; i++) f->out[i] = word_of((uint32_t)i, f->format);
}

void f2f_measure_fill(struct f2f_measure *m, void *out, size_t size_B, enum f2f_product format) {
    struct fill f = {out, size_B / sizeof(uint32_t), format};
    f2f_team_run(m->team, fill_part, &f);
}

double f2f_measure_limit_B(const struct f2f_measure *m) {
    return m->host.available_B > 0.0 ? 0.5 * m->host.available_B : HUGE_VAL;
}

double f2f_measure_uncached_B(const struct f2f_measure *m) { return 4.0 * f2f_host_cache_B(&m->host); }

f2f_status f2f_measure_pool(struct f2f_measure *m, size_t size_B, enum f2f_product format, f2f_error *err) {
    double limit_B = f2f_measure_limit_B(m), much_B = fmin(f2f_measure_uncached_B(m), limit_B);
    if ((double)size_B > limit_B)
        return f2f_fail(err, F2F_ERUN, "it reads %.3g MB, more than half of the %.3g MB that are free",
                        1e-6 * (double)size_B, 1e-6 * m->host.available_B);
    size_t wanted_B = (double)size_B > much_B ? size_B : (size_t)much_B;
    if (m->pool_B < wanted_B) {
        free(m->pool);
        m->pool_B = 0, m->pool_holds = -1;
        m->pool = f2f_measure_alloc(wanted_B);
        if (!m->pool) return f2f_fail(err, F2F_ERUN, "no %.3g MB of memory", 1e-6 * (double)wanted_B);
        m->pool_B = wanted_B;
    }
    if (m->pool_holds == (int)format) return F2F_OK;
    f2f_measure_fill(m, m->pool, m->pool_B, format);
    m->pool_holds = (int)format;
    return F2F_OK;
}
