/* cases.c - the operators of a model that this machine is measured by.
 *
 * They come from the model's own graph, one layer's and the head's, each shape once. Attention is a library's, without
 * what an engine does around it. Left out: experts, windows, latents, other activations than SiLU: no kernels. */
#include <string.h>

#include "measure/cases.h"

enum { CASES_MAX = 256 };

static bool starts(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static enum f2f_runner vector_runner(const struct f2f_op *op) {
    if (op->compute != F2F_DTYPE_FP32) return F2F_RUN_NONE;
    if (strcmp(op->name, "stream_copy") == 0) return F2F_RUN_COPY;
    if (strcmp(op->name, "stream_triad") == 0) return F2F_RUN_TRIAD;
    if (strcmp(op->name, "rope") == 0) return F2F_RUN_ROTATE;
    bool rms = op->param_elems * 2.0 == op->read_elems && op->write_elems == op->read_elems;
    if (strstr(op->name, "_norm") && rms && !starts(op->name, "qk")) return F2F_RUN_NORM;
    return strcmp(op->name, "activation") == 0 && op->read_elems == 2.0 * op->write_elems ? F2F_RUN_ACTIVATION
                                                                                          : F2F_RUN_NONE;
}

enum f2f_product f2f_measure_product(enum f2f_dtype format) {
    int p = 0;
    while (p < F2F_PRODUCTS && f2f_product_dtype((enum f2f_product)p) != format) p++;
    return (enum f2f_product)p;
}

enum f2f_runner f2f_measure_runner(const struct f2f_op *op) {
    bool heads = op->latent_dim <= 0.0 && op->window <= 0.0 && op->head_dim <= F2F_HEAD_MAX;
    bool wide = op->compute == F2F_DTYPE_FP32 && op->kv == F2F_DTYPE_FP32;
    switch (op->kind) {
    case F2F_OP_GEMM: return op->groups > 1.0 || op->experts > 0.0 ? F2F_RUN_NONE : F2F_RUN_GEMM;
    case F2F_OP_ATTN_PREFILL: return heads && wide ? F2F_RUN_PREFILL : F2F_RUN_NONE;
    case F2F_OP_ATTN_DECODE: return heads && wide ? F2F_RUN_DECODE : F2F_RUN_NONE;
    case F2F_OP_VECTOR: return vector_runner(op);
    case F2F_OP_EMBED: return op->read_elems == op->write_elems ? F2F_RUN_EMBED : F2F_RUN_NONE;
    case F2F_OP_SAMPLE: return F2F_RUN_SAMPLE;
    case F2F_OP_COLLECTIVE: break;
    }
    return F2F_RUN_NONE;
}

struct list {
    struct f2f_measure_case *item;
    size_t n;
    const struct f2f_measure *m;
    struct f2f_results *notes;
};

static bool same(const struct f2f_op *a, const struct f2f_op *b) {
    return f2f_measure_runner(a) == f2f_measure_runner(b) && a->compute == b->compute && a->m == b->m && a->n == b->n &&
           a->k == b->k && a->batch == b->batch && a->q_len == b->q_len && a->kv_len == b->kv_len &&
           a->q_heads == b->q_heads && a->kv_heads == b->kv_heads && a->head_dim == b->head_dim && a->rows == b->rows &&
           a->read_elems == b->read_elems && a->write_elems == b->write_elems;
}

static void add(struct list *list, const struct f2f_op *op, const char *load) {
    for (size_t i = 0; i < list->n; i++)
        if (same(&list->item[i].op, op)) return;
    if (f2f_measure_runner(op) == F2F_RUN_NONE) {
        f2f_results_note(list->notes, "%s is left out: there is no kernel for it here", op->name);
        return;
    }
    if (list->n < CASES_MAX) list->item[list->n++] = (struct f2f_measure_case){*op, op->name, load};
}

static f2f_status add_pass(struct list *list, f2f_arena *arena, const struct f2f_model *model, enum f2f_product product,
                           const struct f2f_pass *pass, const char *load, f2f_error *err) {
    struct f2f_precision precision;
    struct f2f_graph *graph;
    F2F_TRY(f2f_precision_parse(&precision, f2f_dtype_name(f2f_product_dtype(product)), NULL, err));
    F2F_TRY(f2f_graph_forward(&graph, arena, model, &precision, pass, err));
    for (size_t i = 0; i < graph->n_ops; i++) {
        struct f2f_op op = graph->ops[i];
        if (product != F2F_PRODUCT_FP32 && (op.kind != F2F_OP_GEMM || op.compute != precision.compute)) continue;
        op.no_cache = true;
        add(list, &op, load);
    }
    return F2F_OK;
}

static f2f_status add_passes(struct list *list, f2f_arena *arena, const struct f2f_model *model, int prompt, int batch,
                             int context, enum f2f_product product, f2f_error *err) {
    const struct f2f_pass passes[] = {
        {.decode_seqs = 1.0, .decode_kv = context},
        {.decode_seqs = batch, .decode_kv = context},
        {.prefill_seqs = 1.0, .prefill_q = prompt, .prefill_kv = prompt, .prefill_ends = 1.0}};
    const char *const loads[] = {"decode of 1", f2f_arena_printf(arena, "decode of %d", batch),
                                 f2f_arena_printf(arena, "prompt of %d", prompt)};
    for (int i = 0; i < 3; i++) F2F_TRY(add_pass(list, arena, model, product, &passes[i], loads[i], err));
    return F2F_OK;
}

/* The same through the memory, and in a quarter of the last-level cache. */
static void add_streams(struct list *list, const struct f2f_measure *m) {
    enum { ROW = 4096 };
    double cache_B = f2f_host_cache_B(&m->host), sizes_B[] = {0.25 * cache_B, 4.0 * cache_B};
    static const char *const loads[] = {"in the cache", "in memory"};
    for (int i = 0; i < 2; i++) {
        struct f2f_op op = {.kind = F2F_OP_VECTOR, .name = "stream_copy", .count = 1.0, .act = F2F_DTYPE_FP32};
        op.read_elems = op.write_elems = ROW;
        op.rows = (double)(long long)(sizes_B[i] / (2.0 * ROW * sizeof(float)));
        add(list, &op, loads[i]);
        op.name = "stream_triad";
        op.read_elems = 2.0 * ROW;
        op.flop_per_elem = 1.0;
        op.rows = (double)(long long)(sizes_B[i] / (3.0 * ROW * sizeof(float)));
        add(list, &op, loads[i]);
    }
}

f2f_status f2f_measure_cases(struct f2f_measure_case **out, size_t *n, f2f_arena *arena, struct f2f_results *notes,
                             const struct f2f_measure *m, const struct f2f_model *model, int prompt, int batch,
                             int context, f2f_error *err) {
    struct list list = {f2f_arena_alloc(arena, CASES_MAX * sizeof *list.item), 0, m, notes};
    for (int p = 0; p < F2F_PRODUCTS; p++) {
        if (m->set[p]) F2F_TRY(add_passes(&list, arena, model, prompt, batch, context, (enum f2f_product)p, err));
        else
            f2f_results_note(notes, "products in %s are left out: there is no instruction that the kernels in use take",
                             f2f_dtype_name(f2f_product_dtype((enum f2f_product)p)));
        if (p == F2F_PRODUCT_FP32) add_streams(&list, m);
    }
    *out = list.item;
    *n = list.n;
    return F2F_OK;
}
