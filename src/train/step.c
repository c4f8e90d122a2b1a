/* Time of one training step: micro-batches through a pipeline, then gradients, then the optimizer.
 *
 * The pipeline's time is its schedule's, stage by stage (pipeline.c). On top come what data parallelism leaves
 * exposed (data.c), the optimizer, waiting for the slowest chip, and host work. docs/models/train.md has every
 * formula. Leaves out: kernels slowed by collectives beside
 * them. */
#include "train/constants.h"
#include "train/plan.h"

#include <math.h>

/* What a chip updates. */
struct own {
    double params, weights_B;
};

/* Bytes the optimizer moves: each gradient read, read for its norm and zeroed, the state read and written, the weight
 * written. */
static double optimizer_B(const struct f2f_train_layout *l, const struct own *own) {
    return (3 * l->grad_B + 2 * l->state_B) * own->params + own->weights_B;
}

/* In the chip's memory, or with the state on the host: gradients down, weights up over the host link (Ren et al.
 * 2021, ZeRO-Offload, arXiv 2101.06840); the host's own time is taken to hide behind that. */
static double optimizer_s(const struct f2f_machine *machine, const struct f2f_strategy *s,
                          const struct f2f_train_layout *l, const struct own *own) {
    double link_Bps = machine->chip->host_link_Bps;
    if (s->offload) return link_Bps > 0 ? (l->grad_B * own->params + own->weights_B) / link_Bps : HUGE_VAL;
    return optimizer_B(l, own) / machine->mem.mixed_Bps;
}

/* All wait for the slowest: of N normal times it lies about sqrt(2 ln N) deviations above the mean. */
static double slowest_of(double n) { return n > 1 ? sqrt(2 * log(n)) : 0; }

/* Documents packed into sequences make some of them longer to attend over than others. With lengths d of one mean
 * the squares d^2 spread by sqrt(5) of their mean; a replica adds up the n = tokens / d documents of its batch. */
static double documents_s(const struct f2f_train_job *job, const struct f2f_strategy *s,
                          const struct f2f_train_costs *costs, const struct f2f_train_layout *l,
                          const struct f2f_train_stage *g) {
    if (!(job->doc_tok > 0) || job->doc_tok >= job->seq) return 0;
    double attention_s = costs->forward.layer.attention_s + costs->backward.layer.attention_s;
    double documents = fmax(1, (double)l->micro_batches * s->micro_batch * job->seq / job->doc_tok);
    double packed = 1 - job->doc_tok / job->seq; /* lengths near the sequence's are cut to it */
    return l->micro_batches * g->layers * attention_s * packed * sqrt(5 / documents) * slowest_of(s->dp);
}

/* Dynamic energy of all replicas: every layer once, whatever the slowest stage was. */
static double step_energy_J(const struct f2f_train_job *job, const struct f2f_strategy *s,
                            const struct f2f_train_costs *costs, const struct f2f_train_layout *l, double send_J,
                            double once_J) {
    const struct f2f_train_pass *f = &costs->forward, *b = &costs->backward;
    double layers = (double)job->model->layers;
    double layer = f->layer.energy_J + f2f_train_again_cost(costs, s, layers / s->pp).energy_J + b->layer.energy_J;
    double ends = f->first.energy_J + f->last.energy_J + b->first.energy_J + b->last.energy_J;
    double sends = 2.0 * (l->pieces - 1) * send_J;
    double column = (double)s->tp * s->cp * s->dp; /* chips side by side in a stage */
    return column * (l->micro_batches * (layers * layer + ends + sends) + s->pp * once_J);
}

double f2f_train_step_bound_s(const struct f2f_strategy *s, double bound_s) {
    double chips = (double)s->tp * s->cp * s->pp * s->dp;
    return bound_s * (1 + F2F_TRAIN_SPREAD * slowest_of(chips)) + F2F_TRAIN_HOST_S;
}

/* Of the stages that have most: what a chip updates, and what it holds. */
static struct own most_of(struct f2f_train_stage_params *held, const struct f2f_train_job *job,
                          const struct f2f_strategy *s, const struct f2f_train_layout *l) {
    struct own most = {0};
    *held = (struct f2f_train_stage_params){0};
    const int stages[] = {0, f2f_train_inner_stage(l, s), s->pp - 1};
    const struct f2f_train_params all = f2f_train_params_make(job->model, s);
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        struct f2f_train_stage_params p = f2f_train_stage_params_make(&all, job->model, s, l, stages[i]);
        double shards = s->zero >= 1 ? l->shards : 1, params = (s->zero >= 1 ? p.state : p.held) / shards;
        if (params > most.params) most = (struct own){params, f2f_train_weights_B(l, params, p.tables / shards)};
        if (p.held > held->held) *held = p;
    }
    return most;
}

void f2f_train_step_make(struct f2f_train_step *out, const struct f2f_machine *machine, const struct f2f_train_job *job,
                         const struct f2f_strategy *s, const struct f2f_train_costs *costs,
                         const struct f2f_train_layout *l, const struct f2f_train_pipe *pipe) {
    const struct f2f_train_stage *g = &pipe->slow;
    struct f2f_train_stage_params held;
    const struct own own = most_of(&held, job, s, l);
    struct f2f_train_data d = f2f_train_data_make(machine, job, s, l, pipe, &held);
    double m = l->micro_batches, update_s = optimizer_s(machine, s, l, &own);
    double chips = (double)s->tp * s->cp * s->pp * s->dp;
    double busy = pipe->times.total_s + d.exposed_s + update_s;
    *out = (struct f2f_train_step){
        .forward_s = m * g->forward_s,
        .backward_s = m * g->backward_s,
        .recompute_s = m * g->recompute_s,
        .sum_s = m * g->sum_s,
        .tensor_s = m * g->tensor_s,
        .context_s = m * g->context_s,
        .expert_s = m * g->expert_s,
        .bubble_s = pipe->times.total_s - m * f2f_train_stage_s(g),
        .data_s = d.exposed_s,
        .optimizer_s = update_s,
        .straggler_s = busy * F2F_TRAIN_SPREAD * slowest_of(chips) + documents_s(job, s, costs, l, g),
        .overhead_s = F2F_TRAIN_HOST_S,
        .layers = g->layers,
        .has_first = g->first,
        .has_last = g->last,
    };
    double once_J = d.energy_J + optimizer_B(l, &own) * machine->mem.energy_J_per_B;
    out->total_s = busy + out->straggler_s + out->overhead_s;
    out->energy_J = step_energy_J(job, s, costs, l, pipe->send.energy_J, once_J);
}
