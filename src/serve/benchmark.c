/* benchmark.c - how published figures of an engine are measured, where the figures do not say so.
 *
 * Closed loops: TensorRT-LLM after the rules by which aiconfigurator starts it for a benchmark (as many sequences as
 * there are users, concurrency + isl + 1500 tokens), vLLM after InferenceMAX (random-range-ratio 0.8, KV cache in the
 * format of activations). TensorRT-LLM's queues and fixed batches come from its own benchmark programs. */
#include <strings.h>

#include "fab2fleet/serve.h"

static const int spare_tok = 1500;

static const struct rule {
    const char *engine;
    bool closed_loop;
    struct f2f_harness harness;
} rules[] = {
    {"trtllm", true, {.engine = "trtllm", .fits_load = true}},
    {"trtllm", false, {.engine = "trtllm-bench"}},
    {"vllm", true, {.engine = "vllm", .spread_frac = 0.2, .kv_as_act = true}},
    {"sglang", true, {.engine = "sglang", .spread_frac = 0.2, .kv_as_act = true}},
};
enum { N_RULES = sizeof rules / sizeof rules[0] };

const struct f2f_harness *f2f_harness_find(const char *engine, bool closed_loop) {
    for (int i = 0; i < N_RULES; i++)
        if (engine && strcasecmp(engine, rules[i].engine) == 0 && rules[i].closed_loop == closed_loop)
            return &rules[i].harness;
    return NULL;
}

void f2f_harness_apply(struct f2f_serve_job *job, const struct f2f_harness *h, bool kv_stated) {
    job->spread_frac = h->spread_frac;
    if (h->kv_as_act && !kv_stated) job->precision.kv = job->precision.act;
    if (!h->fits_load || job->concurrency < 1) return;
    job->engine.max_seqs = job->concurrency;
    job->engine.max_batched_tok = job->concurrency + job->isl + spare_tok;
}
