/* plan.h - what the files of train/ share: how a strategy lays a job out, what its parts cost, and the step.
 *
 * A search evaluates very many strategies. What one layer costs depends on few of their fields (struct
 * f2f_train_costs), what a pipeline takes on some more (struct f2f_train_pipe); the rest is arithmetic. */
#ifndef F2F_TRAIN_PLAN_H
#define F2F_TRAIN_PLAN_H

#include "fab2fleet/train.h"
#include "train/pipeline.h"

/* A system as it runs for weeks (warm.c). It points into itself: not to be moved. */
struct f2f_train_warm {
    struct f2f_chip chip;
    struct f2f_node node;
    struct f2f_system system;
    struct f2f_machine machine;
};
f2f_status f2f_train_warm_make(struct f2f_train_warm *out, const struct f2f_system *system, f2f_error *err);

/* How a strategy lays out layers, micro-batches and shards. Pieces: pp * vp parts of the model, piece q on stage
 * q % pp. Where layers do not divide, the last piece, then the first get one fewer, as they carry head and
 * embedding, then the next ones. */
struct f2f_train_layout {
    int pieces, micro_batches; /* of a pipeline in a step */
    long long base_layers, extra_pieces; /* each piece has base layers, the last `extra` but one of them one more */
    double tokens; /* of one micro-batch on one chip of the context group */
    double same; /* dp * cp: chips that hold the same weights */
    double shards; /* of them, over how many ZeRO divides */
    double grad_B; /* bytes of one gradient, as accumulated and reduced */
    double layer_weight_B; /* bytes of one weight of a layer, as held and gathered; tables are 16 bit at least */
    double state_B; /* bytes of optimizer state of one parameter */
};

/* F2F_EINPUT when the batch, the sequence or the shards do not divide, or the schedule does not suit. */
f2f_status f2f_train_layout_make(struct f2f_train_layout *out, const struct f2f_train_job *job,
                                 const struct f2f_strategy *s, f2f_error *err);
long long f2f_train_piece_layers(const struct f2f_train_layout *l, int piece);
long long f2f_train_stage_layers(const struct f2f_train_layout *l, const struct f2f_strategy *s, int stage);
/* The first of the stages with most layers that has neither end of the model, or 0 where there is none. */
int f2f_train_inner_stage(const struct f2f_train_layout *l, const struct f2f_strategy *s);

/* Parameters of one chip. */
struct f2f_train_params {
    double layer; /* of one layer, held */
    double layer_state; /* of one layer, as ZeRO shards it: experts are held by dp*cp/ep chips only */
    double table; /* of the embedding or of the head */
};
struct f2f_train_params f2f_train_params_make(const struct f2f_model *m, const struct f2f_strategy *s);
/* Parameters of a stage, on one chip. */
struct f2f_train_stage_params {
    double held, state; /* state: as ZeRO shards them */
    double tables; /* of both: the embedding's, the head's */
};
struct f2f_train_stage_params f2f_train_stage_params_make(const struct f2f_train_params *p, const struct f2f_model *m,
                                                          const struct f2f_strategy *s,
                                                          const struct f2f_train_layout *l, int stage);
/* Bytes of so many weights, some of them of tables. */
double f2f_train_weights_B(const struct f2f_train_layout *l, double params, double tables);

/* Time and energy of some operators on one chip. */
struct f2f_train_cost {
    double compute_s; /* products and vectors */
    double weight_s; /* of it, products for weight gradients */
    double attention_s; /* of it, attention */
    double product_s; /* of it, products that stand beside a collective of tensor parallelism */
    double tensor_s, context_s, expert_s; /* collectives, by the parallelism they serve; as they run alone */
    double energy_J;
};

/* One direction of one micro-batch. */
struct f2f_train_pass {
    const struct f2f_graph *graph; /* of one chip that holds all layers */
    bool backward;
    struct f2f_train_cost layer, first, last; /* one layer; embedding; final norm, head and loss */
    struct f2f_train_cost again[F2F_RECOMPUTES]; /* what of a layer each kind of recompute does again */
};

struct f2f_train_costs {
    struct f2f_strategy key; /* tp, cp, ep, micro_batch, sequence, context; pp and order where ep > 1 */
    struct f2f_train_pass forward, backward;
};

f2f_status f2f_train_costs_make(struct f2f_train_costs *out, f2f_arena *arena, const struct f2f_machine *machine,
                                const struct f2f_train_job *job, const struct f2f_strategy *s, f2f_error *err);
bool f2f_train_costs_fit(const struct f2f_train_costs *costs, const struct f2f_strategy *s);
/* Where operator i of a pass runs: in every layer, before them (embedding), after them (norm, head, loss). */
enum f2f_train_place { F2F_TRAIN_LAYER, F2F_TRAIN_FIRST, F2F_TRAIN_LAST };
enum f2f_train_place f2f_train_place(const struct f2f_train_pass *p, size_t i);
/* A copy of the graph with attention as training runs it (attention.c). */
struct f2f_graph *f2f_train_attention(const struct f2f_graph *graph, const struct f2f_train_job *job);
bool f2f_train_is_attention(const struct f2f_op *op);
/* What share of this operator is run again before the backward pass? */
double f2f_train_again(const struct f2f_train_job *job, int recompute, const struct f2f_train_pass *p, size_t i);
/* Time of one run in training: kernels do not follow each other without gaps. */
double f2f_train_op_s(const struct f2f_machine *machine, const struct f2f_train_job *job, const struct f2f_op *op,
                      struct f2f_op_cost one);
struct f2f_op_cost f2f_train_collective(const struct f2f_machine *machine, enum f2f_collective_kind kind, double chips,
                                        double stride, double bytes_B);

/* Work of one stage for one micro-batch, collectives as far as nothing hides them. */
struct f2f_train_stage {
    double layers;
    bool first, last; /* it also runs the embedding, the head */
    double forward_s, backward_s, recompute_s, sum_s, tensor_s, context_s, expert_s;
};
double f2f_train_stage_s(const struct f2f_train_stage *g);

/* A pipeline with its times, before data parallelism. */
struct f2f_train_pipe {
    struct f2f_train_stage slow; /* the slowest stage */
    struct f2f_pipeline pipeline;
    struct f2f_pipeline_times times;
    double bound_s; /* times.total_s is no less */
    bool timed;
    double forward_s[F2F_PIECES_MAX], backward_s[F2F_PIECES_MAX], weight_s[F2F_PIECES_MAX];
    struct f2f_op_cost send;
};
/* What a layer does again before its backward pass, on a stage of so many layers. */
struct f2f_train_cost f2f_train_again_cost(const struct f2f_train_costs *costs, const struct f2f_strategy *s,
                                           double layers);
/* Time that work loses to a collective that hides behind it for so long. */
double f2f_train_taken_s(const struct f2f_machine *machine, double hidden_s);
/* Fills all but times. */
void f2f_train_pipe_make(struct f2f_train_pipe *out, const struct f2f_machine *machine, const struct f2f_train_job *job,
                         const struct f2f_strategy *s, const struct f2f_train_costs *costs,
                         const struct f2f_train_layout *l);
/* Fills times, if that is not done. */
void f2f_train_pipe_time(struct f2f_train_pipe *pipe, struct f2f_pipeline_scratch *scratch);

/* A step as the slowest stage sees it; the parts add up to total_s. */
struct f2f_train_step {
    double forward_s, backward_s, recompute_s; /* products and vectors, without collectives */
    double sum_s; /* adding a micro-batch's gradients to those before */
    double tensor_s, context_s, expert_s, bubble_s, data_s, optimizer_s, straggler_s, overhead_s;
    double total_s;
    double energy_J; /* dynamic, all chips */
    double layers; /* of the slowest stage */
    bool has_first, has_last; /* it also runs the embedding, the head */
};
void f2f_train_step_make(struct f2f_train_step *out, const struct f2f_machine *machine, const struct f2f_train_job *job,
                         const struct f2f_strategy *s, const struct f2f_train_costs *costs,
                         const struct f2f_train_layout *l, const struct f2f_train_pipe *pipe);
/* No less than the total_s of any step with a pipeline of no less than bound_s. */
double f2f_train_step_bound_s(const struct f2f_strategy *s, double bound_s);

/* Collectives over the chips with the same weights (data.c). */
struct f2f_train_data {
    double exposed_s, energy_J;
};
struct f2f_train_data f2f_train_data_make(const struct f2f_machine *machine, const struct f2f_train_job *job,
                                          const struct f2f_strategy *s, const struct f2f_train_layout *l,
                                          const struct f2f_train_pipe *pipe,
                                          const struct f2f_train_stage_params *params);

/* A strategy with all that is known of it. */
struct f2f_train_choice {
    struct f2f_strategy strategy;
    struct f2f_train_layout layout;
    struct f2f_train_memory memory;
    const struct f2f_train_costs *costs;
    struct f2f_train_step step;
    bool fits;
};

enum { F2F_TRAIN_RANKS = 11 }; /* the best ten, and the one after them */
/* What a search found: the best first; the strategy of least shortfall alone when nothing fits. */
struct f2f_train_found {
    struct f2f_train_choice best[F2F_TRAIN_RANKS];
    int n;
    long long evaluated, feasible_n, dominated_n; /* looked at; fit; of these, cannot be among the best by a bound */
};

/* Is there a strategy to be timed? Errors as below. */
f2f_status f2f_train_search_check(f2f_arena *arena, const struct f2f_machine *machine, const struct f2f_train_job *job,
                                  f2f_error *err);
f2f_status f2f_train_search(struct f2f_train_found *out, f2f_arena *arena, const struct f2f_machine *machine,
                            const struct f2f_train_job *job, f2f_error *err);
/* The job's own strategy, 0 meaning 1 (dp: the rest of the chips). */
f2f_status f2f_train_given(struct f2f_train_found *out, f2f_arena *arena, const struct f2f_machine *machine,
                           const struct f2f_train_job *job, f2f_error *err);
/* Memory the job may fill on a chip. */
double f2f_train_capacity_B(const struct f2f_machine *machine, const struct f2f_train_job *job);

/* Fills the tree that says where the step goes. */
void f2f_train_explain(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_train_job *job,
                       const struct f2f_train_choice *choice);

#endif
