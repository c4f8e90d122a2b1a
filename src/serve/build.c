/* build.c - for how many sequences and tokens TensorRT-LLM's benchmark builds an engine, and the memory that takes.
 *
 * After docs/source/performance/perf-overview.md of 0.10 (one engine for all), tensorrt_llm/bench/build/
 * benchmark_config.yml (0.11 to 0.14) and tuning.py of the same folder (calc_engine_setting, since 0.15), which asks
 * how many contexts fit beside the weights. Leaves out: what was tried by hand where a build did not fit. */
#include "serve/build.h"

#include <math.h>

#include "serve/budget.h"

enum { VOCAB_2 = 32000, VOCAB_3 = 128256, DEFAULT_SEQS = 2048, DEFAULT_TOK = 8192, FIXED_TOK = 2048 };

/* Models by vocabulary and layers; length: of prompt and answer together, 0 for any other. */
static const struct listed {
    int vocab, layers, tp, length, max_seqs, max_tok;
} listed[] = {
    {VOCAB_2, 32, 1, 0, 4096, 8192}, {VOCAB_2, 80, 2, 0, 2048, 2048},     {VOCAB_2, 80, 4, 4224, 256, 8192},
    {VOCAB_2, 80, 4, 0, 4096, 8192}, {VOCAB_2, 80, 8, 2176, 1024, 16384}, {VOCAB_2, 80, 8, 0, 8192, 16384},
    {VOCAB_3, 32, 1, 0, 2048, 8192}, {VOCAB_3, 80, 1, 0, 2048, 2048},     {VOCAB_3, 80, 2, 4096, 2048, 1024},
    {VOCAB_3, 80, 2, 0, 256, 1024},  {VOCAB_3, 80, 4, 0, 2048, 1024},     {VOCAB_3, 80, 8, 0, 8192, 16384},
};
enum { N_LISTED = sizeof listed / sizeof listed[0] };

static void set(struct f2f_engine *engine, double max_seqs, double max_tok) {
    engine->max_seqs = (int)max_seqs;
    engine->max_batched_tok = (int)max_tok;
}

static void build_listed(struct f2f_serve_job *job) {
    set(&job->engine, DEFAULT_SEQS, DEFAULT_TOK);
    for (int i = 0; i < N_LISTED; i++) {
        const struct listed *l = &listed[i];
        if (l->vocab != job->model->vocab || l->layers != job->model->layers || l->tp != job->strategy.tp) continue;
        if (l->length && l->length != job->isl + job->osl) continue;
        set(&job->engine, l->max_seqs, l->max_tok);
        return;
    }
}

static double stepped(double x, double step) { return step * ceil(x / step); }

/* BYTES_PER_ELEM, and what was there before it: fp8, also with scales of blocks, is a byte, fp4 half of one without its
 * scales, all else two. */
static double element_B(enum f2f_dtype d, bool knows_fp4) {
    if (d == F2F_DTYPE_FP4 && knows_fp4) return 0.5;
    return d == F2F_DTYPE_FP8 || d == F2F_DTYPE_FP8_BLOCK ? 1.0 : 2.0;
}

/* calc_engine_setting and finetune_setting: slightly more than is thought to fit into what the device reports. Before
 * it knew of 4 bit it took gigabytes of weights from gibibytes of memory. */
static void build_tuned(struct f2f_serve_job *job, double memory_B, bool knows_fp4) {
    const double unit = knows_fp4 ? 1.0 : 1073741824.0 / 1e9;
    const double cache_frac = 0.95, most_seqs = 4096.0, most_tok = 32768.0;
    const struct f2f_model *m = job->model;
    double chips = (double)job->strategy.tp * job->strategy.pp, kv_heads = fmax(job->strategy.tp, (double)m->kv_heads);
    double weights_B = (double)m->params * element_B(job->precision.weight, knows_fp4) * unit;
    double kv_B = 2.0 * (double)m->layers * kv_heads * (double)m->head_dim * element_B(job->precision.kv, knows_fp4);
    double fit = cache_frac * (chips * memory_B - weights_B) / (kv_B * ((double)job->isl + job->osl));
    double seqs = fmax(1.0, fmin(fit, most_seqs) / job->strategy.pp);
    double tok = fmin(seqs * (1.0 + (double)job->isl / job->osl), most_tok);
    if (seqs < 256.0) seqs = fmax(64.0, stepped(seqs, 32.0));
    else seqs = stepped(seqs, seqs < 1024.0 ? 128.0 : 256.0);
    if (tok < 4096.0) tok = fmax(2048.0, stepped(tok, 256.0));
    else tok = stepped(tok, tok < 8192.0 ? 512.0 : 1024.0);
    if (!job->engine.chunked) tok = fmax(tok, job->isl + seqs);
    set(&job->engine, seqs, tok);
}

void f2f_serve_build(struct f2f_serve_job *job, enum f2f_harness_build build, const struct f2f_machine *machine) {
    if (build == F2F_BUILD_NONE) return;
    if (build == F2F_BUILD_FIXED) set(&job->engine, DEFAULT_SEQS, FIXED_TOK);
    if (build == F2F_BUILD_LISTED) build_listed(job);
    if (build == F2F_BUILD_TUNED_8 || build == F2F_BUILD_TUNED)
        build_tuned(job, machine->mem.capacity_B, build == F2F_BUILD_TUNED);
    while (job->engine.max_seqs > 1 && f2f_serve_budget_make(machine, job).users_fit < 1) job->engine.max_seqs /= 2;
}
