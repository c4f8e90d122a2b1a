/* arch_qwen3.c - Qwen 3: the block of Llama with normalised queries and keys and a head size of its
 * own (Yang 2025). Its sliding window, off in all released models, is left out. */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    m->qkv_bias = m->o_bias = f2f_config_flag(c, "attention_bias", false);
    m->qk_norm = true;
}

const struct f2f_arch f2f_arch_qwen3 = {"Qwen3ForCausalLM", "qwen3", read, f2f_ffn_dense};
