/* Bytes on the fullest chip of a training job: weights, gradients, optimizer, activations, workspace.
 *
 * After Korthikanti et al. 2022 (arXiv 2205.05198) for what a layer keeps for its backward pass,
 * rewritten per tensor for gated MLPs, grouped queries and flash attention (no score matrix), and
 * after Rajbhandari et al. 2019 (ZeRO, arXiv 1910.02054) for the sharding of state. How many micro-batches
 * are held is the schedule's. Leaves out: activations moved to the host. */
#include "train/constants.h"
#include "train/plan.h"

#include <math.h>

enum { ACT_B = 2, FP32_B = 4, MASK_B = 1 }; /* activations are kept in 16 bit, sums of exponentials and logits in 32 */

/* What a product keeps of its input for the gradient of its weights: as it was multiplied, where that is narrower than
 * activations (Transformer Engine). */
static double input_B(const struct f2f_train_job *job) { return fmin(ACT_B, f2f_dtype_B(job->precision.compute)); }

enum { LAYER_TENSORS = 12 }; /* norm in and out twice, q, k, v, log-sums, context, gate, up, activation */

static double mlp_width(const struct f2f_model *m) {
    double experts = (double)m->experts_per_tok * (double)m->expert_ffn + (double)m->shared_ffn;
    return m->experts > 0 ? experts : (double)m->ffn;
}

/* What an MLP keeps before its activation: gate and up, or the one product. */
static double mlp_inner(const struct f2f_model *m) { return (m->gated ? 2 : 1) * mlp_width(m); }

/* How much of what tensor parallelism does not cut a chip holds. */
static double whole_share(const struct f2f_strategy *s) { return s->sequence == F2F_SEQUENCE_PARALLEL ? s->tp : 1; }

/* Bytes one layer keeps for one token on one chip. Norm inputs and outputs 4h, with stored scores also the masks of
 * the two dropouts beside them: divided by tp only under sequence parallelism. q, k, v, the attention output, the
 * MLP: always. What goes into a product is kept as narrow as it is multiplied; the attention output then twice, as
 * attention's own backward pass reads it in 16 bit. Attention itself, flash: a log-sum for each head; stored scores:
 * soft-max output and dropout output in 16 bit and a mask of a byte for every pair (Korthikanti et al. section 4.1),
 * which selective recompute drops. Recompute of operators keeps the layer's input, what attention wrote, q, v and the
 * MLP's first product, all as computed. */
static double layer_B_per_tok(const struct f2f_train_job *job, const struct f2f_strategy *s, int recompute) {
    const struct f2f_model *m = job->model;
    double h = (double)m->hidden, d = (double)m->head_dim, heads = (double)m->heads, in_B = input_B(job);
    double kv_heads = fmax((double)m->kv_heads, s->tp);
    double expert_inputs = m->experts > 0 ? (double)m->experts_per_tok * h : 0;
    double whole_B = (ACT_B + in_B) * 2 * h, again_B = in_B < ACT_B ? in_B * heads * d : 0;
    double cut_B = ACT_B * ((2 * heads + 2 * kv_heads) * d + mlp_inner(m)) + again_B;
    cut_B += in_B * (expert_inputs + mlp_width(m));
    if (recompute == F2F_RECOMPUTE_SELECTIVE_OP) {
        whole_B = ACT_B * h;
        cut_B = ACT_B * ((2 * heads + kv_heads) * d + mlp_width(m));
    }
    if (job->software.stored_scores) {
        whole_B += 2 * MASK_B * h;
        cut_B += recompute == F2F_RECOMPUTE_SELECTIVE ? 0 : (2 * ACT_B + MASK_B) * heads * job->seq;
    } else {
        cut_B += FP32_B * heads;
    }
    return whole_B / whole_share(s) + cut_B / s->tp;
}

/* What all stages have in common. */
struct layer {
    double kept_B, whole_B; /* for a token: as layers are recomputed, and of one that is not */
    struct f2f_train_params params;
};

static struct layer layer_make(const struct f2f_train_job *job, const struct f2f_strategy *s) {
    return (struct layer){.kept_B = layer_B_per_tok(job, s, s->recompute),
                          .whole_B = layer_B_per_tok(job, s, F2F_RECOMPUTE_NONE),
                          .params = f2f_train_params_make(job->model, s)};
}

/* Micro-batches of the whole stage that are held at once. */
static double held(const struct f2f_strategy *s, const struct f2f_train_layout *l, int stage) {
    const struct f2f_schedule_shape shape = {s->pp, s->vp, l->micro_batches};
    return (double)f2f_schedule_get(s->schedule, s->vp)->held(&shape, stage) / s->vp;
}

/* Layers of a stage that keep their input alone. */
static double short_layers(const struct f2f_strategy *s, double layers) {
    if (s->recompute != F2F_RECOMPUTE_FULL) return 0;
    return s->recompute_layers ? fmin(s->recompute_layers, layers) : layers;
}

static double activations_B(const struct f2f_train_job *job, const struct f2f_strategy *s,
                            const struct f2f_train_layout *l, const struct layer *layer, int stage) {
    double layers = (double)f2f_train_stage_layers(l, s, stage), again = short_layers(s, layers);
    double short_B = l->tokens * ACT_B * (double)job->model->hidden / whole_share(s);
    return held(s, l, stage) * (again * short_B + (layers - again) * l->tokens * layer->kept_B);
}

/* Last stage: final norm in and out, logits in 16 bit as computed and in 32 bit for the loss. */
static double head_B(const struct f2f_model *m, const struct f2f_strategy *s, const struct f2f_train_layout *l) {
    return l->tokens * (2 * ACT_B * (double)m->hidden / whole_share(s) + (ACT_B + FP32_B) * (double)m->vocab / s->tp);
}

/* Buffers alive only inside a layer: the gathered sequence at the entry of a column cut, the gradients of the
 * widest block, with recompute of products one whole layer, and with ZeRO-3 this layer's and the next one's weights. */
static double workspace_B(const struct f2f_train_job *job, const struct f2f_strategy *s,
                          const struct f2f_train_layout *l, const struct layer *layer) {
    const struct f2f_model *m = job->model;
    bool again = s->recompute == F2F_RECOMPUTE_FULL || s->recompute == F2F_RECOMPUTE_SELECTIVE_OP;
    double gathered = s->tp > 1 ? ACT_B * (double)m->hidden : 0;
    double gradients = ACT_B * (mlp_inner(m) + mlp_width(m)) / s->tp;
    double whole = again ? layer->whole_B : 0;
    double weights = s->zero >= 3 ? 2 * l->layer_weight_B * layer->params.layer : 0;
    return F2F_TRAIN_CONTEXT_B + l->tokens * (gathered + gradients + whole) + weights;
}

/* PyTorch's allocator rounds blocks to 2 MiB, and gives smaller ones pieces of such: a mebibyte is lost for each
 * tensor that is held. */
static double fragmentation_B(const struct f2f_strategy *s, const struct f2f_train_layout *l, const struct layer *layer,
                              int stage) {
    double layers = (double)f2f_train_stage_layers(l, s, stage), again = short_layers(s, layers);
    double tensors = held(s, l, stage) * (again + LAYER_TENSORS * (layers - again));
    double tensor_B = l->tokens * layer->kept_B / LAYER_TENSORS;
    return tensors * fmin(F2F_TRAIN_ROUNDING_B / 2, tensor_B);
}

/* A pipeline sums gradients over its micro-batches before it reduces them, chunk by chunk: there
 * ZeRO-2 can only drop the chunks that are done (Megatron-LM, MegaScale). */
static double gradients_B(const struct f2f_strategy *s, const struct f2f_train_layout *l, double params,
                          double sharded) {
    if (s->zero < 2) return l->grad_B * params;
    return l->grad_B * (s->pp > 1 ? fmax(sharded, params / s->vp) : sharded);
}

static struct f2f_train_memory stage_memory(const struct f2f_train_job *job, const struct f2f_strategy *s,
                                            const struct f2f_train_layout *l, const struct layer *layer, int stage) {
    struct f2f_train_stage_params p = f2f_train_stage_params_make(&layer->params, job->model, s, l, stage);
    double sharded = p.state / l->shards, optimizer_B = l->state_B * (s->zero >= 1 ? sharded : p.held);
    struct f2f_train_memory out = {
        .weights_B = s->zero >= 3 ? f2f_train_weights_B(l, sharded, p.tables / l->shards)
                                  : f2f_train_weights_B(l, p.held, p.tables),
        .gradients_B = gradients_B(s, l, p.held, sharded),
        .optimizer_B = s->offload ? 0 : optimizer_B,
        .host_B = s->offload ? optimizer_B : 0,
        .activations_B = activations_B(job, s, l, layer, stage) + (stage == s->pp - 1 ? head_B(job->model, s, l) : 0),
        .workspace_B = workspace_B(job, s, l, layer),
        .fragmentation_B = fragmentation_B(s, l, layer, stage),
    };
    out.total_B =
        out.weights_B + out.gradients_B + out.optimizer_B + out.activations_B + out.workspace_B + out.fragmentation_B;
    return out;
}

f2f_status f2f_train_memory(struct f2f_train_memory *out, const struct f2f_train_job *job, const struct f2f_strategy *s,
                            f2f_error *err) {
    struct f2f_train_layout l;
    F2F_TRY(f2f_train_layout_make(&l, job, s, err));
    /* the first stage holds most micro-batches, the first inner one may have a layer more, the last the logits */
    const int stages[] = {0, f2f_train_inner_stage(&l, s), s->pp - 1};
    const struct layer layer = layer_make(job, s);
    *out = (struct f2f_train_memory){0};
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        if (i > 0 && stages[i] == stages[i - 1]) continue;
        struct f2f_train_memory one = stage_memory(job, s, &l, &layer, stages[i]);
        if (one.total_B > out->total_B) *out = one;
    }
    return F2F_OK;
}
