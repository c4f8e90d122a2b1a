/* Attention as training runs it: the graph's fused operator, or the score matrix of before 2022.
 *
 * Fused: FlashAttention-2 (Dao 2023, arXiv 2307.08691 section 4) reaches 73 % of the A100's peak forward
 * and 63 % backward, so the backward pass is stretched by that ratio. Stored scores: scores, masked
 * soft-max, dropout and context as separate kernels over the whole square matrix, as Korthikanti et al.
 * 2022 (arXiv 2205.05198 section 4) count its memory. Leaves out: sliding windows in the stored form. */
#include "train/plan.h"

#include <math.h>

static const double FLASH_BACKWARD = 73.0 / 63.0;
static const double SWEEP_ELEMS = 4.0; /* of a thread at once, as in Megatron-LM's fused soft-max */
static const double MASK_ELEMS = 0.5; /* one byte, in elements of 16 bit */

bool f2f_train_is_attention(const struct f2f_op *op) { return op->kv_len > 0; }

static struct f2f_op *add(struct f2f_graph *g, const struct f2f_op *fused, enum f2f_op_kind kind, const char *name) {
    struct f2f_op *op = f2f_graph_add(g, kind, name);
    *op = *fused;
    op->kind = kind;
    op->name = name;
    op->weight = fused->act;
    return op;
}

/* A product of every head of every sequence: queries x n, summed over k. */
static void add_product(struct f2f_graph *g, const struct f2f_op *fused, const char *name, double n, double k,
                        double count) {
    struct f2f_op *op = add(g, fused, F2F_OP_GEMM, name);
    op->groups = fused->batch * fused->q_heads;
    op->m = op->groups * fused->q_len;
    op->n = n;
    op->k = k;
    op->count = count;
}

/* One pass over the score matrix, in units of its elements. Its arithmetic hides behind the memory. */
static void add_sweep(struct f2f_graph *g, const struct f2f_op *fused, const char *name, double read, double write,
                      double count) {
    struct f2f_op *op = add(g, fused, F2F_OP_VECTOR, name);
    op->rows = fused->batch * fused->q_heads * fused->q_len;
    op->read_elems = read * fused->kv_len;
    op->write_elems = write * fused->kv_len;
    op->wide_elems = SWEEP_ELEMS;
    op->count = count;
}

static void add_stored(struct f2f_graph *g, const struct f2f_op *fused, bool backward, bool loose, double layers) {
    double d = fused->head_dim, kv = fused->kv_len;
    add_product(g, fused, "scores", kv, d, layers); /* Q K^T; backward: gradient of the probabilities */
    if (loose)
        add_sweep(g, fused, "score_mask", 1, 1, backward ? layers : 2 * layers); /* times it, less what it hides */
    add_sweep(g, fused, "softmax", backward ? 2 : 1, 1, layers);
    add_sweep(g, fused, "score_dropout", backward ? 1 + MASK_ELEMS : 1, backward ? 1 : 1 + MASK_ELEMS, layers);
    add_product(g, fused, "context", d, kv, backward ? 3 * layers : layers); /* P V; backward: dQ, dK, dV */
}

/* Share of the causal triangle that documents leave where attention stays inside them and each token starts a new
 * one with probability 1 / length: a query at position i sees d (1 - exp(-i / d)) keys. */
static double doc_share(const struct f2f_train_job *job) {
    double d = job->doc_tok, s = job->seq;
    if (!(d > 0.0)) return 1.0;
    return fmin(1.0, 2.0 * d / s * (1.0 - d / s * (1.0 - exp(-s / d))));
}

struct f2f_graph *f2f_train_attention(const struct f2f_graph *graph, const struct f2f_train_job *job) {
    bool stored = job->software.stored_scores;
    struct f2f_graph *g = f2f_arena_alloc(graph->arena, sizeof *g);
    *g = *graph;
    g->ops = NULL;
    g->n_ops = g->cap = 0;
    for (size_t i = 0; i < graph->n_ops; i++) {
        const struct f2f_op *op = &graph->ops[i];
        if (op->kind == F2F_OP_ATTN_PREFILL && stored) {
            add_stored(g, op, graph->backward, job->software.loose_mask, (double)job->model->layers);
            continue;
        }
        struct f2f_op *copy = f2f_graph_add(g, op->kind, op->name);
        *copy = *op;
        if (op->kind != F2F_OP_ATTN_PREFILL) continue;
        copy->count *= doc_share(job);
        if (graph->backward) copy->count *= FLASH_BACKWARD;
    }
    return g;
}
