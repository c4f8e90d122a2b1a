/* serve.h - an inference service: latency, throughput, capacity and energy of replicas under a load.
 *
 * A replica is tp * pp * dp chips that run one engine. Requests come as a closed loop, all at once, from a synthetic
 * traffic or from a trace file, and go through a router to replicas, which simulate them iteration by iteration. */
#ifndef F2F_SERVE_H
#define F2F_SERVE_H

#include <stdbool.h>

#include "fab2fleet/engine.h"
#include "fab2fleet/machine.h"
#include "fab2fleet/parallel.h"
#include "fab2fleet/traffic.h"

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

/* Speculative decoding: a draft model proposes `tokens`, each accepted with that probability. draft NULL: none. */
struct f2f_speculation {
    const struct f2f_model *draft;
    int tokens;
    double acceptance_frac;
};

/* An open load: requests that come by themselves. Neither trace nor traffic: a closed loop. */
struct f2f_serve_stream {
    const char *trace; /* file; .gz too. Formats: src/serve/trace_list.h */
    const struct f2f_traffic *traffic;
    double rate_scale; /* times between requests are divided by it; 0: 1 */
    double from_s, to_s; /* window of the trace's time, counted from its first request; to_s 0: to the end */
    unsigned seed;
};

enum f2f_serve_role { F2F_ROLE_BOTH, F2F_ROLE_PREFILL, F2F_ROLE_DECODE };

/* Replicas that are alike. */
struct f2f_serve_group {
    const struct f2f_system *system; /* NULL: the call's */
    struct f2f_strategy strategy;
    int replicas;
    int role; /* enum f2f_serve_role: prefill and decode pools hand KV caches over the network */
};

/* Replicas fail at random and come back. 0: never. */
struct f2f_serve_failures {
    double mtbf_s; /* mean time between failures of one replica */
    double warmup_s; /* until it serves again, and until a new one does */
};

/* The number of serving replicas follows the load: every interval, one more above `high` requests in flight per
 * replica, one fewer (drained first) below `low`. high 0: fixed. */
struct f2f_serve_autoscale {
    int least;
    double high, low, interval_s;
};

/* Called now and then; false: stop, and answer with what is there. */
typedef bool f2f_serve_progress_fn(void *context, double share_done);

struct f2f_serve_job {
    const struct f2f_model *model;
    struct f2f_precision precision;
    struct f2f_strategy strategy; /* tp, pp; dp: ranks of data-parallel attention, ep: experts over them */
    struct f2f_engine engine;
    struct f2f_speculation speculation;
    int isl, osl; /* tokens in and out of each request of a closed loop */
    double spread_frac; /* lengths are spread evenly from 1 - spread to 1 times isl and osl, 0..0.9; 0: all equal */
    int concurrency; /* requests in flight at all times (closed loop); 0: find the most users under slo */
    bool all_queued; /* every request waits at the start; the engine's own limits make the batch */
    bool static_batch; /* one fixed batch of `concurrency`, no refill */
    bool steady; /* starts in mid-stride, users spread over all stages; else all at once. concurrency = 0 implies it */
    int requests; /* of the run; 0: 10 times the concurrency, as genai-perf is run, twice in mid-stride (200 at least),
                     of a queue three times what runs side by side; of a trace all, of a traffic 10,000 */
    struct f2f_serve_stream stream;
    int replicas; /* 0: 1 */
    const char *router; /* src/serve/router_list.h; NULL: the first */
    const struct f2f_serve_group *groups; /* instead of `replicas` */
    int n_groups;
    struct f2f_serve_failures failures;
    struct f2f_serve_autoscale autoscale;
    struct f2f_slo slo;
    enum f2f_quantile quantile; /* of the times of operators */
    bool step_by_step; /* every iteration on its own: the same answer, slowly */
    bool unexplained; /* without the tree of where the time goes, which takes as long as the chip model took */
    bool series; /* figures over time, in `over_time` of the record */
    double timeline_from_s, timeline_to_s; /* spans of that time go to the record */
    f2f_serve_progress_fn *progress;
    void *progress_context;
};

/* Chips of one replica. */
double f2f_serve_job_chips(const struct f2f_serve_job *job);

/* How the published figures of an engine are measured (limits, lengths, KV format; src/serve/benchmark.c). */
enum f2f_harness_build {
    F2F_BUILD_NONE, /* the limits of the catalog */
    F2F_BUILD_FIXED, /* one engine for all */
    F2F_BUILD_LISTED, /* by model, tp and length */
    F2F_BUILD_TUNED_8, /* by what is thought to fit, weights of 8 bit or 16 */
    F2F_BUILD_TUNED /* the same, weights of 4 bit too */
};
struct f2f_harness {
    const char *engine; /* name of the catalog that runs then */
    bool fits_load, kv_as_act;
    bool session; /* fixed batches run without a batch manager */
    bool opens; /* for every request at once */
    bool evicts; /* admits more than reservations would, and preempts */
    double spread_frac;
    double memory_frac; /* 0: the engine's */
    int requests; /* 0: those of the page's table */
    enum f2f_harness_build build;
};
/* version: NULL or "" is unstated. NULL when nothing is known of that engine: it runs as its catalog says. */
const struct f2f_harness *f2f_harness_find(const char *engine, const char *version, bool closed_loop);
/* Sets the conditions of a job that is to be compared with published measurements. Before: all else of the job.
 * kv_stated: the KV format is known, else it becomes the engine's default. */
void f2f_harness_apply(struct f2f_serve_job *job, const struct f2f_harness *harness, const struct f2f_machine *machine,
                       bool kv_stated);

/* Runs the job. What does not fit is an answer: F2F_OK with feasible = false and `why` in the record.
 * Keys: requests, {ttft,tpot,itl,e2e,queue}_{mean,p50,p90,p99}_s, output_tokps, output_tokps_per_chip, goodput_frac,
 * isl_tok, osl_tok and concurrency (of a closed loop), users_max, users_fit, kv_capacity_tok, kv_used_{mean,peak}_frac,
 * power_W, energy_per_tok_J, iterations, preemptions, refused, slo_met and rate_Hz (of an open load),
 * memory{weights_B, kv_B, workspace_B, free_B} of the fullest chip, engine, feasible, why. F2F_EINPUT: a strategy that
 * does not divide or exceeds the system, lengths below 1, numbers out of range, a trace that cannot be read
 * (file:line:col). F2F_EINTERRUPTED: stopped; the record holds what was finished. */
f2f_status f2f_serve_run(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                         const struct f2f_serve_job *job, f2f_error *err);
/* What f2f_serve_run would refuse, without running it; what is wrong inside a trace shows only then. */
f2f_status f2f_serve_check(const struct f2f_system *system, const struct f2f_serve_job *job, f2f_error *err);

/* The fewest chips that meet job->slo under job->stream: over tp (powers of two within the node) and replicas.
 * The record is that of the best, with `chips`. F2F_OK and feasible = false when none does. */
f2f_status f2f_serve_size(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                          const struct f2f_serve_job *job, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
