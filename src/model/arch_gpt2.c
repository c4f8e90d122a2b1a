/* arch_gpt2.c - GPT-2: LayerNorm, learned positions, GELU, a bias at every product (Radford 2019).
 * Its keys have names of their own; n_inner defaults to four times the width. */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    m->layers = f2f_config_count(c, "n_layer", F2F_MAX_LAYERS);
    m->hidden = f2f_config_count(c, "n_embd", F2F_MAX_WIDTH);
    m->heads = m->kv_heads = f2f_config_count(c, "n_head", F2F_MAX_HEADS);
    m->head_dim = m->hidden / m->heads;
    if (m->hidden % m->heads != 0)
        f2f_doc_error(c->diag, c->doc, "n_embd %lld is not a multiple of n_head %lld: change one of them", m->hidden,
                      m->heads);
    m->ffn = f2f_config_count_or(c, "n_inner", F2F_MAX_WIDTH, 4 * m->hidden);
    m->vocab = f2f_config_count(c, "vocab_size", F2F_MAX_WIDTH);
    m->max_positions = f2f_config_count(c, "n_positions", F2F_MAX_POSITIONS);
    m->tied_embeddings = f2f_config_flag(c, "tie_word_embeddings", true);
    m->qkv_bias = m->o_bias = m->mlp_bias = m->norm_bias = m->learned_positions = true;
}

const struct f2f_arch f2f_arch_gpt2 = {"GPT2LMHeadModel", "gpt2", read, f2f_ffn_dense};
