/* The pipeline of a strategy: what each piece of the model takes for one micro-batch, and the schedule run on it.
 *
 * Collectives count as far as nothing hides them: those of tensor parallelism are cut into tp parts, each beside the
 * product of the part before it (Wang et al. 2023, ASPLOS; Transformer Engine's overlap), so that one part and what
 * exceeds the products is left; keys and values sent round a ring hide behind attention (Liu et al. 2023, arXiv
 * 2310.01889). A collective that hides takes units from the work
 * beside it. Leaves out: what it takes of the memory's bandwidth. */
#include "train/constants.h"
#include "train/plan.h"

#include <math.h>

double f2f_train_stage_s(const struct f2f_train_stage *g) {
    return g->forward_s + g->backward_s + g->recompute_s + g->sum_s + g->tensor_s + g->context_s + g->expert_s;
}

double f2f_train_taken_s(const struct f2f_machine *machine, double hidden_s) {
    return hidden_s * fmin(0.5, F2F_TRAIN_COMM_UNITS / machine->chip->units);
}

/* What of a collective in `parts` parts is left beside work it may hide behind, and what the work loses to it. */
static double left_s(const struct f2f_machine *machine, double time_s, double parts, double work_s) {
    double exposed_s = fmax(time_s / parts, time_s - work_s);
    return exposed_s + f2f_train_taken_s(machine, time_s - exposed_s);
}

/* The same operators with their collectives as far as they are exposed. */
static struct f2f_train_cost exposed(const struct f2f_machine *machine, const struct f2f_train_cost *c,
                                     const struct f2f_train_job *job, const struct f2f_strategy *s) {
    struct f2f_train_cost left = *c;
    if (!job->software.exposed_tensor) left.tensor_s = left_s(machine, c->tensor_s, s->tp, c->product_s);
    if (s->context == F2F_CONTEXT_RING) left.context_s = left_s(machine, c->context_s, s->cp, c->attention_s);
    return left;
}

static double cost_s(const struct f2f_train_cost *c) { return c->compute_s + c->tensor_s + c->context_s + c->expert_s; }

static void cost_scale(struct f2f_train_cost *c, double factor) {
    double *const parts[] = {&c->compute_s, &c->weight_s,  &c->attention_s, &c->product_s,
                             &c->tensor_s,  &c->context_s, &c->expert_s,    &c->energy_J};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) *parts[i] *= factor;
}

struct f2f_train_cost f2f_train_again_cost(const struct f2f_train_costs *costs, const struct f2f_strategy *s,
                                           double layers) {
    struct f2f_train_cost again = costs->forward.again[s->recompute];
    if (s->recompute == F2F_RECOMPUTE_FULL && s->recompute_layers)
        cost_scale(&again, fmin(1, s->recompute_layers / layers));
    return again;
}

/* Adding the gradients of one layer to the sum of earlier micro-batches: read and written once, by the products of the
 * weight gradients as they end (Apex's fused accumulation) and so behind them. Where ZeRO keeps no whole gradient
 * the sum is of a shard, and next to nothing. */
static double layer_sum_s(const struct f2f_machine *machine, const struct f2f_train_job *job,
                          const struct f2f_strategy *s, const struct f2f_train_costs *costs,
                          const struct f2f_train_layout *l) {
    if (l->micro_batches < 2 || (s->zero >= 2 && s->pp == 1)) return 0;
    double sum_s = 2 * l->grad_B * f2f_train_params_make(job->model, s).layer / machine->mem.mixed_Bps;
    return job->software.exposed_sum ? sum_s : fmax(0, sum_s - costs->backward.layer.weight_s);
}

/* What one layer and the ends take, all but the times of pieces already summed up. */
struct parts {
    struct f2f_train_cost forward, backward, again, first_forward, first_backward, last_forward, last_backward;
    double sum_s;
};

static struct parts parts_make(const struct f2f_machine *machine, const struct f2f_train_job *job,
                               const struct f2f_strategy *s, const struct f2f_train_costs *costs,
                               const struct f2f_train_layout *l) {
    double layers = (double)f2f_train_stage_layers(l, s, f2f_train_inner_stage(l, s));
    struct f2f_train_cost again = f2f_train_again_cost(costs, s, layers);
    return (struct parts){.forward = exposed(machine, &costs->forward.layer, job, s),
                          .backward = exposed(machine, &costs->backward.layer, job, s),
                          .again = exposed(machine, &again, job, s),
                          .first_forward = exposed(machine, &costs->forward.first, job, s),
                          .first_backward = exposed(machine, &costs->backward.first, job, s),
                          .last_forward = exposed(machine, &costs->forward.last, job, s),
                          .last_backward = exposed(machine, &costs->backward.last, job, s),
                          .sum_s = layer_sum_s(machine, job, s, costs, l)};
}

static void fill_pieces(struct f2f_train_pipe *out, const struct parts *x, const struct f2f_train_layout *l,
                        bool splits, double sending_s) {
    double forward_s = cost_s(&x->forward), backward_s = cost_s(&x->backward) + cost_s(&x->again) + x->sum_s;
    double weight_s = splits ? x->backward.weight_s + x->sum_s : 0;
    for (int q = 0; q < l->pieces; q++) {
        double layers = (double)f2f_train_piece_layers(l, q);
        out->forward_s[q] = layers * forward_s + (q < l->pieces - 1 ? sending_s : 0);
        out->backward_s[q] = layers * (backward_s - weight_s) + (q > 0 ? sending_s : 0);
        out->weight_s[q] = layers * weight_s;
    }
    out->forward_s[0] += cost_s(&x->first_forward);
    out->backward_s[0] += cost_s(&x->first_backward);
    out->forward_s[l->pieces - 1] += cost_s(&x->last_forward);
    out->backward_s[l->pieces - 1] += cost_s(&x->last_backward);
}

/* Adds `count` times a cost: its compute to *compute_s, its collectives to the stage. */
static void stage_add(struct f2f_train_stage *g, double *compute_s, const struct f2f_train_cost *c, double count) {
    *compute_s += count * c->compute_s;
    g->tensor_s += count * c->tensor_s;
    g->context_s += count * c->context_s;
    g->expert_s += count * c->expert_s;
}

static struct f2f_train_stage stage_make(const struct parts *x, double layers, bool first, bool last) {
    struct f2f_train_stage g = {.layers = layers, .first = first, .last = last, .sum_s = layers * x->sum_s};
    stage_add(&g, &g.forward_s, &x->forward, layers);
    stage_add(&g, &g.backward_s, &x->backward, layers);
    stage_add(&g, &g.recompute_s, &x->again, layers);
    stage_add(&g, &g.forward_s, &x->first_forward, first);
    stage_add(&g, &g.backward_s, &x->first_backward, first);
    stage_add(&g, &g.forward_s, &x->last_forward, last);
    stage_add(&g, &g.backward_s, &x->last_backward, last);
    return g;
}

static struct f2f_train_stage slowest_stage(const struct parts *x, const struct f2f_strategy *s,
                                            const struct f2f_train_layout *l) {
    const int stages[] = {s->pp - 1, 0, f2f_train_inner_stage(l, s)};
    struct f2f_train_stage worst = {0};
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        double layers = (double)f2f_train_stage_layers(l, s, stages[i]);
        struct f2f_train_stage g = stage_make(x, layers, stages[i] == 0, stages[i] == s->pp - 1);
        if (f2f_train_stage_s(&g) > f2f_train_stage_s(&worst)) worst = g;
    }
    return worst;
}

/* A micro-batch over a stage boundary: each chip of a tensor group sends its part, also where all hold the whole
 * (Narayanan et al. 2021, arXiv 2104.04473 section 4.1: scatter and gather). */
static struct f2f_op_cost boundary(const struct f2f_machine *machine, const struct f2f_train_job *job,
                                   const struct f2f_strategy *s, const struct f2f_train_layout *l) {
    if (s->pp == 1) return (struct f2f_op_cost){0};
    double bytes = l->tokens * (double)job->model->hidden * f2f_dtype_B(job->precision.act) / s->tp;
    return f2f_train_collective(machine, F2F_SEND, 2, f2f_strategy_stride(s, F2F_AXIS_PIPELINE), bytes);
}

void f2f_train_pipe_make(struct f2f_train_pipe *out, const struct f2f_machine *machine, const struct f2f_train_job *job,
                         const struct f2f_strategy *s, const struct f2f_train_costs *costs,
                         const struct f2f_train_layout *l) {
    struct parts x = parts_make(machine, job, s, costs, l);
    const struct f2f_schedule *schedule = f2f_schedule_get(s->schedule, s->vp);
    out->timed = false;
    out->slow = slowest_stage(&x, s, l);
    out->send = boundary(machine, job, s, l);
    double send_s = out->send.time_s;
    bool waits = job->software.exposed_pipeline; /* then the send is part of the stage's work */
    fill_pieces(out, &x, l, schedule->splits, waits ? send_s : 0);
    out->pipeline = (struct f2f_pipeline){.schedule = schedule,
                                          .shape = {s->pp, s->vp, l->micro_batches},
                                          .forward_s = out->forward_s,
                                          .backward_s = out->backward_s,
                                          .weight_s = out->weight_s,
                                          .send_s = waits ? 0 : send_s};
    out->bound_s = f2f_pipeline_bound_s(&out->pipeline);
}

void f2f_train_pipe_time(struct f2f_train_pipe *pipe, struct f2f_pipeline_scratch *scratch) {
    if (!pipe->timed) pipe->times = f2f_pipeline_run(&pipe->pipeline, scratch);
    pipe->timed = true;
}
