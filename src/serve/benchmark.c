/* benchmark.c - how published figures of an engine are measured, where the figures do not say so.
 *
 * Closed loops: TensorRT-LLM after the rules by which aiconfigurator starts it for a benchmark (as many sequences as
 * there are users, concurrency + isl + 1500 tokens), vLLM after InferenceMAX (random-range-ratio 0.8, KV cache in the
 * format of activations); vLLM's own program keeps all lengths equal unless told otherwise ("vllm-bench"), and requests
 * come in waves. TensorRT-LLM's queues and fixed batches come from its own benchmark programs; how many requests it
 * queues is in docs/source/performance/perf-overview.md: with long answers so few that the last ones run in a batch
 * that empties. vLLM's queues after AMD's page (ROCm/vllm docs/dev-docker/README.md): in the same process, as many
 * sequences at once as prompts, 500 to 3,200 of them, and 131,072 tokens an iteration.
 *
 * "trtllm-mlperf" is TensorRT-LLM as NVIDIA and others submit to MLPerf Inference v5.1 (closed/NVIDIA/configs:
 * max_util, 0.95 of free memory, batches as large as fit, minutes long). */
#include <stdlib.h>
#include <strings.h>

#include "serve/build.h"

static const int spare_tok = 1500;
static const int enough_tok = 16384; /* longer prompts are cut */
static const int open_tok = 131072;

static const struct rule {
    const char *engine;
    const char *versions; /* before which, NULL: all */
    bool unstated; /* rows without a version are that old */
    bool closed_loop;
    struct f2f_harness harness;
} rules[] = {
    {"trtllm", NULL, true, true, {.engine = "trtllm", .fits_load = true}},
    {"trtllm", "0.7", false, false, {.engine = "trtllm-bench-0.6", .session = true}},
    {"trtllm", "0.10", false, false, {.engine = "trtllm-bench-0.13", .session = true}},
    {"trtllm",
     "0.11",
     false,
     false,
     {.engine = "trtllm-bench-0.11", .evicts = true, .requests = 2000, .build = F2F_BUILD_FIXED}},
    {"trtllm", "0.12", false, false, {.engine = "trtllm-bench-0.11", .memory_frac = 0.99, .build = F2F_BUILD_LISTED}},
    {"trtllm", "0.13", false, false, {.engine = "trtllm-bench-0.13", .memory_frac = 0.99, .build = F2F_BUILD_LISTED}},
    {"trtllm", "0.14", false, false, {.engine = "trtllm-bench-0.13", .build = F2F_BUILD_LISTED}},
    {"trtllm", "0.15", false, false, {.engine = "trtllm-bench-0.14", .build = F2F_BUILD_LISTED}},
    {"trtllm", "0.19", false, false, {.engine = "trtllm-bench-0.18", .memory_frac = 0.95, .build = F2F_BUILD_TUNED_8}},
    {"trtllm", NULL, true, false, {.engine = "trtllm-bench", .build = F2F_BUILD_TUNED}},
    {"trtllm-mlperf",
     NULL,
     true,
     false,
     {.engine = "trtllm-bench-0.18", .evicts = true, .memory_frac = 0.95, .requests = 30000, .build = F2F_BUILD_TUNED}},
    {"vllm-tpu", NULL, true, false, {.engine = "vllm-tpu", .requests = 1000}},
    {"vllm", "0.14", true, true, {.engine = "vllm-0.13", .spread_frac = 0.2, .kv_as_act = true}},
    {"vllm", NULL, true, true, {.engine = "vllm", .spread_frac = 0.2, .kv_as_act = true}},
    {"vllm-bench", "0.14", true, true, {.engine = "vllm-0.13", .kv_as_act = true}},
    {"vllm-bench", NULL, true, true, {.engine = "vllm", .kv_as_act = true}},
    {"vllm", "0.14", true, false, {.engine = "vllm-inproc-0.13", .opens = true, .requests = 1500}},
    {"vllm", NULL, true, false, {.engine = "vllm-inproc", .opens = true, .requests = 1500}},
    {"optimum-habana", NULL, true, false, {.engine = "optimum-habana"}},
    {"sglang", NULL, true, true, {.engine = "sglang", .spread_frac = 0.2, .kv_as_act = true}},
};
enum { N_RULES = sizeof rules / sizeof rules[0] };

/* num_requests of TensorRT-LLM's page, the same in all versions since 0.10; the last four lengths since 1.1. */
static const struct queue {
    int isl, osl, requests, layers; /* layers: of the model; 0: any */
} queued[] = {{128, 128, 30000, 0},  {128, 2048, 3000, 0},   {128, 4096, 1500, 0},  {500, 2000, 3000, 0},
              {1000, 1000, 3000, 0}, {1000, 2000, 1500, 0},  {2048, 128, 3000, 0},  {2048, 2048, 1500, 0},
              {5000, 500, 1500, 0},  {20000, 2000, 1000, 0}, {1024, 1024, 3000, 0}, {8192, 1024, 1500, 0},
              {1024, 8192, 1500, 0}, {32768, 1024, 1000, 0}};
enum { N_QUEUED = sizeof queued / sizeof queued[0] };

/* Num Prompts of AMD's page (vLLM 0.10.0): 70B and 405B. */
static const struct queue opened[] = {{128, 2048, 3200, 80}, {128, 2048, 1500, 126}, {128, 4096, 1500, 0},
                                      {500, 2000, 2000, 0},  {2048, 2048, 1500, 80}, {2048, 2048, 500, 126}};
enum { N_OPENED = sizeof opened / sizeof opened[0] };

/* "0.10.0" before "0.15": number by number. */
static bool before(const char *version, const char *limit) {
    for (;;) {
        char *end, *limit_end;
        long a = strtol(version, &end, 10), b = strtol(limit, &limit_end, 10);
        if (end == version || a != b) return end != version && a < b;
        if (*end != '.' || *limit_end != '.') return false;
        version = end + 1;
        limit = limit_end + 1;
    }
}

const struct f2f_harness *f2f_harness_find(const char *engine, const char *version, bool closed_loop) {
    for (int i = 0; i < N_RULES; i++) {
        const struct rule *rule = &rules[i];
        if (!engine || strcasecmp(engine, rule->engine) != 0 || rule->closed_loop != closed_loop) continue;
        bool stated = version && *version;
        if (!rule->versions || (stated ? before(version, rule->versions) : rule->unstated)) return &rule->harness;
    }
    return NULL;
}

/* TensorRT-LLM's fixed batches run in the runtime's session (gptSessionBenchmark): a cache of the size it needs, tokens
 * kept for the batch alone, and no batch manager that works for each sequence or agrees over chips. */
static void run_in_session(struct f2f_engine *engine, int isl) {
    if (isl < enough_tok && engine->max_batched_tok < isl + engine->max_seqs)
        engine->max_batched_tok = isl + engine->max_seqs;
    engine->memory_frac = 1.0;
    engine->logits_buffers = 1;
    engine->token_buffers = 0;
    engine->host_per_seq_s = engine->host_sync_s = 0.0;
}

/* How many requests are queued, and for which limits the engine was built. */
static void run_queued(struct f2f_serve_job *job, const struct f2f_harness *h, const struct f2f_machine *machine) {
    const struct queue *table = h->opens ? opened : queued;
    job->requests = h->requests;
    for (int i = 0; i < (h->opens ? N_OPENED : N_QUEUED) && (h->opens || !h->requests); i++) {
        const struct queue *q = &table[i];
        bool fits = !q->layers || q->layers == job->model->layers;
        if (fits && job->isl == q->isl && job->osl == q->osl) job->requests = q->requests;
    }
    if (h->memory_frac > 0.0) job->engine.memory_frac = h->memory_frac;
    if (h->evicts) job->engine.reserves = false;
    if (h->opens) job->engine.max_seqs = job->requests;
    if (h->opens) job->engine.max_batched_tok = open_tok;
    f2f_serve_build(job, h->build, machine);
}

void f2f_harness_apply(struct f2f_serve_job *job, const struct f2f_harness *h, const struct f2f_machine *machine,
                       bool kv_stated) {
    job->spread_frac = h->spread_frac;
    if (h->kv_as_act && !kv_stated) job->precision.kv = job->precision.act;
    if (job->all_queued) run_queued(job, h, machine);
    if (job->static_batch && h->session) run_in_session(&job->engine, job->isl);
    if (!h->fits_load || job->concurrency < 1) return;
    job->engine.max_seqs = job->concurrency;
    job->engine.max_batched_tok = job->concurrency + job->isl + spare_tok;
}
