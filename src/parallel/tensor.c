/* tensor.c - tensor parallelism: columns, rows and heads of a layer over tp chips.
 *
 * After Megatron-LM (Shoeybi 2019); with sequence parallelism (Korthikanti 2022) norms and other
 * whole operators run on their share of the tokens, and each all-reduce becomes a reduce-scatter and
 * an all-gather. Embedding and head are cut by vocabulary. Left out: the second gather of inputs in
 * the backward pass, which hides behind a product; padding beyond whole rows of the vocabulary. */
#include <math.h>

#include "parallel/spread.h"

#define LOSS_REDUCTIONS 3.0 /* maximum, wanted logit and sum of exponentials, 32 bit each */
#define LOSS_B 4.0

long long f2f_spread_kv_heads(long long kv_heads, int tp) { return kv_heads > tp ? kv_heads / tp : 1; }

/* One chip's part of `width`: of q, k and v by heads, of anything else by even shares, rounded up. */
static double share(const struct f2f_op *op, double width, int tp) {
    if (op->q_heads <= 0.0) return ceil(width / tp);
    double kv_heads = (double)f2f_spread_kv_heads((long long)op->kv_heads, tp);
    return (op->q_heads / tp + 2.0 * kv_heads) * op->head_dim;
}

static void cut_heads(struct f2f_op *op, int tp) {
    op->q_heads /= tp;
    op->kv_heads = (double)f2f_spread_kv_heads((long long)op->kv_heads, tp);
}

static void cut_gemm(struct f2f_op *op, int tp) {
    double n = op->n;
    if (op->cut == F2F_CUT_COLUMN) op->n = share(op, n, tp);
    if (op->cut == F2F_CUT_ROW) op->k = share(op, op->k, tp);
    op->param_elems *= op->n / n;
}

static void cut_vector(struct f2f_op *op, int tp) {
    double part = 1.0;
    if (op->cut == F2F_CUT_WIDTH) part = 1.0 / tp;
    if (op->cut == F2F_CUT_HEADS) {
        double heads = op->q_heads + op->kv_heads;
        cut_heads(op, tp);
        part = (op->q_heads + op->kv_heads) / heads;
    }
    op->read_elems *= part;
    op->write_elems *= part;
}

/* The loss works on a chip's own part of the vocabulary; sampling on all of it. */
static void cut_sample(struct f2f_op *op, int tp) {
    op->read_elems /= tp;
    op->write_elems = fmax(op->write_elems / tp, 1.0);
}

static void cut(const struct f2f_spread *x, struct f2f_op *op) {
    int tp = x->strategy->tp;
    if (tp == 1) return;
    bool whole = op->cut == F2F_CUT_NONE && (op->kind == F2F_OP_GEMM || op->kind == F2F_OP_VECTOR);
    if (whole && x->sequence_parallel) f2f_spread_tokens(op, tp);
    switch (op->kind) {
    case F2F_OP_GEMM: cut_gemm(op, tp); break;
    case F2F_OP_ATTN_PREFILL:
    case F2F_OP_ATTN_DECODE: cut_heads(op, tp); break;
    case F2F_OP_VECTOR: cut_vector(op, tp); break;
    case F2F_OP_EMBED:
        if (op->cut == F2F_CUT_ROW) op->read_elems /= tp;
        break;
    case F2F_OP_SAMPLE:
        if (x->whole->training) cut_sample(op, tp);
        break;
    case F2F_OP_COLLECTIVE: break;
    }
}

static void before(const struct f2f_spread *x, const struct f2f_op *op) {
    if (x->strategy->tp == 1 || op->kind != F2F_OP_SAMPLE || x->whole->training) return;
    f2f_spread_collective(x, op, F2F_ALL_GATHER, F2F_AXIS_TENSOR, op->count,
                          op->rows * op->read_elems * f2f_dtype_B(op->act));
}

static void after(const struct f2f_spread *x, const struct f2f_op *op) {
    if (x->strategy->tp == 1) return;
    if (op->kind == F2F_OP_SAMPLE && x->whole->training && !x->whole->backward)
        f2f_spread_collective(x, op, F2F_ALL_REDUCE, F2F_AXIS_TENSOR, LOSS_REDUCTIONS * op->count, op->rows * LOSS_B);
    if (op->cut != F2F_CUT_ROW || op->partial) return;
    double elements = op->kind == F2F_OP_GEMM ? op->m * op->n : op->rows * op->write_elems;
    double bytes_B = elements * f2f_dtype_B(op->act);
    if (x->sequence_parallel) {
        f2f_spread_collective(x, op, F2F_REDUCE_SCATTER, F2F_AXIS_TENSOR, op->count, bytes_B);
        f2f_spread_collective(x, op, F2F_ALL_GATHER, F2F_AXIS_TENSOR, op->count, bytes_B);
    } else {
        f2f_spread_collective(x, op, F2F_ALL_REDUCE, F2F_AXIS_TENSOR, op->count, bytes_B);
    }
}

const struct f2f_spread_ops f2f_spread_tensor = {cut, before, after};
