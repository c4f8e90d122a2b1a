/* parallel.h - how a model is spread over chips: graph in, the graph of one chip out. */
#ifndef F2F_PARALLEL_H
#define F2F_PARALLEL_H

#include "fab2fleet/hardware.h"
#include "fab2fleet/model.h"

#ifdef __cplusplus
extern "C" {
#endif

enum f2f_recompute {
    F2F_RECOMPUTE_CHOSEN = -1 /* a search picks */,
    F2F_RECOMPUTE_NONE,
    F2F_RECOMPUTE_SELECTIVE, /* attention's scores, where they are stored (Megatron-LM) */
    F2F_RECOMPUTE_FULL,
    F2F_RECOMPUTE_SELECTIVE_OP, /* all but attention and every other product (torchtitan) */
    F2F_RECOMPUTES
};

/* Which neighbours sit nearest on the network, inner to outer. */
enum f2f_order {
    F2F_ORDER_PIPELINE_INNER, /* tp, cp, pp, dp: Llama 3 (arXiv 2407.21783 section 3.3.2) */
    F2F_ORDER_DATA_INNER, /* tp, cp, dp, pp: Megatron-LM's default */
};

/* How tensor parallelism treats what it does not cut. */
enum f2f_sequence { F2F_SEQUENCE_PARALLEL, F2F_SEQUENCE_WHOLE /* every chip does all of it (Megatron-LM of 2019) */ };

/* How context parallelism brings keys and values to the queries. */
enum f2f_context { F2F_CONTEXT_GATHER, F2F_CONTEXT_RING };

/* Chips = tp * cp * pp * dp. A value of 0 in the fields from recompute_layers on is what is usual. */
struct f2f_strategy {
    int tp; /* tensor, with sequence parallelism in training */
    int cp; /* context */
    int pp; /* pipeline stages */
    int vp; /* model chunks a stage holds (interleaving), 1: none */
    int dp; /* data */
    int ep; /* expert, inside dp */
    int micro_batch; /* sequences */
    int zero; /* 0 none, 1 optimizer, 2 + gradients, 3 + weights */
    int recompute; /* enum f2f_recompute */
    int recompute_layers; /* full: layers of each stage that are computed again, 0: all */
    int schedule; /* pipeline schedule, from 1 (f2f_schedule_name); 0: 1F1B, interleaved where vp > 1 */
    int shard; /* chips ZeRO shards over, copies beyond (hybrid sharding); 0: all that hold the same weights */
    int offload; /* 1: optimizer state lives in the host's memory */
    int order; /* enum f2f_order */
    int sequence; /* enum f2f_sequence */
    int context; /* enum f2f_context */
};

/* Chips between neighbours of a group; the data group is that of all chips with the same weights. */
int f2f_strategy_stride(const struct f2f_strategy *s, enum f2f_axis axis);

const char *f2f_recompute_name(int recompute);
/* none, selective, full or selective-op; F2F_EUSAGE names them. */
f2f_status f2f_recompute_parse(int *out, const char *text, f2f_error *err);

/* In all of the following a size of 0 (tp, cp, pp, vp, dp, ep, micro_batch) counts as 1. */

/* Is the strategy possible for this model on that many chips? F2F_EINPUT says what does not divide.
 * system may be NULL: then the chips are not counted. */
f2f_status f2f_strategy_check(const struct f2f_strategy *s, const struct f2f_model *m, const struct f2f_system *system,
                              f2f_error *err);

/* The work of one chip for one pass, with its collectives (struct f2f_op.axis says whose):
 * tensor: columns, rows and heads cut by tp, an all-reduce after each row cut, or a reduce-scatter and an
 *   all-gather with sequence_parallel; logits gathered before sampling.
 * context (training only): tokens divided by cp, keys and values gathered before attention, their
 *   gradients scattered after it.
 * expert: experts divided by ep, an all-to-all to them and one back.
 * pipeline: the layers of the stage with most of them; embedding and head only on the stages that
 *   hold them; one hand-over of activations to the next stage for each of vp chunks.
 * F2F_EINPUT when the strategy does not fit the model or the pass. */
f2f_status f2f_graph_cut(struct f2f_graph **out, f2f_arena *arena, const struct f2f_graph *whole,
                         const struct f2f_model *m, const struct f2f_strategy *s, bool sequence_parallel,
                         f2f_error *err);
/* The same for stage 0..pp-1. When layers do not divide by pp the last stage has one fewer, then the first ones. */
f2f_status f2f_graph_cut_stage(struct f2f_graph **out, f2f_arena *arena, const struct f2f_graph *whole,
                               const struct f2f_model *m, const struct f2f_strategy *s, int stage,
                               bool sequence_parallel, f2f_error *err);

/* What one chip of a stage holds, as a model of its own (vocab 0 where it holds no table): its params and
 * weight bytes are the chip's. Norms and key-value heads beyond tp are copied, not divided; a router is
 * counted for the chip's own experts. The strategy must have passed f2f_strategy_check. */
struct f2f_model f2f_model_shard(const struct f2f_model *m, const struct f2f_strategy *s, int stage);

/* Bytes of weights the fullest chip holds for serving. */
double f2f_strategy_weight_B(const struct f2f_strategy *s, const struct f2f_model *m, const struct f2f_precision *p);
/* KV bytes of one token on the fullest chip: kv heads are copied when tp exceeds them. */
double f2f_strategy_kv_B_per_tok(const struct f2f_strategy *s, const struct f2f_model *m, enum f2f_dtype kv);

#ifdef __cplusplus
}
#endif
#endif
