/* arch_qwen2.c - Qwen 2 and 2.5: the block of Llama with a bias at q, k and v (Yang 2024).
 * Its sliding window, off in all released models, is left out. */
#include "model/build.h"
#include "model/config.h"

static void read(struct f2f_config *c, struct f2f_model *m) {
    f2f_config_decoder(c, m);
    m->qkv_bias = true;
}

const struct f2f_arch f2f_arch_qwen2 = {"Qwen2ForCausalLM", "qwen2", read, f2f_ffn_dense};
