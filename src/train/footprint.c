/* Bytes on the fullest chip of a training job: weights, gradients, optimizer, activations, workspace.
 *
 * After Korthikanti et al. 2022 (arXiv 2205.05198) for what a layer keeps for its backward pass,
 * rewritten per tensor for gated MLPs, grouped queries and flash attention (no score matrix), and
 * after Rajbhandari et al. 2019 (ZeRO, arXiv 1910.02054) for the sharding of state.
 * Leaves out: dropout masks, fragmentation beyond the fixed workspace, offload to the host. */
#include "train/constants.h"
#include "train/plan.h"

#include <math.h>

enum { ACT_B = 2, FP32_B = 4, MASK_B = 1 }; /* activations are kept in 16 bit, sums of exponentials and logits in 32 */

/* Width of what an MLP keeps: gate and up (or the one product) before the activation, and its output. */
static double mlp_elems(const struct f2f_model *m) {
    double kept = m->gated ? 3 : 2;
    double experts = (double)m->experts_per_tok * (double)m->expert_ffn + (double)m->shared_ffn;
    return kept * (m->experts > 0 ? experts : (double)m->ffn);
}

/* What attention keeps for one token beside q, k, v and its output. Flash: a log-sum for each head.
 * Stored scores: soft-max output and dropout output in 16 bit and a mask of a byte for every pair, and
 * masks of the two other dropouts of a layer (Korthikanti et al. section 4.1); selective recompute drops the pairs. */
static double attention_B(const struct f2f_train_job *job, const struct f2f_strategy *s) {
    double heads = (double)job->model->heads;
    if (!job->stored_scores) return FP32_B * heads;
    double pairs = s->recompute == F2F_RECOMPUTE_SELECTIVE ? 0 : heads * job->seq;
    return (2 * ACT_B + MASK_B) * pairs + 2 * MASK_B * (double)job->model->hidden;
}

/* Bytes one layer keeps for one token on one chip; sequence parallelism cuts all of it by tp.
 * Norm inputs and outputs 4h; q, k, v and the attention output; the MLP. */
static double layer_B_per_tok(const struct f2f_train_job *job, const struct f2f_strategy *s) {
    const struct f2f_model *m = job->model;
    double h = (double)m->hidden, d = (double)m->head_dim, heads = (double)m->heads;
    double kv_heads = fmax((double)m->kv_heads, s->tp);
    double expert_inputs = m->experts > 0 ? (double)m->experts_per_tok * h : 0;
    double elems = 4 * h + (2 * heads + 2 * kv_heads) * d + expert_inputs + mlp_elems(m);
    return (ACT_B * elems + attention_B(job, s)) / s->tp;
}

/* Micro-batches a stage holds before the first of them is dropped: pp - stage in 1F1B, and with
 * interleaving the warm-up of Narayanan et al. 2021 (arXiv 2104.04473), in units of a whole stage. */
static double in_flight(const struct f2f_strategy *s, int stage, double micro_batches) {
    double ahead = (s->vp > 1 ? 2.0 : 1.0) * (s->pp - 1 - stage);
    return fmin(micro_batches, (ahead + (s->vp - 1.0) * s->pp + 1) / s->vp);
}

static double stage_activations_B(const struct f2f_train_job *job, const struct f2f_strategy *s,
                                  const struct f2f_train_layout *l, int stage, double layers) {
    double layer_B = l->tokens * layer_B_per_tok(job, s);
    double input_B = l->tokens * ACT_B * (double)job->model->hidden / s->tp;
    double held = in_flight(s, stage, l->micro_batches) * layers;
    /* full recompute keeps the layers' inputs, and one layer while it is computed again */
    return s->recompute == F2F_RECOMPUTE_FULL ? held * input_B + layer_B : held * layer_B;
}

/* Last stage: final norm in and out, logits in 16 bit as computed and in 32 bit for the loss. */
static double head_B(const struct f2f_model *m, const struct f2f_strategy *s, const struct f2f_train_layout *l) {
    return l->tokens * (2 * ACT_B * (double)m->hidden + (ACT_B + FP32_B) * (double)m->vocab) / s->tp;
}

/* Buffers alive only inside a layer: the gathered sequence at the entry of a column cut, the
 * gradients of the widest block, and with ZeRO-3 this layer's and the next one's gathered weights. */
static double workspace_B(const struct f2f_model *m, const struct f2f_strategy *s, const struct f2f_train_layout *l,
                          double layer_params) {
    double gathered = s->tp > 1 ? ACT_B * (double)m->hidden : 0;
    double gradients = ACT_B * mlp_elems(m) / s->tp;
    double weights = s->zero >= 3 ? 2 * l->weight_B * layer_params : 0;
    return F2F_TRAIN_CONTEXT_B + l->tokens * (gathered + gradients) + weights;
}

/* A pipeline sums gradients over its micro-batches before it reduces them, chunk by chunk: there
 * ZeRO-2 can only drop the chunks that are done (Megatron-LM, MegaScale). */
static double gradients_B(const struct f2f_strategy *s, const struct f2f_train_layout *l, double params,
                          double sharded) {
    if (s->zero < 2) return l->grad_B * params;
    return l->grad_B * (s->pp > 1 ? fmax(sharded, params / s->vp) : sharded);
}

static struct f2f_train_memory stage_memory(const struct f2f_train_job *job, const struct f2f_strategy *s,
                                            const struct f2f_train_layout *l, int stage) {
    const struct f2f_model *m = job->model;
    struct f2f_train_params p = f2f_train_params_make(m, s);
    bool last = stage == s->pp - 1;
    double layers = last ? l->layers_last : stage == 0 ? l->layers_first : l->layers;
    double tables = (stage == 0 ? 1 : 0) + (last && (s->pp > 1 || !m->tied_embeddings) ? 1 : 0);
    double params = layers * p.layer + tables * p.table;
    double sharded = (layers * p.layer_state + tables * p.table) / l->shards;
    struct f2f_train_memory out = {
        .weights_B = l->weight_B * (s->zero >= 3 ? sharded : params),
        .gradients_B = gradients_B(s, l, params, sharded),
        .optimizer_B = F2F_TRAIN_ADAM_B * (s->zero >= 1 ? sharded : params),
        .activations_B = stage_activations_B(job, s, l, stage, layers) + (last ? head_B(m, s, l) : 0),
        .workspace_B = workspace_B(m, s, l, p.layer),
    };
    out.total_B = out.weights_B + out.gradients_B + out.optimizer_B + out.activations_B + out.workspace_B;
    return out;
}

f2f_status f2f_train_memory(struct f2f_train_memory *out, const struct f2f_train_job *job, const struct f2f_strategy *s,
                            f2f_error *err) {
    struct f2f_train_layout l;
    F2F_TRY(f2f_train_layout_make(&l, job, s, err));
    /* the first stage holds most micro-batches, the second may have a layer more, the last the logits */
    const int stages[] = {0, s->pp > 2 ? 1 : 0, s->pp - 1};
    *out = (struct f2f_train_memory){0};
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        struct f2f_train_memory one = stage_memory(job, s, &l, stages[i]);
        if (one.total_B > out->total_B) *out = one;
    }
    return F2F_OK;
}
