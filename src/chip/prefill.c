/* prefill.c - causal attention of new tokens over their context, in one pass without the score matrix.
 *
 * After FlashAttention-2: a unit takes a block of query rows of one head and walks over the keys; the
 * soft-max runs on the vector units and adds to the products' time. A block costs a pipeline fill, and
 * the diagonal is computed in whole blocks. Rotary embedding and the write to the cache come first, as a
 * memory-bound kernel. Left out: key splitting for very short queries. */
#include <math.h>

#include "chip/chip.h"

static const double block_q = 128.0; /* query rows and keys of a block */
static const double block_kv = 128.0;

/* Scores that are computed: those of the mask, and half a block of keys beside them for each query. */
static double scores(const struct f2f_op *op) {
    double wanted = f2f_op_flop(op) / (4.0 * op->head_dim);
    return wanted + 0.5 * op->batch * op->q_heads * op->q_len * fmin(block_kv, op->q_len);
}

struct work f2f_chip_prefill_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    enum f2f_dtype format = f2f_chip_native_format(machine->chip, op->compute);
    double units = machine->chip->units, heads = op->batch * op->q_heads;
    double score_s = f2f_chip_score_s(machine, format, op->head_dim), act_B = f2f_op_act_B(op);
    double even_s = scores(op) * score_s;
    /* The block with the longest row of keys is waited for when there are few blocks. */
    double seen = op->window > 0.0 ? fmin(op->window, op->kv_len) : op->kv_len;
    double last_s = fmin(block_q, op->q_len) * seen * score_s * units;
    struct work w = {.fixed_s = f2f_chip_launch_s(machine) + machine->cls->attention_setup_s, .format = format};
    w.compute_s = fmax(even_s, last_s) + ceil(heads * ceil(op->q_len / block_q) / units) * f2f_chip_tile_s(machine);
    w.flop = f2f_op_flop(op);
    w.mem_B = 2.0 * act_B + f2f_op_kv_B(op);
    w.memory_s = f2f_chip_activation_s(machine, w.mem_B);
    w.cache_B = w.mem_B + w.flop * f2f_dtype_B(format) / (2.0 * block_q);
    return w;
}
