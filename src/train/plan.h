/* plan.h - what the files of train/ share: how a strategy lays a job out, what its pieces cost, and the step.
 *
 * A search evaluates thousands of strategies; only (tp, cp, ep, micro_batch) change what one layer
 * costs. So that cost is taken once per such tuple (pieces) and a step is arithmetic on it. */
#ifndef F2F_TRAIN_PLAN_H
#define F2F_TRAIN_PLAN_H

#include "fab2fleet/train.h"

/* How a strategy lays out layers, micro-batches and shards. */
struct f2f_train_layout {
    double micro_batches; /* a pipeline runs in a step */
    double tokens; /* of one micro-batch on one chip of the context group */
    double layers, layers_first, layers_last; /* of a middle, the first and the last stage */
    double shards; /* dp * cp: chips that hold the same weights */
    double grad_B; /* bytes of one gradient, as accumulated and reduced */
    double weight_B; /* bytes of one weight, as multiplied */
};

/* F2F_EINPUT when the batch or the sequence does not divide. */
f2f_status f2f_train_layout_make(struct f2f_train_layout *out, const struct f2f_train_job *job,
                                 const struct f2f_strategy *s, f2f_error *err);

/* Parameters of one chip. */
struct f2f_train_params {
    double layer; /* of one layer, held */
    double layer_state; /* of one layer, as ZeRO shards it: experts are held by dp*cp/ep chips only */
    double table; /* of the embedding or of the head */
};
struct f2f_train_params f2f_train_params_make(const struct f2f_model *m, const struct f2f_strategy *s);

/* Time and energy of some operators on one chip. */
struct f2f_train_cost {
    double compute_s; /* products and vectors */
    double tensor_s, context_s, expert_s; /* collectives, by the parallelism they serve */
    double energy_J;
};

/* One direction of one micro-batch. */
struct f2f_train_pass {
    const struct f2f_graph *graph; /* of one chip that holds all layers */
    bool backward;
    struct f2f_train_cost layer, first, last; /* one layer; embedding; final norm, head and loss */
    struct f2f_train_cost attention; /* the part of a layer that selective recompute does again */
};

struct f2f_train_pieces {
    struct f2f_strategy key; /* tp, cp, ep, micro_batch; pp where ep > 1 */
    struct f2f_train_pass forward, backward;
};

f2f_status f2f_train_pieces_make(struct f2f_train_pieces *out, f2f_arena *arena, const struct f2f_machine *machine,
                                 const struct f2f_train_job *job, const struct f2f_strategy *s, f2f_error *err);
/* Where operator i of a pass runs: in every layer, before them (embedding), after them (norm, head, loss). */
enum f2f_train_place { F2F_TRAIN_LAYER, F2F_TRAIN_FIRST, F2F_TRAIN_LAST };
enum f2f_train_place f2f_train_place(const struct f2f_train_pass *p, size_t i);
/* A copy of the graph with attention as training runs it (attention.c). */
struct f2f_graph *f2f_train_attention(const struct f2f_graph *graph, bool stored, double layers);
bool f2f_train_is_attention(const struct f2f_op *op);
/* Is this operator run again before the backward pass? */
bool f2f_train_again(const struct f2f_train_job *job, int recompute, const struct f2f_train_pass *p, size_t i);
/* Time of one run in training: kernels do not follow each other without gaps. */
double f2f_train_op_s(const struct f2f_op *op, struct f2f_op_cost one);
struct f2f_op_cost f2f_train_collective(const struct f2f_machine *machine, enum f2f_collective_kind kind, double chips,
                                        double stride, double bytes_B);

/* A step as the slowest stage sees it; the parts add up to total_s. */
struct f2f_train_step {
    double forward_s, backward_s, recompute_s; /* products and vectors, without collectives */
    double sum_s; /* adding a micro-batch's gradients to those before */
    double tensor_s, context_s, expert_s, send_s, bubble_s, data_s, optimizer_s, straggler_s, overhead_s;
    double total_s;
    double energy_J; /* dynamic, all chips */
    double layers; /* of the slowest stage */
    bool has_first, has_last; /* it also runs the embedding, the head */
};

void f2f_train_step_make(struct f2f_train_step *out, const struct f2f_machine *machine, const struct f2f_train_job *job,
                         const struct f2f_strategy *s, const struct f2f_train_pieces *p,
                         const struct f2f_train_layout *l);

/* What a search found; the strategy of least shortfall when nothing fits. */
struct f2f_train_choice {
    struct f2f_strategy strategy;
    struct f2f_train_layout layout;
    struct f2f_train_memory memory;
    const struct f2f_train_pieces *pieces;
    struct f2f_train_step step;
    long long evaluated, feasible_n;
    bool found; /* a strategy that divides */
    bool fits;
};

f2f_status f2f_train_search(struct f2f_train_choice *out, f2f_arena *arena, const struct f2f_machine *machine,
                            const struct f2f_train_job *job, f2f_error *err);
/* The job's own strategy, 0 meaning 1 (dp: the rest of the chips). */
f2f_status f2f_train_given(struct f2f_train_choice *out, f2f_arena *arena, const struct f2f_machine *machine,
                           const struct f2f_train_job *job, f2f_error *err);

/* Fills the tree that says where the step goes. */
void f2f_train_explain(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_train_job *job,
                       const struct f2f_train_choice *choice);

#endif
