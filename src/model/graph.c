/* graph.c - the forward graph of a decoder, one operator per kernel of a current serving engine.
 *
 * Fused as vLLM's and TensorRT-LLM's kernels are: one product for q, k and v, one for gate and up,
 * residual addition inside the norm, quantisation inside the operator before a product. The first
 * norm is taken to add a residual too. Attention computes in the format of activations, whatever the
 * KV cache is stored in. Left out: dropout, rotary tables, host work. */
#include <math.h>

#include "model/build.h"

/* FLOP for each element read; add, multiply, divide and exp count one each. */
#define NORM_FLOP 2.5 /* residual, square, sum, two scales for two elements */
#define ROPE_FLOP 3.0 /* a 2 x 2 rotation of a pair */
#define SOFTMAX_FLOP 5.0 /* maximum, difference, exp, sum, quotient */

#define FIRST_CAP 32

struct f2f_op *f2f_graph_add(struct f2f_graph *g, enum f2f_op_kind kind, const char *name) {
    if (g->n_ops == g->cap) {
        size_t cap = g->cap ? 2 * g->cap : FIRST_CAP;
        g->ops = f2f_arena_grow(g->arena, g->ops, g->n_ops * sizeof *g->ops, cap * sizeof *g->ops);
        g->cap = cap;
    }
    struct f2f_op *op = &g->ops[g->n_ops++];
    *op = (struct f2f_op){.kind = kind, .name = name, .count = 1.0, .groups = 1.0};
    return op;
}

static struct f2f_op *add(const struct f2f_build *b, enum f2f_op_kind kind, const char *name, enum f2f_cut cut) {
    struct f2f_op *op = f2f_graph_add(b->graph, kind, name);
    op->cut = cut;
    op->compute = op->weight = op->act = b->precision->act;
    op->kv = b->precision->kv;
    return op;
}

static struct f2f_op *in_layer(const struct f2f_build *b, struct f2f_op *op) {
    op->count = (double)b->model->layers;
    op->per_layer = true;
    return op;
}

struct f2f_op *f2f_build_plain_gemm(const struct f2f_build *b, const char *name, enum f2f_cut cut, double n, double k) {
    struct f2f_op *op = in_layer(b, add(b, F2F_OP_GEMM, name, cut));
    op->m = b->tokens;
    op->n = n;
    op->k = k;
    return op;
}

struct f2f_op *f2f_build_gemm(const struct f2f_build *b, const char *name, enum f2f_cut cut, double n, double k) {
    struct f2f_op *op = f2f_build_plain_gemm(b, name, cut, n, k);
    op->compute = b->precision->compute;
    op->weight = b->precision->weight;
    return op;
}

struct f2f_op *f2f_build_vector(const struct f2f_build *b, const char *name, enum f2f_cut cut, double read_elems,
                                double write_elems, double flop_per_elem) {
    struct f2f_op *op = in_layer(b, add(b, F2F_OP_VECTOR, name, cut));
    op->rows = b->tokens;
    op->read_elems = read_elems;
    op->write_elems = write_elems;
    op->flop_per_elem = flop_per_elem;
    return op;
}

static void set_heads(struct f2f_op *op, const struct f2f_model *m) {
    op->q_heads = (double)m->heads;
    op->kv_heads = (double)m->kv_heads;
    op->head_dim = (double)m->head_dim;
}

/* Adds the residual and normalises: reads both, writes the new residual and the input of a product. */
static struct f2f_op *add_norm(const struct f2f_build *b, const char *name, double narrow) {
    double hidden = (double)b->model->hidden;
    struct f2f_op *op = f2f_build_vector(b, name, F2F_CUT_NONE, 2.0 * hidden, hidden * (1.0 + narrow), NORM_FLOP);
    op->param_elems = hidden * (b->model->norm_bias ? 2.0 : 1.0);
    return op;
}

static void add_qkv(const struct f2f_build *b, const struct f2f_model *m) {
    double head_dim = (double)m->head_dim, q = (double)m->heads * head_dim, kv = (double)m->kv_heads * head_dim;
    struct f2f_op *op = f2f_build_gemm(b, "qkv_proj", F2F_CUT_COLUMN, q + 2.0 * kv, (double)m->hidden);
    set_heads(op, m);
    if (m->qkv_bias) op->param_elems = op->n;
    if (m->qk_norm) {
        op = f2f_build_vector(b, "qk_norm", F2F_CUT_HEADS, q + kv, q + kv, NORM_FLOP);
        op->param_elems = 2.0 * head_dim;
        set_heads(op, m);
    }
    if (!m->learned_positions) set_heads(f2f_build_vector(b, "rope", F2F_CUT_HEADS, q + kv, q + kv, ROPE_FLOP), m);
}

static void add_attention(const struct f2f_build *b, const struct f2f_model *m, const struct f2f_pass *pass) {
    double window = (double)m->window;
    if (pass->prefill_seqs > 0.0) {
        struct f2f_op *op = in_layer(b, add(b, F2F_OP_ATTN_PREFILL, "attention_prefill", F2F_CUT_HEADS));
        set_heads(op, m);
        op->batch = pass->prefill_seqs;
        op->q_len = pass->prefill_q;
        op->kv_len = pass->prefill_kv;
        op->window = window;
        op->no_cache = pass->training;
    }
    if (pass->decode_seqs > 0.0) {
        struct f2f_op *op = in_layer(b, add(b, F2F_OP_ATTN_DECODE, "attention_decode", F2F_CUT_HEADS));
        set_heads(op, m);
        op->batch = pass->decode_seqs;
        op->q_len = 1.0;
        op->kv_len = window > 0.0 ? fmin(pass->decode_kv, window) : pass->decode_kv;
    }
}

/* Attention answers in the wider format; norms and activation functions narrow what they write. */
static void add_quantise(const struct f2f_build *b, const struct f2f_model *m) {
    double elems = (double)(m->heads * m->head_dim);
    set_heads(f2f_build_vector(b, "quantise", F2F_CUT_HEADS, elems, elems * b->narrow, 1.0), m);
}

static void add_embedding(const struct f2f_build *b, const struct f2f_model *m) {
    struct f2f_op *op = add(b, F2F_OP_EMBED, "embedding", F2F_CUT_ROW);
    double hidden = (double)m->hidden;
    op->rows = b->tokens;
    op->read_elems = hidden * (m->learned_positions ? 2.0 : 1.0);
    op->write_elems = hidden;
}

static void add_layer(const struct f2f_build *b, const struct f2f_model *m, const struct f2f_pass *pass) {
    add_norm(b, "input_norm", b->narrow);
    add_qkv(b, m);
    add_attention(b, m, pass);
    if (b->narrow < 1.0 && !pass->training) add_quantise(b, m);
    struct f2f_op *op = f2f_build_gemm(b, "o_proj", F2F_CUT_ROW, (double)m->hidden, (double)(m->heads * m->head_dim));
    if (m->o_bias) op->param_elems = op->n;
    add_norm(b, "post_norm", b->narrow);
    m->arch->ffn(b, m);
}

/* Final norm of all tokens, then logits where they are needed, then a token (or the loss) from each. */
static void add_head(const struct f2f_build *b, const struct f2f_model *m, const struct f2f_pass *pass) {
    struct f2f_op *op = add_norm(b, "final_norm", 1.0);
    op->count = 1.0;
    op->per_layer = false;
    double rows = pass->training ? b->tokens : pass->prefill_ends + pass->decode_seqs;
    if (rows <= 0.0) return;
    op = add(b, F2F_OP_GEMM, "lm_head", F2F_CUT_COLUMN);
    op->compute = op->weight = b->precision->head;
    op->m = rows;
    op->n = (double)m->vocab;
    op->k = (double)m->hidden;
    op = add(b, F2F_OP_SAMPLE, pass->training ? "loss" : "sampling", F2F_CUT_NONE);
    op->rows = rows;
    op->read_elems = (double)m->vocab;
    op->write_elems = 1.0;
    op->flop_per_elem = SOFTMAX_FLOP;
    op->exps_per_elem = 1.0;
}

static bool is_amount(double x) { return x >= 0.0 && x <= 1e15; /* false for NaN */ }

static f2f_status check_pass(const struct f2f_pass *pass, f2f_error *err) {
    if (!is_amount(pass->prefill_seqs) || !is_amount(pass->prefill_q) || !is_amount(pass->prefill_kv) ||
        !is_amount(pass->prefill_ends) || !is_amount(pass->decode_seqs) || !is_amount(pass->decode_kv))
        return f2f_fail(err, F2F_EINPUT, "a pass holds a number of sequences or tokens that is not from 0 to 1e15");
    if (pass->prefill_seqs * pass->prefill_q + pass->decode_seqs <= 0.0)
        return f2f_fail(err, F2F_EINPUT, "a pass carries no tokens: give prompt tokens or sequences in decode");
    if (pass->prefill_kv < pass->prefill_q)
        return f2f_fail(err, F2F_EINPUT,
                        "a prompt chunk of %g tokens ends at a context of %g: it must be at least as long",
                        pass->prefill_q, pass->prefill_kv);
    if (pass->prefill_ends > pass->prefill_seqs)
        return f2f_fail(err, F2F_EINPUT, "%g prompts end in a pass that carries %g", pass->prefill_ends,
                        pass->prefill_seqs);
    if (pass->training && pass->decode_seqs > 0.0)
        return f2f_fail(err, F2F_EINPUT, "a training pass decodes nothing, but %g sequences are in decode",
                        pass->decode_seqs);
    return F2F_OK;
}

f2f_status f2f_graph_forward(struct f2f_graph **out, f2f_arena *arena, const struct f2f_model *m,
                             const struct f2f_precision *p, const struct f2f_pass *pass, f2f_error *err) {
    *out = NULL;
    F2F_TRY(check_pass(pass, err));
    struct f2f_graph *g = f2f_arena_alloc(arena, sizeof *g);
    double tokens = pass->prefill_seqs * pass->prefill_q + pass->decode_seqs;
    *g = (struct f2f_graph){.arena = arena, .tokens = tokens, .training = pass->training};
    double narrow = fmin(f2f_dtype_B(p->compute) / f2f_dtype_B(p->act), 1.0);
    struct f2f_build b = {.graph = g, .model = m, .precision = p, .tokens = tokens, .narrow = narrow};
    add_embedding(&b, m);
    add_layer(&b, m, pass);
    add_head(&b, m, pass);
    *out = g;
    return F2F_OK;
}
