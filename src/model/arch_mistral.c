/* arch_mistral.c - Mistral: the block of Llama with a sliding window in every layer (Jiang 2023). */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    m->window = f2f_config_count_or(c, "sliding_window", F2F_MAX_POSITIONS, 0);
}

const struct f2f_arch f2f_arch_mistral = {"MistralForCausalLM", "mistral", read, f2f_ffn_dense};
