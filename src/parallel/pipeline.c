/* pipeline.c - which layers a stage runs.
 *
 * Layers that do not divide go to the inner stages, from the end: the last stage has the head and the
 * first the embedding (vLLM's get_pp_indices; Llama 3, arXiv 2407.21783, takes one layer from both
 * ends). Interleaving changes the schedule, not what a stage holds. */
#include "parallel/spread.h"

long long f2f_stage_layers(const struct f2f_strategy *s, const struct f2f_model *m, int stage) {
    long long extra = m->layers % s->pp, from_end = s->pp - 2 - stage; /* 0: the last but one */
    return m->layers / s->pp + (from_end >= 0 && from_end < extra ? 1 : 0);
}

int f2f_stage_fullest(const struct f2f_strategy *s, const struct f2f_model *m) {
    return m->layers % s->pp == 0 ? s->pp - 1 : s->pp - 2;
}

bool f2f_stage_cut(struct f2f_op *op, const struct f2f_strategy *s, const struct f2f_model *m, int stage) {
    if (op->per_layer) {
        op->count *= (double)f2f_stage_layers(s, m, stage) / (double)m->layers;
        return true;
    }
    return stage == (op->kind == F2F_OP_EMBED ? 0 : s->pp - 1);
}
