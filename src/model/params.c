/* params.c - parameters, weight bytes and KV bytes of a decoder, tensor by tensor.
 *
 * After the tensors of the published checkpoints: fused and separate projections count the same.
 * Buffers that are not parameters (rotary tables) are left out. Counting is done in double, which is
 * exact up to 2^53; f2f_model_count refuses more than 1e15. */
#include <math.h>

#include "model/arch.h"

#define MAX_PARAMS 1e15

/* Elements by how they are stored at a narrow precision. */
struct elements {
    double linear; /* weights of products inside the layers: quantised */
    double kept; /* norms, biases, routers: stay in the format of activations */
    double tables; /* embeddings and the output head */
};

/* experts: how many of them are counted. */
static struct elements ffn_elements(const struct f2f_model *m, double experts) {
    double matrices = m->gated ? 3.0 : 2.0, hidden = (double)m->hidden;
    if (m->experts) {
        double shared = (double)m->shared_ffn;
        return (struct elements){matrices * hidden * (experts * (double)m->expert_ffn + shared),
                                 hidden * (double)m->experts + (shared > 0.0 ? hidden : 0.0), 0.0};
    }
    double biases = (matrices - 1.0) * (double)m->ffn + hidden;
    return (struct elements){matrices * hidden * (double)m->ffn, m->mlp_bias ? biases : 0.0, 0.0};
}

static struct elements attention_elements(const struct f2f_model *m) {
    double hidden = (double)m->hidden, head_dim = (double)m->head_dim;
    double q = (double)m->heads * head_dim, kv = (double)m->kv_heads * head_dim;
    struct elements e = {hidden * (q + 2.0 * kv) + q * hidden, 0.0, 0.0};
    if (m->qkv_bias) e.kept += q + 2.0 * kv;
    if (m->o_bias) e.kept += hidden;
    if (m->qk_norm) e.kept += 2.0 * head_dim;
    return e;
}

static struct elements model_elements(const struct f2f_model *m, double experts) {
    struct elements attention = attention_elements(m), ffn = ffn_elements(m, experts);
    double layers = (double)m->layers, hidden = (double)m->hidden;
    double norm = hidden * (m->norm_bias ? 2.0 : 1.0);
    double tables = (double)m->vocab * hidden * (m->tied_embeddings ? 1.0 : 2.0);
    if (m->learned_positions) tables += (double)m->max_positions * hidden;
    return (struct elements){layers * (attention.linear + ffn.linear),
                             layers * (attention.kept + ffn.kept + 2.0 * norm) + norm, tables};
}

static double sum(const struct elements *e) { return e->linear + e->kept + e->tables; }

f2f_status f2f_model_count(struct f2f_model *m, f2f_error *err) {
    struct elements all = model_elements(m, (double)m->experts);
    struct elements active = model_elements(m, (double)m->experts_per_tok);
    double params = sum(&all);
    if (params > MAX_PARAMS)
        return f2f_fail(
            err, F2F_EINPUT,
            "these figures make a model of %.3g parameters, at most %.0e are supported: check layers (%lld), "
            "hidden size (%lld), feed-forward width (%lld), experts (%lld) and vocabulary (%lld)",
            params, MAX_PARAMS, m->layers, m->hidden, m->experts ? m->expert_ffn : m->ffn, m->experts, m->vocab);
    m->params = (long long)params;
    m->active_params = (long long)sum(&active);
    return F2F_OK;
}

double f2f_model_weight_B(const struct f2f_model *m, const struct f2f_precision *p) {
    struct elements all = model_elements(m, (double)m->experts);
    return all.linear * f2f_dtype_B(p->weight) + all.kept * f2f_dtype_B(p->act) + all.tables * f2f_dtype_B(p->head);
}

double f2f_model_kv_B_per_tok(const struct f2f_model *m, enum f2f_dtype kv) {
    return 2.0 * (double)m->layers * (double)m->kv_heads * (double)m->head_dim * f2f_dtype_B(kv);
}

double f2f_experts_touched(double experts, double per_tok, double tokens) {
    return -experts * expm1(tokens * log1p(-per_tok / experts));
}
