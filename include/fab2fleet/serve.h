/* serve.h - an inference service: latency, throughput and capacity of one replica (tp * pp chips). */
#ifndef F2F_SERVE_H
#define F2F_SERVE_H

#include <stdbool.h>

#include "fab2fleet/machine.h"
#include "fab2fleet/parallel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Objectives, 0: none. */
struct f2f_slo {
    double ttft_mean_s, ttft_p50_s, ttft_p90_s, ttft_p99_s;
    double tpot_mean_s, tpot_p50_s, tpot_p90_s, tpot_p99_s;
    double e2e_p99_s;
};

/* Parses 'ttft_p99_s<=0.5,tpot_p99_s<=0.05'. F2F_EUSAGE names the known keys. */
f2f_status f2f_slo_parse(struct f2f_slo *out, const char *text, f2f_error *err);

/* How an engine batches, and what its host program costs. Shared by all chips: src/serve/engine.c. */
struct f2f_engine {
    const char *name; /* "generic", "vllm", "trtllm", ... */
    int max_seqs; /* most sequences in a batch */
    int max_batched_tok; /* most tokens in an iteration */
    int block_tok; /* KV block */
    int held_seqs; /* of max_seqs, those the engine keeps for itself */
    bool chunked; /* prompts may be cut to fill an iteration; else only whole prompts that fit */
    bool mixed; /* prompts and decodes share an iteration; else decodes wait */
    bool reserves; /* room for prompt and answer at admission; else room on demand, and preemption */
    bool of_free; /* memory_frac is of what weights and workspace leave; else of all usable memory */
    double memory_frac; /* what the engine may fill */
    double workspace_B; /* graphs, communication buffers; activations are added */
    bool overlaps; /* host work of an iteration runs beside the chips' work; else after it */
    double host_s; /* host time per iteration */
    double host_per_seq_s; /* and per sequence in the batch */
    double host_layer_s; /* host time to launch a layer kernel by kernel: least time of an iteration with prompts */
    double intake_s; /* front end (one thread): per request, until it can be scheduled */
    double stream_s; /* front end: per streamed token */
    double reply_s; /* delay of a request on its way in, not shared with others */
};

/* Named engine defaults; NULL: the default engine. F2F_EUSAGE names the known ones. */
f2f_status f2f_engine_find(struct f2f_engine *out, const char *name, f2f_error *err);

struct f2f_serve_job {
    const struct f2f_model *model;
    struct f2f_precision precision;
    struct f2f_strategy strategy; /* tp, pp */
    struct f2f_engine engine;
    int isl, osl; /* tokens in and out of each request */
    double spread_frac; /* lengths are spread evenly from 1 - spread to 1 times isl and osl, 0..0.9; 0: all equal */
    int concurrency; /* requests in flight at all times (closed loop); 0: find the most users under slo */
    bool all_queued; /* every request waits at the start; the engine's own limits make the batch */
    bool static_batch; /* one fixed batch of `concurrency`, no refill */
    bool steady; /* starts in mid-stride, users spread over all stages; else all at once. concurrency = 0 implies it */
    int requests; /* 0: 10 times the concurrency, as genai-perf is run; steady or all queued: enough to repeat */
    struct f2f_slo slo;
};

/* Sets the engine of a job that is to be compared with published measurements, and the conditions under which those
 * are taken (limits, lengths, KV format; src/serve/benchmark.c). Before: precision, isl, concurrency, all_queued and
 * static_batch. kv_stated: the KV format is known, else it becomes the engine's default. F2F_EUSAGE as f2f_engine_find.
 */
f2f_status f2f_serve_job_as_benchmarked(struct f2f_serve_job *job, const char *engine, bool kv_stated, f2f_error *err);

/* Runs the job. What does not fit is an answer: F2F_OK with feasible = false and `why` in the record.
 * Keys: requests, ttft_{mean,p50,p90,p99}_s, tpot_{...}_s, e2e_p99_s, output_tokps, output_tokps_per_chip,
 * goodput_frac, concurrency, users_max, users_fit, kv_capacity_tok, power_W, energy_per_tok_J, iterations,
 * preemptions, memory{weights_B, kv_B, workspace_B, free_B} of the fullest chip, feasible, why.
 * F2F_EINPUT: a strategy that does not divide or exceeds the system, isl or osl below 1, numbers out of range. */
f2f_status f2f_serve_run(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                         const struct f2f_serve_job *job, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
