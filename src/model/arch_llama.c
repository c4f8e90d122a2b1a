/* arch_llama.c - Llama 1, 2, 3 and models with the same block: RMSNorm, rotary embedding, grouped-query
 * attention, SiLU-gated feed-forward (Touvron 2023; Grattafiori 2024). */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    m->qkv_bias = m->o_bias = f2f_config_flag(c, "attention_bias", false);
    m->mlp_bias = f2f_config_flag(c, "mlp_bias", false);
}

const struct f2f_arch f2f_arch_llama = {"LlamaForCausalLM", "llama", read, f2f_ffn_dense};
