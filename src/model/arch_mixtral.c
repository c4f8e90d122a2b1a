/* arch_mixtral.c - Mixtral: the attention of Mistral, experts in place of the feed-forward part (Jiang 2024). */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    f2f_config_experts(c, m, "num_local_experts", "intermediate_size");
    m->window = f2f_config_count_or(c, "sliding_window", F2F_MAX_POSITIONS, 0);
}

const struct f2f_arch f2f_arch_mixtral = {"MixtralForCausalLM", "mixtral", read, f2f_ffn_moe};
