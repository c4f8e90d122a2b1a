/* expert.c - expert parallelism: the experts of a layer over ep chips of the data group.
 *
 * After GShard (Lepikhin 2020): tokens travel to their experts and results back, one all-to-all each
 * way. Routing is even, so a chip receives as many tokens as it sends, but for fewer experts. Left
 * out: imbalance, capacity limits, messages in 8 bit. */
#include "model/arch.h"
#include "parallel/spread.h"

/* Rows stay, the weights among which they fall are fewer. A weight gradient has one product per
 * expert, with the tokens along k. */
static void cut(const struct f2f_spread *x, struct f2f_op *op) {
    if (op->kind != F2F_OP_GEMM || op->experts <= 0.0) return;
    double ep = x->strategy->ep, tokens = x->whole->tokens / x->strategy->cp * ep;
    double groups = f2f_experts_touched(op->experts, (double)x->model->experts_per_tok, tokens) / ep;
    if (op->over_tokens) {
        op->m *= groups / op->groups;
        op->k *= op->groups / groups;
    }
    op->groups = groups;
    op->experts /= ep;
}

/* Dispatch and combine are wide on the side of the experts. */
static void exchange(const struct f2f_spread *x, const struct f2f_op *op, bool wide) {
    if (x->strategy->ep == 1 || op->kind != F2F_OP_VECTOR || op->experts <= 0.0 || !wide) return;
    double elements = op->read_elems > op->write_elems ? op->read_elems : op->write_elems;
    double senders = x->sequence_parallel ? x->strategy->tp : 1.0; /* of a tensor group, each with its own tokens */
    f2f_spread_collective(x, op, F2F_ALL_TO_ALL, F2F_AXIS_EXPERT, op->count,
                          op->rows * elements * f2f_dtype_B(op->act) / senders);
}

static void before(const struct f2f_spread *x, const struct f2f_op *op) {
    exchange(x, op, op->read_elems > op->write_elems);
}

static void after(const struct f2f_spread *x, const struct f2f_op *op) {
    exchange(x, op, op->write_elems > op->read_elems);
}

const struct f2f_spread_ops f2f_spread_expert = {cut, before, after};
