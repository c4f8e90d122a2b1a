/* arch_qwen3_moe.c - Qwen 3 with experts: attention of Qwen 3, small experts, none shared (Yang 2025). */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    f2f_config_experts(c, m, "num_experts", "moe_intermediate_size");
    f2f_config_all_sparse(c);
    m->qkv_bias = m->o_bias = f2f_config_flag(c, "attention_bias", false);
    m->qk_norm = true;
}

const struct f2f_arch f2f_arch_qwen3_moe = {"Qwen3MoeForCausalLM", "qwen3_moe", read, f2f_ffn_moe};
