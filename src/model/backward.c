/* backward.c - the backward graph of a training pass, derived operator by operator from the forward one.
 *
 * out = in x w gives two products: the gradient of in (out' x w^T) and of w (in^T x out'). What was
 * cut along n is then summed along k and the other way round (Shoeybi 2019, Megatron-LM, section 3).
 * Attention is 2.5 times its forward (Dao 2022, FlashAttention: five products instead of two).
 * Elementwise operators read their inputs and the gradient of their outputs and write the gradient of
 * their inputs. Left out: gradients of biases and scales (sums fused into neighbours), 32-bit
 * accumulation of weight gradients (written in the format of activations). */
#include "fab2fleet/model.h"

#define ATTENTION_RATIO 2.5

static enum f2f_cut dual(enum f2f_cut cut) {
    if (cut == F2F_CUT_COLUMN) return F2F_CUT_ROW;
    return cut == F2F_CUT_ROW ? F2F_CUT_COLUMN : cut;
}

static struct f2f_op *add_copy(struct f2f_graph *g, const struct f2f_op *forward, const char *suffix) {
    struct f2f_op *op = f2f_graph_add(g, forward->kind, NULL);
    *op = *forward;
    op->name = f2f_arena_printf(g->arena, "%s.%s", forward->name, suffix);
    op->param_elems = 0.0;
    return op;
}

static void add_input_gradient(struct f2f_graph *g, const struct f2f_op *forward) {
    struct f2f_op *op = add_copy(g, forward, "dgrad");
    op->n = forward->k;
    op->k = forward->n;
    op->cut = dual(forward->cut);
}

/* The side that tensor parallelism cuts is laid along n, tokens along k; groups of experts have one
 * product each over their own tokens. */
static void add_weight_gradient(struct f2f_graph *g, const struct f2f_op *forward) {
    struct f2f_op *op = add_copy(g, forward, "wgrad");
    bool row = forward->cut == F2F_CUT_ROW;
    op->n = row ? forward->k : forward->n;
    op->m = forward->groups * (row ? forward->n : forward->k);
    op->k = forward->m / forward->groups;
    op->cut = forward->cut == F2F_CUT_NONE ? F2F_CUT_NONE : F2F_CUT_COLUMN;
    op->over_tokens = true;
    op->weight = f2f_dtype_B(forward->compute) < f2f_dtype_B(forward->act) ? forward->compute : forward->act;
}

static void add_elementwise(struct f2f_graph *g, const struct f2f_op *forward) {
    struct f2f_op *op = add_copy(g, forward, "grad");
    op->read_elems = forward->read_elems + forward->write_elems;
    op->write_elems = forward->read_elems;
    op->cut = dual(forward->cut);
}

static void add_gradient(struct f2f_graph *g, const struct f2f_op *forward) {
    switch (forward->kind) {
    case F2F_OP_GEMM:
        add_input_gradient(g, forward);
        add_weight_gradient(g, forward);
        break;
    case F2F_OP_ATTN_PREFILL: add_copy(g, forward, "grad")->count *= ATTENTION_RATIO; break;
    case F2F_OP_VECTOR:
    case F2F_OP_EMBED:
    case F2F_OP_SAMPLE: add_elementwise(g, forward); break;
    case F2F_OP_ATTN_DECODE:
    case F2F_OP_COLLECTIVE: break; /* not in a whole training graph */
    }
}

f2f_status f2f_graph_backward(struct f2f_graph **out, f2f_arena *arena, const struct f2f_model *m,
                              const struct f2f_precision *p, const struct f2f_pass *pass, f2f_error *err) {
    struct f2f_graph *forward;
    *out = NULL;
    if (!pass->training) return f2f_fail(err, F2F_EINPUT, "only a training pass has a backward pass");
    F2F_TRY(f2f_graph_forward(&forward, arena, m, p, pass, err));
    struct f2f_graph *g = f2f_arena_alloc(arena, sizeof *g);
    *g = (struct f2f_graph){.arena = arena, .tokens = forward->tokens, .training = true, .backward = true};
    for (size_t i = forward->n_ops; i-- > 0;) add_gradient(g, &forward->ops[i]);
    *out = g;
    return F2F_OK;
}
