/* arch_qwen2_moe.c - Qwen 1.5 and 2 with experts: attention of Qwen 2, small experts, one shared expert
 * that is always active behind a sigmoid gate (Yang 2024). */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    f2f_config_experts(c, m, "num_experts", "moe_intermediate_size");
    f2f_config_all_sparse(c);
    m->shared_ffn = f2f_config_count(c, "shared_expert_intermediate_size", F2F_MAX_WIDTH);
    m->qkv_bias = true;
}

const struct f2f_arch f2f_arch_qwen2_moe = {"Qwen2MoeForCausalLM", "qwen2_moe", read, f2f_ffn_moe};
