/* arch_phi3.c - Phi 3: the block of Llama; its checkpoint already holds the fused products (Abdin 2024). */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    m->window = f2f_config_count_or(c, "sliding_window", F2F_MAX_POSITIONS, 0);
}

const struct f2f_arch f2f_arch_phi3 = {"Phi3ForCausalLM", "phi3", read, f2f_ffn_dense};
