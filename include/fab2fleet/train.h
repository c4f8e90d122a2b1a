/* train.h - one training step of a model on many chips: memory, time, power.
 *
 * Adam in mixed precision with fp32 master weights; flash attention; tensor parallelism always with
 * sequence parallelism. Formulas and their sources: docs/models/train.md. */
#ifndef F2F_TRAIN_H
#define F2F_TRAIN_H

#include "fab2fleet/machine.h"
#include "fab2fleet/parallel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In a strategy of a job: to be chosen, like F2F_RECOMPUTE_CHOSEN in strategy.recompute. */
#define F2F_ZERO_CHOSEN (-1)
#define F2F_SCHEDULE_CHOSEN (-1) /* strategy.schedule */

/* Number of a pipeline schedule by name (gpipe, 1f1b, interleaved, zero-bubble); F2F_EUSAGE names them. */
f2f_status f2f_schedule_parse(int *out, const char *text, f2f_error *err);
/* The schedule a strategy uses. */
const char *f2f_schedule_name(const struct f2f_strategy *s);

/* How the software of a run differs from today's; all false or 0: flash attention, collectives of tensor and data
 * parallelism beside the compute. */
struct f2f_train_software {
    bool stored_scores; /* attention with its score matrix and dropout in memory (before arXiv 2205.14135) */
    bool loose_mask; /* with stored scores: the mask is applied by two passes of their own (Megatron-LM until 2020) */
    bool exposed_data; /* gradients are reduced only after the last backward pass (Megatron-LM until 2023) */
    bool exposed_tensor; /* collectives of tensor parallelism wait for their product, and products for them */
    bool exposed_sum; /* gradients are added up by a kernel of its own, not by the product (Megatron-LM until 2022) */
    bool exposed_pipeline; /* a stage waits until it has sent (Megatron-LM until 2023) */
    bool flat_data; /* what a chip gathers and reduces over data parallelism all goes over its own NIC (DeepSpeed's
                     * ZeRO-3 of 2021, inferred) */
    double attention_unit_flop; /* of attention's products in a clock of a unit at most, at the clock of the chip's
                                 * peaks, or a lower `boost`; 0: what the chip's class says */
    bool lean_recompute; /* recomputed is what the backward pass reads, not a layer's last product (XLA) */
    bool narrow_weights; /* held and gathered as products read them, if that is 8 bit; embedding and head in 16
                          * (Megatron-LM's fp8_param_gather, as NeMo runs it) */
    /* gradients are summed and reduced in 16 bit (Megatron-LM's and DeepSpeed's fp16 mode, NeMo) */
    bool half_gradients;
};

struct f2f_train_job {
    const struct f2f_model *model;
    struct f2f_precision precision; /* products; master weights and Adam are 32 bit */
    int chips;
    int global_batch; /* sequences */
    int seq; /* tokens of one */
    struct f2f_strategy strategy; /* open, that is to be chosen: a size of 0, zero or recompute of -1 */
    bool search; /* choose every open field for the shortest step that fits; else sizes are 1, dp the rest, zero 1,
                  * recompute none, the usual schedule */
    struct f2f_train_software software;
    double optimizer_B; /* Adam's state of one parameter, master weight included; 0: 12 (32 bit) */
    double doc_tok; /* mean length of the documents packed into a sequence, attention stays inside; 0: one each */
    double memory_frac; /* share of the memory that may be filled; 0: all. Above 1 for runs known to have fitted */
    double tokens; /* of the whole run, for days; 0: not asked */
    enum f2f_quantile quantile; /* of the times of operators */
    bool undisturbed; /* leave failures out: goodput_frac is not known */
    int jobs; /* the chips are shared out to so many jobs alike; 0: one */
    bool fault_tolerant; /* a replica that fails leaves and rejoins, the others go on */
    bool async_checkpoint; /* copied to the hosts' memory, then written beside the training */
    double checkpoint_s; /* work between checkpoints; 0: the best in simulation */
    int seed; /* of the failures */
    int spares; /* search: up to so many chips may stand by, the fewest that suit the batch */
    bool (*go_on)(void *context); /* search: false stops it, F2F_EINTERRUPTED. From any thread; NULL: always */
    void *go_on_context;
    bool wide; /* search: also order, context, shard, offload and recompute_layers where they are 0; and where nothing
                * divides all chips, a twentieth of them may stand by */
};

/* Bytes on the fullest chip, by what. */
struct f2f_train_memory {
    double weights_B, gradients_B, optimizer_B, activations_B, workspace_B, fragmentation_B, total_B;
    double host_B; /* offloaded to the host, not in total_B */
};

/* All fields of s must be given (>= 1; zero 0..3). F2F_EINPUT when batch, sequence or layers do not divide. */
f2f_status f2f_train_memory(struct f2f_train_memory *out, const struct f2f_train_job *job, const struct f2f_strategy *s,
                            f2f_error *err);

/* The same with a table of the best ten strategies and the next: sizes and the rest of each, step_s, longer_frac,
 * why (what makes it worse than the first). NULL where nothing was searched or nothing fits. */
f2f_status f2f_train_run_ranked(struct f2f_record **out, struct f2f_record **ranking, f2f_arena *arena,
                                const struct f2f_system *system, const struct f2f_train_job *job, f2f_error *err);

/* The same on each of n numbers of chips, side by side; all live as long as the arena. threads: 0: all cores, which
 * change nothing but the time. Fails as the first of the sizes that fails, the others have their answer; more than
 * F2F_TRAIN_SIZES_MAX: F2F_EINPUT.
 */
enum { F2F_TRAIN_SIZES_MAX = 1000 };
struct f2f_train_size {
    int chips; /* in; the rest is the answer */
    f2f_status status;
    f2f_error err;
    struct f2f_record *record, *ranking; /* ranking: NULL where it is not wanted or nothing was searched */
};
f2f_status f2f_train_run_sizes(struct f2f_train_size *sizes, size_t n, f2f_arena *arena,
                               const struct f2f_system *system, const struct f2f_train_job *job, bool ranked,
                               int threads, f2f_error *err);

/* One strategy after the other, for searches of one's own: what neighbours share is kept between calls. */
struct f2f_train_evaluator;
struct f2f_train_estimate {
    double step_s;
    struct f2f_train_memory memory;
    bool fits;
};
/* The evaluator lives in the arena. */
f2f_status f2f_train_evaluator_new(struct f2f_train_evaluator **out, f2f_arena *arena, const struct f2f_system *system,
                                   const struct f2f_train_job *job, f2f_error *err);
/* Memory and time of a step with the strategy, all of whose sizes are given; the time also where it does not fit.
 * Fast where only zero, shard and offload change from call to call, slower where pp, vp, schedule or recompute do,
 * slowest where a layer is cut otherwise. F2F_EINPUT: a strategy that does not divide. */
f2f_status f2f_train_evaluate(struct f2f_train_estimate *out, struct f2f_train_evaluator *e,
                              const struct f2f_strategy *s, f2f_error *err);

/* FLOPs of training on one token by PaLM's convention (arXiv 2204.02311 appendix B), as most published
 * TFLOP/s count: 6 a parameter and 12 * layers * heads * head_dim * seq for attention, mask ignored. */
double f2f_train_flop_per_tok(const struct f2f_model *model, int seq);

/* Runs the job. What does not fit is an answer: F2F_OK with feasible = false, shortfall_B and `why`.
 * Keys: step_s, tokps, tokps_per_chip, flops_per_chip, mfu_frac, hbm_used_B, memory{...}, strategy{...}, power_W,
 * energy_J (of the run if tokens is given, else of a step), energy_per_tok_J, days, evaluated, feasible_n, feasible.
 * F2F_EINPUT: a strategy that does not divide, more chips than the system has, a format the chip lacks.
 * F2F_EUSAGE: a precision for inference alone (integer products, weights narrower than products). */
f2f_status f2f_train_run(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                         const struct f2f_train_job *job, f2f_error *err);
/* What f2f_train_run would refuse, without timing a strategy that is searched. */
f2f_status f2f_train_check(const struct f2f_system *system, const struct f2f_train_job *job, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
