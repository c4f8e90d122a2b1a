/* schedule_interleaved.c - 1F1B over several chunks a stage (Narayanan et al. 2021, arXiv 2104.04473 section 2.3):
 * the bubble is divided by the chunks, more activations are held, more is sent. Micro-batches need not be a multiple
 * of the stages, as in Llama 3 (arXiv 2407.21783 section 3.3.2). */
#include "train/schedule.h"

static bool legal(const struct f2f_schedule_shape *x) { return x->chunks > 1 && x->stages > 1; }

/* Forwards of chunks before the first backward, as Megatron-LM counts them. */
static int ahead(const struct f2f_schedule_shape *x, int stage) {
    int all = x->micro * x->chunks, wanted = 2 * (x->stages - 1 - stage) + (x->chunks - 1) * f2f_schedule_group(x);
    return wanted < all ? wanted : all;
}

static int held(const struct f2f_schedule_shape *x, int stage) {
    int all = x->micro * x->chunks, n = ahead(x, stage) + 1;
    return n < all ? n : all;
}

const struct f2f_schedule f2f_schedule_interleaved = {
    "interleaved", "1F1B over several chunks a stage", false, legal, ahead, f2f_schedule_alternate, held};
