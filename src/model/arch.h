/* arch.h - what an architecture is: how its config.json is read and what its feed-forward part is.
 *
 * All architectures here are one decoder: norm, attention, norm, feed-forward, with residuals. They
 * share struct f2f_model, the parameter count (params.c) and the graph builder (graph.c). */
#ifndef F2F_MODEL_ARCH_H
#define F2F_MODEL_ARCH_H

#include "fab2fleet/model.h"

struct f2f_config; /* config.h */
struct f2f_build; /* build.h */

struct f2f_arch {
    const char *hf_class; /* in `architectures` */
    const char *model_type; /* in `model_type`, used when `architectures` is missing */
    void (*read)(struct f2f_config *config, struct f2f_model *m); /* keys -> fields */
    void (*ffn)(const struct f2f_build *b, const struct f2f_model *m); /* operators after the second norm */
};

#define X(name) extern const struct f2f_arch f2f_arch_##name;
#include "model/arch_list.h"
#undef X

/* By class ("LlamaForCausalLM") or type ("llama"), or NULL. */
const struct f2f_arch *f2f_arch_by_class(const char *hf_class);
const struct f2f_arch *f2f_arch_by_type(const char *model_type);
/* "did you mean" candidate or NULL, and all classes separated by commas. */
const char *f2f_arch_nearest(const char *text);
const char *f2f_arch_names(f2f_arena *arena);

/* Fills params and active_params. F2F_EINPUT when they are more than 1e15: some figure is absurd. */
f2f_status f2f_model_count(struct f2f_model *m, f2f_error *err);

/* Expected number of distinct experts that `tokens` tokens reach when each picks per_tok of experts at
 * random: experts * (1 - (1 - per_tok / experts)^tokens). Real routers are close to even by training. */
double f2f_experts_touched(double experts, double per_tok, double tokens);

#endif
