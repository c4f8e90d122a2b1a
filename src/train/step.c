/* Time of one training step: micro-batches through a pipeline, then gradients, then the optimizer.
 *
 * Pipeline after Narayanan et al. 2021 (arXiv 2104.04473): with m micro-batches the slowest stage works
 * m times, and waits once for every other stage, divided by the interleaving factor; equal stages give
 * the known bubble (pp-1)/(vp m). Data parallel after Rajbhandari et al. 2019 (ZeRO) with the
 * collectives hidden behind a stated window. docs/models/train.md has every formula.
 * Leaves out: contention between collectives on one link, kernels slowed by a collective beside them. */
#include "train/constants.h"
#include "train/plan.h"

#include <math.h>

/* One stage and one micro-batch. */
struct stage {
    double layers;
    bool first, last;
    double forward_s, backward_s, recompute_s, sum_s, tensor_s, context_s, expert_s;
};

static double stage_s(const struct stage *g) {
    return g->forward_s + g->backward_s + g->recompute_s + g->sum_s + g->tensor_s + g->context_s + g->expert_s;
}

/* What one layer computes again before its backward pass. */
static struct f2f_train_cost again_cost(const struct f2f_train_pieces *p, const struct f2f_strategy *s) {
    const struct f2f_train_cost cost[] = {[F2F_RECOMPUTE_NONE] = {0},
                                          [F2F_RECOMPUTE_SELECTIVE] = p->forward.attention,
                                          [F2F_RECOMPUTE_FULL] = p->forward.layer};
    return cost[s->recompute];
}

/* Adds `count` times a cost: its compute to *compute_s, its collectives to the stage. */
static void stage_add(struct stage *g, double *compute_s, const struct f2f_train_cost *c, double count) {
    *compute_s += count * c->compute_s;
    g->tensor_s += count * c->tensor_s;
    g->context_s += count * c->context_s;
    g->expert_s += count * c->expert_s;
}

static void stage_add_pass(struct stage *g, double *compute_s, const struct f2f_train_pass *p) {
    stage_add(g, compute_s, &p->layer, g->layers);
    stage_add(g, compute_s, &p->first, g->first);
    stage_add(g, compute_s, &p->last, g->last);
}

static struct stage stage_make(const struct f2f_train_pieces *p, const struct f2f_strategy *s, double sum_s,
                               double layers, bool first, bool last) {
    struct stage g = {.layers = layers, .first = first, .last = last, .sum_s = layers * sum_s};
    struct f2f_train_cost again = again_cost(p, s);
    stage_add_pass(&g, &g.forward_s, &p->forward);
    stage_add_pass(&g, &g.backward_s, &p->backward);
    stage_add(&g, &g.recompute_s, &again, layers);
    return g;
}

/* Adding the gradients of one layer to the sum of earlier micro-batches: read and written once. Where
 * ZeRO keeps no whole gradient the sum is of a shard, and next to nothing. */
static double layer_sum_s(const struct f2f_machine *machine, const struct f2f_model *m, const struct f2f_strategy *s,
                          const struct f2f_train_layout *l) {
    if (l->micro_batches < 2 || (s->zero >= 2 && s->pp == 1)) return 0;
    return 2 * l->grad_B * f2f_train_params_make(m, s).layer / machine->mem.mixed_Bps;
}

static struct stage slowest_stage(const struct f2f_train_pieces *p, const struct f2f_strategy *s,
                                  const struct f2f_train_layout *l, double sum_s) {
    if (s->pp == 1) return stage_make(p, s, sum_s, l->layers, true, true);
    struct stage worst = stage_make(p, s, sum_s, l->layers_last, false, true);
    struct stage first = stage_make(p, s, sum_s, l->layers_first, true, false);
    if (stage_s(&first) > stage_s(&worst)) worst = first;
    struct stage middle = stage_make(p, s, sum_s, l->layers, false, false);
    if (s->pp > 2 && stage_s(&middle) > stage_s(&worst)) worst = middle;
    return worst;
}

/* Sends of one micro-batch over a stage boundary, both directions, for each of vp chunks. 1F1B waits
 * for each; an interleaved schedule sends while the next chunk computes (Megatron-LM). */
static struct f2f_op_cost boundary(const struct f2f_machine *machine, const struct f2f_train_job *job,
                                   const struct f2f_strategy *s, const struct f2f_train_layout *l) {
    if (s->pp == 1) return (struct f2f_op_cost){0};
    double bytes = l->tokens * (double)job->model->hidden * f2f_dtype_B(job->precision.act) / s->tp;
    return f2f_train_collective(machine, F2F_SEND, 2, (double)s->tp * s->cp, bytes);
}

static double send_exposed_s(const struct f2f_strategy *s, const struct stage *g, double send_s) {
    if (s->vp == 1) return 2 * send_s;
    double chunk_s = stage_s(g) / s->vp / 2; /* one direction */
    return 2 * s->vp * fmax(0, send_s - chunk_s);
}

/* Interleaving works in groups of pp micro-batches; what the last group lacks is waited for, vp - 1
 * times a chunk each (one micro-batch alone then takes pp * vp chunks in a row, as it must). */
static double short_group_s(const struct f2f_strategy *s, const struct f2f_train_layout *l, const struct stage *g) {
    double lacking = ceil(l->micro_batches / s->pp) * s->pp - l->micro_batches;
    return lacking * (s->vp - 1) / s->vp * stage_s(g);
}

/* A collective over `parts` equal buckets hides behind window_s of compute, except the last bucket. */
static double exposed_s(double time_s, double window_s, double parts) {
    return fmax(time_s / parts, time_s - window_s);
}

/* Collectives over the chips with the same weights. */
struct data {
    struct f2f_op_cost reduce, gather; /* gradients; weights of all layers of the chip */
    double exposed_s, energy_J;
};

static struct f2f_op_cost data_op(const struct f2f_machine *machine, const struct f2f_strategy *s,
                                  const struct f2f_train_layout *l, enum f2f_collective_kind kind, double bytes_B) {
    return f2f_train_collective(machine, kind, l->shards, (double)s->tp * s->pp, bytes_B);
}

/* ZeRO-0 to 2 once a step. Gradients leave layer by layer during the last micro-batch's backward; a
 * chunk of an interleaved stage is done earlier by the pp micro-batches of each later chunk. Gathered
 * weights arrive during the first forward in the same way. Without a pipeline ZeRO-2 keeps no
 * whole gradient, so it reduces after every micro-batch (DeepSpeed). */
static struct data data_by_step(const struct f2f_machine *machine, const struct f2f_train_job *job,
                                const struct f2f_strategy *s, const struct f2f_train_layout *l, const struct stage *g,
                                double params) {
    struct data d = {0};
    double group = fmin(s->pp, l->micro_batches);
    double ahead = job->exposed_data ? 0 : 1 + (s->vp - 1.0) * (group - 1) / s->vp;
    double times = s->zero == 2 && s->pp == 1 ? l->micro_batches : 1;
    double backward_s = (g->backward_s + g->recompute_s) * ahead;
    d.reduce = data_op(machine, s, l, s->zero ? F2F_REDUCE_SCATTER : F2F_ALL_REDUCE, l->grad_B * params);
    d.exposed_s = times * exposed_s(d.reduce.time_s, backward_s, g->layers);
    d.energy_J = times * d.reduce.energy_J;
    if (s->zero == 0) return d;
    d.gather = data_op(machine, s, l, F2F_ALL_GATHER, l->weight_B * params);
    d.exposed_s += exposed_s(d.gather.time_s, g->forward_s * ahead, g->layers);
    d.energy_J += d.gather.energy_J;
    return d;
}

/* ZeRO-3 gathers each layer before its forward and its backward of every micro-batch, and reduces
 * its gradients right after; a layer's collectives hide behind the layer beside it. */
static struct data data_by_layer(const struct f2f_machine *machine, const struct f2f_train_job *job,
                                 const struct f2f_strategy *s, const struct f2f_train_layout *l, const struct stage *g,
                                 double params) {
    struct data d = {0};
    double window = job->exposed_data ? 0 : 1;
    double layer = params / g->layers;
    d.gather = data_op(machine, s, l, F2F_ALL_GATHER, l->weight_B * layer);
    d.reduce = data_op(machine, s, l, F2F_REDUCE_SCATTER, l->grad_B * layer);
    double forward_s = d.gather.time_s * g->layers;
    double backward_s = (d.gather.time_s + d.reduce.time_s) * g->layers;
    d.exposed_s = l->micro_batches * (exposed_s(forward_s, window * g->forward_s, g->layers) +
                                      exposed_s(backward_s, window * (g->backward_s + g->recompute_s), g->layers));
    d.energy_J = l->micro_batches * g->layers * (2 * d.gather.energy_J + d.reduce.energy_J);
    return d;
}

/* Bytes Adam moves for one parameter: gradient (also read for its norm, and zeroed), master weight and
 * two moments read and written, weight written. */
static double optimizer_B(const struct f2f_train_layout *l) {
    return 3 * l->grad_B + 2 * F2F_TRAIN_ADAM_B + l->weight_B;
}

/* Parameters of the slowest stage: held, and as ZeRO shards their state. */
static void stage_params(const struct f2f_train_job *job, const struct f2f_strategy *s, const struct stage *g,
                         double *held, double *state) {
    struct f2f_train_params p = f2f_train_params_make(job->model, s);
    double tables = (g->first ? 1 : 0) + (g->last && !(g->first && job->model->tied_embeddings) ? 1 : 0);
    *held = g->layers * p.layer + tables * p.table;
    *state = g->layers * p.layer_state + tables * p.table;
}

/* Dynamic energy of all replicas: every layer once, whatever the slowest stage was. */
static double step_energy_J(const struct f2f_train_job *job, const struct f2f_strategy *s,
                            const struct f2f_train_pieces *p, const struct f2f_train_layout *l, double send_J,
                            double once_J) {
    const struct f2f_train_pass *f = &p->forward, *b = &p->backward;
    double layer = f->layer.energy_J + again_cost(p, s).energy_J + b->layer.energy_J;
    double ends = f->first.energy_J + f->last.energy_J + b->first.energy_J + b->last.energy_J;
    double sends = 2.0 * (s->pp * s->vp - 1) * send_J;
    double column = (double)s->tp * s->cp * s->dp; /* chips side by side in a stage */
    return column * (l->micro_batches * ((double)job->model->layers * layer + ends + sends) + s->pp * once_J);
}

void f2f_train_step_make(struct f2f_train_step *out, const struct f2f_machine *machine, const struct f2f_train_job *job,
                         const struct f2f_strategy *s, const struct f2f_train_pieces *p,
                         const struct f2f_train_layout *l) {
    double sum_s = layer_sum_s(machine, job->model, s, l);
    struct stage g = slowest_stage(p, s, l, sum_s);
    struct stage all = stage_make(p, s, sum_s, (double)job->model->layers, true, true);
    struct f2f_op_cost send = boundary(machine, job, s, l);
    double send_s = send_exposed_s(s, &g, send.time_s), m = l->micro_batches;
    double params, sharded;
    stage_params(job, s, &g, &params, &sharded);
    struct data d = (s->zero >= 3 ? data_by_layer : data_by_step)(machine, job, s, l, &g, params);
    double state_B = optimizer_B(l) * (s->zero >= 1 ? sharded / l->shards : params);
    double chips = (double)s->tp * s->cp * s->pp * s->dp;
    *out = (struct f2f_train_step){
        .forward_s = m * g.forward_s,
        .backward_s = m * g.backward_s,
        .recompute_s = m * g.recompute_s,
        .sum_s = m * g.sum_s,
        .tensor_s = m * g.tensor_s,
        .context_s = m * g.context_s,
        .expert_s = m * g.expert_s,
        .send_s = m * send_s,
        .bubble_s = (stage_s(&all) - stage_s(&g) + (s->pp - 1) * send_s) / s->vp + short_group_s(s, l, &g),
        .data_s = d.exposed_s,
        .optimizer_s = state_B / machine->mem.mixed_Bps,
        .overhead_s = F2F_TRAIN_HOST_S,
        .layers = g.layers,
        .has_first = g.first,
        .has_last = g.last,
    };
    double busy = m * stage_s(&g) + out->send_s + out->bubble_s + out->data_s + out->optimizer_s;
    out->straggler_s = busy * F2F_TRAIN_SPREAD * sqrt(2 * log(chips));
    out->total_s = busy + out->straggler_s + out->overhead_s;
    out->energy_J = step_energy_J(job, s, p, l, send.energy_J, d.energy_J + state_B * machine->mem.energy_J_per_B);
}
