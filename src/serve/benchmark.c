/* benchmark.c - how published figures of an engine are measured, where the figures do not say so.
 *
 * Closed loops: TensorRT-LLM after the rules by which aiconfigurator starts it for a benchmark (as many sequences as
 * there are users, concurrency + isl + 1500 tokens), vLLM after InferenceMAX (random-range-ratio 0.8, KV cache in the
 * format of activations). TensorRT-LLM's queues and fixed batches come from its own benchmark programs. */
#include <strings.h>

#include "fab2fleet/serve.h"

static const int spare_tok = 1500;

static const struct harness {
    const char *engine;
    bool closed_loop;
    const char *runs; /* engine as it is then */
    bool fits_load; /* limits follow from the load */
    double spread_frac;
    bool kv_as_act; /* unless stated */
} harnesses[] = {
    {.engine = "trtllm", .closed_loop = true, .runs = "trtllm", .fits_load = true},
    {.engine = "trtllm", .runs = "trtllm-bench"},
    {.engine = "vllm", .closed_loop = true, .runs = "vllm", .spread_frac = 0.2, .kv_as_act = true},
    {.engine = "sglang", .closed_loop = true, .runs = "sglang", .spread_frac = 0.2, .kv_as_act = true},
};
enum { N_HARNESSES = sizeof harnesses / sizeof harnesses[0] };

static f2f_status apply(struct f2f_serve_job *job, const struct harness *h, bool kv_stated, f2f_error *err) {
    F2F_TRY(f2f_engine_find(&job->engine, h->runs, err));
    job->spread_frac = h->spread_frac;
    if (h->kv_as_act && !kv_stated) job->precision.kv = job->precision.act;
    if (h->fits_load && job->concurrency > 0) {
        job->engine.max_seqs = job->concurrency;
        job->engine.max_batched_tok = job->concurrency + job->isl + spare_tok;
    }
    return F2F_OK;
}

f2f_status f2f_serve_job_as_benchmarked(struct f2f_serve_job *job, const char *engine, bool kv_stated, f2f_error *err) {
    bool closed_loop = !job->all_queued && !job->static_batch;
    for (int i = 0; i < N_HARNESSES; i++)
        if (engine && strcasecmp(engine, harnesses[i].engine) == 0 && harnesses[i].closed_loop == closed_loop)
            return apply(job, &harnesses[i], kv_stated, err);
    return f2f_engine_find(&job->engine, engine, err);
}
