/* What one layer and the two ends of a model cost one chip for one micro-batch.
 *
 * The operators are those of f2f_graph_forward and f2f_graph_backward, cut by f2f_graph_cut with sequence
 * parallelism (Korthikanti et al. 2022), timed one by one; collectives as they run alone. Documents packed into a
 * sequence see themselves alone. Leaves out: imbalance between experts. */
#include "train/constants.h"
#include "train/plan.h"

#include <math.h>

/* A forward graph starts with the embedding, a backward one with the loss; what is not of a layer
 * belongs to the end it is on. */
enum f2f_train_place f2f_train_place(const struct f2f_train_pass *p, size_t i) {
    if (p->graph->ops[i].per_layer) return F2F_TRAIN_LAYER;
    bool layers_before = false;
    for (size_t j = 0; j < i && !layers_before; j++) layers_before = p->graph->ops[j].per_layer;
    return layers_before == p->backward ? F2F_TRAIN_FIRST : F2F_TRAIN_LAST;
}

/* Is this a layer's last product, or the collective behind it? What it adds to the layer's input nothing in the layer
 * reads again; of experts the weights of their mean do. */
static bool is_tail(const struct f2f_train_job *job, const struct f2f_train_pass *p, size_t i) {
    const struct f2f_op *op = p->graph->ops;
    for (size_t j = i + 1; j < p->graph->n_ops; j++)
        if (op[j].per_layer && op[j].kind == F2F_OP_GEMM) return false;
    return op[i].per_layer && job->model->experts == 0;
}

/* Products of the model this operator does as one: q, k and v; of a gated MLP gate and up. */
static int products(const struct f2f_op *op, const struct f2f_model *m) {
    if (op->kind != F2F_OP_GEMM || !op->per_layer || f2f_train_is_attention(op)) return 0;
    if (op->q_heads > 0) return 3;
    return m->gated && op->cut == F2F_CUT_COLUMN ? 2 : 1;
}

/* torchtitan keeps what attention and reduce-scatters write and, counting a layer's products as they run, every odd
 * one; narrow products count as others. The rest is done again as far as the backward pass reads it. */
static double selective_op_share(const struct f2f_train_job *job, const struct f2f_train_pass *p, size_t i) {
    const struct f2f_op *op = &p->graph->ops[i];
    bool sum = op->kind == F2F_OP_COLLECTIVE && op->collective == F2F_REDUCE_SCATTER;
    if (!op->per_layer || sum || f2f_train_is_attention(op) || is_tail(job, p, i)) return 0;
    int n = products(op, job->model), before = 0;
    if (n == 0) return 1;
    for (size_t j = 0; j < i; j++) before += products(&p->graph->ops[j], job->model);
    double again = 0, all = 0;
    for (int k = 0; k < n; k++) {
        double width = n < 3 ? 1 : k == 0 ? op->q_heads : op->kv_heads;
        all += width;
        if ((before + k) % 2 == 1) again += width;
    }
    return again / all;
}

double f2f_train_again(const struct f2f_train_job *job, int recompute, const struct f2f_train_pass *p, size_t i) {
    if (recompute == F2F_RECOMPUTE_SELECTIVE_OP) return selective_op_share(job, p, i);
    if (recompute == F2F_RECOMPUTE_FULL)
        return p->graph->ops[i].per_layer && !(job->software.lean_recompute && is_tail(job, p, i));
    /* flash attention computes its scores again anyway, as part of its backward pass */
    return recompute == F2F_RECOMPUTE_SELECTIVE && job->software.stored_scores &&
           f2f_train_is_attention(&p->graph->ops[i]);
}

double f2f_train_op_s(const struct f2f_machine *machine, const struct f2f_train_job *job, const struct f2f_op *op,
                      struct f2f_op_cost one) {
    if (op->kind == F2F_OP_COLLECTIVE) return one.time_s;
    const struct f2f_chip *chip = machine->chip;
    double clock_Hz = chip->boost_Hz > 0 ? fmin(chip->boost_Hz, chip->clock_Hz) : chip->clock_Hz; /* boost may cap it */
    double least_s = 0, rate = job->software.attention_unit_flop * chip->units * clock_Hz;
    if (op->kind == F2F_OP_ATTN_PREFILL && rate > 0) least_s = one.flop / rate;
    return fmax(one.time_s, least_s) / F2F_TRAIN_KERNEL_FRAC;
}

static double *axis_time(struct f2f_train_cost *sum, int axis) {
    if (axis == F2F_AXIS_CONTEXT) return &sum->context_s;
    return axis == F2F_AXIS_EXPERT ? &sum->expert_s : &sum->tensor_s;
}

static void cost_add(struct f2f_train_cost *sum, const struct f2f_op *op, double time_s, double energy_J) {
    sum->energy_J += energy_J;
    if (op->kind == F2F_OP_COLLECTIVE) {
        *axis_time(sum, op->axis) += time_s;
        return;
    }
    sum->compute_s += time_s;
    if (op->over_tokens) sum->weight_s += time_s;
    if (op->kind == F2F_OP_GEMM && !f2f_train_is_attention(op)) sum->product_s += time_s;
    if (f2f_train_is_attention(op)) sum->attention_s += time_s;
}

static void pass_cost(struct f2f_train_pass *p, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    struct f2f_train_cost *const places[] = {&p->layer, &p->first, &p->last};
    for (size_t i = 0; i < p->graph->n_ops; i++) {
        const struct f2f_op *op = &p->graph->ops[i];
        struct f2f_op_cost one = f2f_machine_op(machine, op);
        double count = op->per_layer ? op->count / (double)job->model->layers : op->count;
        double time_s = count * f2f_train_op_s(machine, job, op, one), energy_J = count * one.energy_J;
        cost_add(places[f2f_train_place(p, i)], op, time_s, energy_J);
        for (int r = 0; r < F2F_RECOMPUTES; r++) {
            double share = f2f_train_again(job, r, p, i);
            if (share > 0) cost_add(&p->again[r], op, share * time_s, share * energy_J);
        }
    }
}

struct f2f_op_cost f2f_train_collective(const struct f2f_machine *machine, enum f2f_collective_kind kind, double chips,
                                        double stride, double bytes_B) {
    if (chips < 2 || bytes_B <= 0) return (struct f2f_op_cost){.bound = F2F_BOUND_NETWORK};
    struct f2f_op op = {.kind = F2F_OP_COLLECTIVE,
                        .name = "collective",
                        .count = 1,
                        .collective = (int)kind,
                        .group_chips = (int)chips,
                        .stride_chips = (int)stride,
                        .bytes_B = bytes_B,
                        .general = true};
    return f2f_machine_op(machine, &op);
}

/* Inputs of narrow products are cast for them and for the weight gradient by kernels of their own (Transformer
 * Engine); that product finds both its operands so. */
static bool is_cast(const struct f2f_op *op) {
    return op->kind == F2F_OP_GEMM && !op->over_tokens && f2f_dtype_B(op->compute) < f2f_dtype_B(op->act);
}

/* Before a narrow product inputs, and gradients, are gathered over a tensor group as it reads them: cast first
 * (Transformer Engine). */
static bool is_narrow_gather(const struct f2f_op *op, const struct f2f_train_job *job) {
    return op->kind == F2F_OP_COLLECTIVE && op->collective == F2F_ALL_GATHER && op->axis == F2F_AXIS_TENSOR &&
           op->per_layer && f2f_dtype_B(job->precision.compute) < f2f_dtype_B(op->act);
}

/* The graph of a chip that would hold all layers: stages are cut by the layout. Experts stay as far
 * apart as the stages between them put them. */
static f2f_status cut_all_layers(struct f2f_graph **out, f2f_arena *arena, const struct f2f_graph *whole,
                                 const struct f2f_train_job *job, const struct f2f_strategy *s, f2f_error *err) {
    struct f2f_strategy all_layers = *s;
    struct f2f_graph *cut;
    all_layers.pp = all_layers.vp = 1;
    F2F_TRY(f2f_graph_cut(&cut, arena, whole, job->model, &all_layers, s->sequence == F2F_SEQUENCE_PARALLEL, err));
    *out = f2f_train_attention(cut, job);
    for (size_t i = 0; i < (*out)->n_ops; i++) {
        struct f2f_op *op = &(*out)->ops[i];
        if (op->kind == F2F_OP_COLLECTIVE && op->axis == F2F_AXIS_EXPERT)
            op->stride_chips = f2f_strategy_stride(s, F2F_AXIS_EXPERT);
        if (is_narrow_gather(op, job)) op->bytes_B *= f2f_dtype_B(job->precision.compute) / f2f_dtype_B(op->act);
        op->cast = is_cast(op);
        if (op->cast) op->kernels = F2F_KERNELS_TE;
    }
    return F2F_OK;
}

bool f2f_train_costs_fit(const struct f2f_train_costs *costs, const struct f2f_strategy *s) {
    const struct f2f_strategy *k = &costs->key;
    bool experts = s->ep == 1 || (k->pp == s->pp && k->order == s->order);
    return k->tp == s->tp && k->cp == s->cp && k->micro_batch == s->micro_batch && k->ep == s->ep && experts &&
           k->sequence == s->sequence && k->context == s->context;
}

f2f_status f2f_train_costs_make(struct f2f_train_costs *out, f2f_arena *arena, const struct f2f_machine *machine,
                                const struct f2f_train_job *job, const struct f2f_strategy *s, f2f_error *err) {
    struct f2f_pass pass = {.prefill_seqs = s->micro_batch,
                            .prefill_q = job->seq,
                            .prefill_kv = job->seq,
                            .prefill_ends = s->micro_batch,
                            .training = true};
    struct f2f_graph *whole, *forward, *backward;
    F2F_TRY(f2f_graph_forward(&whole, arena, job->model, &job->precision, &pass, err));
    F2F_TRY(cut_all_layers(&forward, arena, whole, job, s, err));
    F2F_TRY(f2f_graph_backward(&whole, arena, job->model, &job->precision, &pass, err));
    F2F_TRY(cut_all_layers(&backward, arena, whole, job, s, err));
    *out = (struct f2f_train_costs){
        .key = *s, .forward.graph = forward, .backward = {.graph = backward, .backward = true}};
    pass_cost(&out->forward, machine, job);
    pass_cost(&out->backward, machine, job);
    return F2F_OK;
}
