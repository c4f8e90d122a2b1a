/* shape.c - a model from numbers alone, and the checks every shape must pass.
 *
 * Tables of training runs give models this way. Not gated means the block of GPT-2 and GPT-3
 * (Radford 2019, Brown 2020) as Megatron-LM trains it: GELU, LayerNorm, a bias at every product. */
#include "model/arch.h"
#include "model/config.h"

static const struct f2f_arch *shape_arch(const struct f2f_model *m) {
    if (m->experts) return &f2f_arch_mixtral;
    return m->gated ? &f2f_arch_llama : &f2f_arch_gpt2;
}

static void fill_defaults(struct f2f_model *m) {
    if (m->kv_heads == 0) m->kv_heads = m->heads;
    if (m->head_dim == 0 && m->heads > 0 && m->hidden % m->heads == 0) m->head_dim = m->hidden / m->heads;
    if (m->ffn == 0 && !m->gated) m->ffn = 4 * m->hidden;
    if (m->experts && m->expert_ffn == 0) m->expert_ffn = m->ffn;
    if (!m->name) m->name = "shape";
    m->arch = shape_arch(m);
    if (!m->gated) m->qkv_bias = m->o_bias = m->mlp_bias = m->norm_bias = true;
}

f2f_status f2f_model_finish(struct f2f_model *m, f2f_error *err) {
    const struct {
        const char *name;
        long long value, least, most;
    } bounds[] = {
        {"layers", m->layers, 1, F2F_MAX_LAYERS},
        {"hidden size", m->hidden, 1, F2F_MAX_WIDTH},
        {"heads", m->heads, 1, F2F_MAX_HEADS},
        {"key-value heads", m->kv_heads, 1, F2F_MAX_HEADS},
        {"head dimension (hidden size over heads, unless given)", m->head_dim, 1, F2F_MAX_HEADS},
        {"feed-forward width", m->experts ? m->expert_ffn : m->ffn, 1, F2F_MAX_WIDTH},
        {"shared expert width", m->shared_ffn, 0, F2F_MAX_WIDTH},
        {"vocabulary", m->vocab, 1, F2F_MAX_WIDTH},
        {"experts", m->experts, 0, F2F_MAX_HEADS},
        {"experts per token", m->experts_per_tok, m->experts ? 1 : 0, m->experts},
        {"attention window", m->window, 0, F2F_MAX_POSITIONS},
        {"positions", m->max_positions, m->learned_positions ? 1 : 0, F2F_MAX_POSITIONS},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (bounds[i].value < bounds[i].least || bounds[i].value > bounds[i].most)
            return f2f_fail(err, F2F_EINPUT, "a model's %s is %lld: give a whole number from %lld to %lld",
                            bounds[i].name, bounds[i].value, bounds[i].least, bounds[i].most);
    if (m->heads % m->kv_heads != 0)
        return f2f_fail(err, F2F_EINPUT, "%lld heads cannot share %lld key-value heads evenly: change one of them",
                        m->heads, m->kv_heads);
    return f2f_model_count(m, err);
}

f2f_status f2f_model_from_shape(struct f2f_model **out, f2f_arena *arena, const struct f2f_model *shape,
                                f2f_error *err) {
    struct f2f_model *m = f2f_arena_alloc(arena, sizeof *m);
    *out = NULL;
    *m = *shape;
    fill_defaults(m);
    F2F_TRY(f2f_model_finish(m, err));
    *out = m;
    return F2F_OK;
}
