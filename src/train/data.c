/* Collectives over the chips with the same weights, and what of them nothing hides.
 *
 * After Rajbhandari et al. 2019 (ZeRO, arXiv 1910.02054), hybrid sharding after Zhao et al. 2023 (PyTorch FSDP,
 * arXiv 2304.11277 section 3.2): sharded inside a group, copies summed across groups. docs/models/train.md has the
 * windows. Micro-batches that use the NIC meanwhile share it max-min fairly (net/flow.h).
 * Leaves out: gradients compressed before they are sent. */
#include "net/flow.h"
#include "train/plan.h"

#include <math.h>

/* What all of it shares. */
struct group {
    const struct f2f_machine *machine;
    double shards, copies, stride;
    double rate_frac; /* of the NIC beside what the micro-batches send */
    bool all_reduce;
};

static void add(struct f2f_op_cost *sum, struct f2f_op_cost one) {
    sum->time_s += one.time_s;
    sum->energy_J += one.energy_J;
}

/* Slowed by the flows it meets, as long as there are any: while it hides. */
static double beside_s(const struct group *g, double time_s, double window_s) {
    double hidden_s = fmin(time_s / g->rate_frac, window_s);
    return time_s + hidden_s * (1 - g->rate_frac);
}

/* A collective over `parts` equal buckets hides behind window_s of compute, except the last bucket; what hides takes
 * units from the products. */
static double exposed_s(const struct group *g, double time_s, double window_s, double parts) {
    double left_s = fmax(time_s / fmax(parts, 1), beside_s(g, time_s, window_s) - window_s);
    return left_s + f2f_train_taken_s(g->machine, fmax(0, time_s - left_s));
}

/* Gradients to their shard, and shards summed over the copies. */
static struct f2f_op_cost reduce(const struct group *g, double bytes_B) {
    enum f2f_collective_kind kind = g->all_reduce ? F2F_ALL_REDUCE : F2F_REDUCE_SCATTER;
    struct f2f_op_cost cost = f2f_train_collective(g->machine, kind, g->shards, g->stride, bytes_B);
    if (g->copies > 1)
        add(&cost,
            f2f_train_collective(g->machine, F2F_ALL_REDUCE, g->copies, g->stride * g->shards, bytes_B / g->shards));
    return cost;
}

static struct f2f_op_cost gather(const struct group *g, double bytes_B) {
    return f2f_train_collective(g->machine, F2F_ALL_GATHER, g->shards, g->stride, bytes_B);
}

/* ZeRO-0 to 2 once a step. Gradients leave layer by layer during the last micro-batch's backward; a
 * chunk of an interleaved stage is done earlier by the pp micro-batches of each later chunk. Gathered
 * weights arrive during the first forward in the same way. Without a pipeline ZeRO-2 keeps no
 * whole gradient, so it reduces after every micro-batch (DeepSpeed). */
static struct f2f_train_data by_step(const struct group *x, const struct f2f_train_job *job,
                                     const struct f2f_strategy *s, const struct f2f_train_layout *l,
                                     const struct f2f_train_stage *g, const struct f2f_train_stage_params *p) {
    double ahead = 1 + (s->vp - 1.0) * (fmin(s->pp, l->micro_batches) - 1) / s->vp;
    double times = s->zero == 2 && s->pp == 1 ? l->micro_batches : 1;
    double window = job->software.exposed_data ? 0 : ahead;
    struct f2f_op_cost sum = reduce(x, l->grad_B * p->held);
    struct f2f_train_data d = {times * exposed_s(x, sum.time_s, window * (g->backward_s + g->recompute_s), g->layers),
                               times * sum.energy_J};
    if (s->zero == 0) return d;
    struct f2f_op_cost weights = gather(x, f2f_train_weights_B(l, p->held, p->tables));
    d.exposed_s += exposed_s(x, weights.time_s, window * g->forward_s, g->layers);
    d.energy_J += weights.energy_J;
    return d;
}

/* ZeRO-3 gathers each layer before its forward and its backward of every micro-batch, and reduces
 * its gradients right after; a layer's collectives hide behind the layer beside it. */
static struct f2f_train_data by_layer(const struct group *x, const struct f2f_train_job *job,
                                      const struct f2f_train_layout *l, const struct f2f_train_stage *g,
                                      const struct f2f_train_stage_params *p) {
    double window = job->software.exposed_data ? 0 : 1, layers = fmax(g->layers, 1), m = l->micro_batches;
    struct f2f_op_cost weights = gather(x, f2f_train_weights_B(l, p->held, p->tables) / layers);
    struct f2f_op_cost sum = reduce(x, l->grad_B * p->held / layers);
    double forward_s = weights.time_s * layers, backward_s = (weights.time_s + sum.time_s) * layers;
    double exposed = exposed_s(x, forward_s, window * g->forward_s, layers) +
                     exposed_s(x, backward_s, window * (g->backward_s + g->recompute_s), layers);
    return (struct f2f_train_data){m * exposed, m * layers * (2 * weights.energy_J + sum.energy_J)};
}

/* Share of the time in which micro-batches use the NIC: sends between stages, and context and expert groups that
 * reach over the node. */
static double nic_busy(const struct f2f_machine *machine, const struct f2f_strategy *s,
                       const struct f2f_train_pipe *pipe) {
    const struct f2f_train_stage *g = &pipe->slow;
    int node = machine->system->node->chips;
    double busy_s = 0;
    if (s->pp > 1 && f2f_strategy_stride(s, F2F_AXIS_PIPELINE) >= node) busy_s += 2 * s->vp * pipe->send.time_s;
    if (s->cp > 1 && s->cp * s->tp > node) busy_s += g->context_s;
    if (s->ep > 1 && s->ep * f2f_strategy_stride(s, F2F_AXIS_EXPERT) > node) busy_s += g->expert_s;
    return fmin(1, busy_s / f2f_train_stage_s(g));
}

struct f2f_train_data f2f_train_data_make(const struct f2f_machine *machine, const struct f2f_train_job *job,
                                          const struct f2f_strategy *s, const struct f2f_train_layout *l,
                                          const struct f2f_train_pipe *pipe,
                                          const struct f2f_train_stage_params *params) {
    const struct f2f_train_stage *g = &pipe->slow;
    int stride = f2f_strategy_stride(s, F2F_AXIS_DATA), node = machine->system->node->chips;
    const struct group x = {.machine = machine,
                            .shards = s->zero ? l->shards : l->same,
                            .copies = s->zero ? l->same / l->shards : 1,
                            .rate_frac = f2f_flow_beside(1.0, nic_busy(machine, s, pipe)),
                            .stride = job->software.flat_data && stride < node ? node : stride,
                            .all_reduce = s->zero == 0};
    return s->zero >= 3 ? by_layer(&x, job, l, g, params) : by_step(&x, job, s, l, g, params);
}
