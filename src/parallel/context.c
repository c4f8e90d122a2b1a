/* context.c - context parallelism: the tokens of one sequence over cp chips.
 *
 * After Llama 3 (arXiv 2407.21783, section 3.3.2): keys and values are gathered before attention; each
 * chip takes an early and a late piece of the sequence, so that the triangle under the causal mask is
 * shared evenly. Attention is therefore divided by the batch: FLOPs are exact. In the backward pass
 * keys and values are gathered again and their gradients scattered. Left out: ring attention. */
#include "parallel/spread.h"

static void cut(const struct f2f_spread *x, struct f2f_op *op) {
    double cp = x->strategy->cp;
    if (op->kind == F2F_OP_ATTN_PREFILL) op->batch /= cp;
    else f2f_spread_tokens(op, cp);
}

static double keys_values_B(const struct f2f_spread *x, const struct f2f_op *op) {
    return op->batch * x->strategy->cp * op->kv_len * 2.0 * op->kv_heads * op->head_dim * f2f_dtype_B(op->act);
}

static void before(const struct f2f_spread *x, const struct f2f_op *op) {
    if (x->strategy->cp == 1 || op->kind != F2F_OP_ATTN_PREFILL) return;
    f2f_spread_collective(x, op, F2F_ALL_GATHER, F2F_AXIS_CONTEXT, x->layers, keys_values_B(x, op));
}

static void after(const struct f2f_spread *x, const struct f2f_op *op) {
    if (x->strategy->cp == 1 || op->kind != F2F_OP_ATTN_PREFILL || !x->whole->backward) return;
    f2f_spread_collective(x, op, F2F_REDUCE_SCATTER, F2F_AXIS_CONTEXT, x->layers, keys_values_B(x, op));
}

const struct f2f_spread_ops f2f_spread_context = {cut, before, after};
