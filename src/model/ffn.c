/* ffn.c - feed-forward parts of a layer: dense (gated or not) and mixture of experts.
 *
 * Experts run as grouped products over the tokens sorted by expert (Gale 2022, MegaBlocks): `groups`
 * weights are read, the expected number of experts the tokens reach. Even routing is assumed; tokens
 * are not dropped. */
#include "model/build.h"

/* FLOP for each element read. */
#define SILU_MUL_FLOP 2.5 /* exp, add, divide and two products for two elements */
#define GELU_FLOP 8.0 /* tanh form */
#define TOPK_FLOP 5.0 /* soft-max; picking is compared away */

/* Names of the operators of one feed-forward part. */
struct ffn_names {
    const char *up, *activation, *down;
};

static void add_activation(const struct f2f_build *b, const char *name, bool gated, double width, double rows) {
    double read = gated ? 2.0 * width : width;
    struct f2f_op *op =
        f2f_build_vector(b, name, F2F_CUT_WIDTH, read, width * b->narrow, gated ? SILU_MUL_FLOP : GELU_FLOP);
    op->rows = rows;
    op->exps_per_elem = gated ? 0.5 : 1.0;
}

static void add_dense(const struct f2f_build *b, const struct f2f_model *m, double width, bool partial,
                      const struct ffn_names *names) {
    double hidden = (double)m->hidden;
    struct f2f_op *op = f2f_build_gemm(b, names->up, F2F_CUT_COLUMN, m->gated ? 2.0 * width : width, hidden);
    op->partial = partial;
    if (m->mlp_bias) op->param_elems = op->n;
    add_activation(b, names->activation, m->gated, width, b->tokens);
    op = f2f_build_gemm(b, names->down, F2F_CUT_ROW, hidden, width);
    op->partial = partial;
    if (m->mlp_bias) op->param_elems = op->n;
}

void f2f_ffn_dense(const struct f2f_build *b, const struct f2f_model *m) {
    static const struct ffn_names gated = {"gate_up_proj", "activation", "down_proj"};
    static const struct ffn_names plain = {"up_proj", "activation", "down_proj"};
    add_dense(b, m, (double)m->ffn, false, m->gated ? &gated : &plain);
}

static void add_expert_gemm(const struct f2f_build *b, const struct f2f_model *m, const char *name, enum f2f_cut cut,
                            double n, double k) {
    struct f2f_op *op = f2f_build_gemm(b, name, cut, n, k);
    double experts = (double)m->experts, per_tok = (double)m->experts_per_tok;
    op->m = b->tokens * per_tok;
    op->experts = experts;
    op->groups = f2f_experts_touched(experts, per_tok, b->tokens);
    op->partial = true;
}

/* The shared expert's sigmoid gate is folded into the combine. */
static void add_shared(const struct f2f_build *b, const struct f2f_model *m) {
    static const struct ffn_names shared = {"shared_gate_up", "shared_activation", "shared_down"};
    if (m->shared_ffn == 0) return;
    f2f_build_plain_gemm(b, "shared_gate", F2F_CUT_NONE, 1.0, (double)m->hidden);
    add_dense(b, m, (double)m->shared_ffn, true, &shared);
}

void f2f_ffn_moe(const struct f2f_build *b, const struct f2f_model *m) {
    double hidden = (double)m->hidden, width = (double)m->expert_ffn;
    double experts = (double)m->experts, per_tok = (double)m->experts_per_tok;
    f2f_build_plain_gemm(b, "router", F2F_CUT_NONE, experts, hidden);
    f2f_build_vector(b, "router_topk", F2F_CUT_NONE, experts, 2.0 * per_tok, TOPK_FLOP);
    f2f_build_vector(b, "experts_dispatch", F2F_CUT_COLUMN, hidden, per_tok * hidden, 0.0)->experts = experts;
    add_expert_gemm(b, m, "experts_gate_up", F2F_CUT_COLUMN, m->gated ? 2.0 * width : width, hidden);
    add_activation(b, "experts_activation", m->gated, width, b->tokens * per_tok);
    add_expert_gemm(b, m, "experts_down", F2F_CUT_ROW, hidden, width);
    add_shared(b, m);
    f2f_build_vector(b, "experts_combine", F2F_CUT_ROW, per_tok * hidden, hidden, 2.0)->experts = experts;
}
