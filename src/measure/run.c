/* run.c - one operator on this machine: its buffers, then its kernel until the time is known.
 *
 * Weights, caches of keys and tables come from the pool, a different part each time, so that they are read from memory
 * as in a model with many layers; activations are where the last run left them, as the operator before does. */
#include <math.h>
#include <stdlib.h>

#include "measure/cases.h"

enum { OWNED_MAX = 6 };

struct running {
    struct f2f_measure *m;
    struct f2f_gemm gemm;
    struct f2f_attention attention;
    struct f2f_rows rows;
    size_t turn, turns, turn_B; /* parts of the pool, one after the other */
    int *index; /* of the table's rows, as many as the pool holds */
    void *owned[OWNED_MAX];
    int n_owned;
    double owned_B;
    bool poor; /* an allocation failed, or they would take too much */
};

static char *next_part(struct running *r) { return r->m->pool + r->turn++ % r->turns * r->turn_B; }

/* Parts of the pool of so many bytes. */
static f2f_status take_pool(struct running *r, size_t size_B, enum f2f_product format, f2f_error *err) {
    r->turn_B = f2f_round_up(size_B, 64);
    F2F_TRY(f2f_measure_pool(r->m, r->turn_B, format, err));
    r->turns = r->m->pool_B / r->turn_B;
    return F2F_OK;
}

/* Filled with numbers of that format; unfilled where what it holds is written first. */
static void *own(struct running *r, size_t size_B, enum f2f_product format) {
    r->owned_B += (double)size_B;
    if (r->owned_B > f2f_measure_limit_B(r->m)) r->poor = true; /* the system would grant it and end us later */
    void *memory = r->poor ? NULL : f2f_measure_alloc(f2f_round_up(size_B, 4));
    r->owned[r->n_owned++] = memory;
    if (!memory) r->poor = true;
    else f2f_measure_fill(r->m, memory, f2f_round_up(size_B, 4), format);
    return memory;
}

static float *own_floats(struct running *r, double n) { return own(r, (size_t)n * sizeof(float), F2F_PRODUCT_FP32); }

/* ---- products ---- */

static void once_gemm(void *context) {
    struct running *r = context;
    r->gemm.weight = next_part(r);
    f2f_team_run(r->m->team, f2f_gemm_part, &r->gemm);
}

static f2f_status ready_gemm(struct running *r, const struct f2f_op *op, f2f_error *err) {
    enum f2f_product product = f2f_measure_product(op->compute);
    if (product == F2F_PRODUCTS || !r->m->set[product])
        return f2f_fail(err, F2F_ERUN, "this machine has no kernel for products in %s", f2f_dtype_name(op->compute));
    struct f2f_gemm *g = &r->gemm;
    *g = (struct f2f_gemm){.set = r->m->set[product], .product = product, .m = (size_t)op->m, .n = (size_t)op->n};
    g->k = (size_t)op->k;
    g->scale = 1e-4f;
    g->in_stride_B = f2f_round_up(g->k * f2f_product_B(product), 64);
    g->in = own(r, g->m * g->in_stride_B, product);
    g->out = own(r, g->m * g->n * 4, product);
    g->scratch = own(r, f2f_gemm_scratch_B(g) * (size_t)f2f_team_threads(r->m->team), product);
    return take_pool(r, f2f_gemm_weight_B(g->set, product, g->n, g->k), product, err);
}

/* ---- attention ---- */

static void once_prefill(void *context) {
    struct running *r = context;
    f2f_team_run(r->m->team, f2f_attention_pack_part, &r->attention);
    f2f_team_run(r->m->team, f2f_attention_prefill_part, &r->attention);
}

static void once_decode(void *context) {
    struct running *r = context;
    struct f2f_attention *a = &r->attention;
    a->key_panels = (float *)(void *)next_part(r);
    a->v = a->key_panels + f2f_attention_panels_B(a) / sizeof(float);
    f2f_team_run(r->m->team, f2f_attention_decode_part, a);
    if (a->splits > 1) f2f_team_run(r->m->team, f2f_attention_merge_part, a);
}

static struct f2f_attention shape_of(const struct f2f_kernel_set *set, const struct f2f_op *op) {
    return (struct f2f_attention){.set = set,
                                  .batch = (size_t)op->batch,
                                  .q_len = (size_t)op->q_len,
                                  .kv_len = (size_t)op->kv_len,
                                  .q_heads = (size_t)op->q_heads,
                                  .kv_heads = (size_t)op->kv_heads,
                                  .head_dim = (size_t)op->head_dim,
                                  .splits = 1};
}

static void ready_prefill(struct running *r, const struct f2f_op *op) {
    struct f2f_attention *a = &r->attention;
    *a = shape_of(r->m->set[F2F_PRODUCT_FP32], op);
    double queries = op->batch * op->q_len * op->q_heads * op->head_dim;
    double keys = op->batch * op->kv_len * op->kv_heads * op->head_dim;
    a->q = own_floats(r, queries);
    a->k = own_floats(r, keys);
    a->v = own_floats(r, keys);
    a->out = own_floats(r, queries);
    a->key_panels = own(r, f2f_attention_panels_B(a), F2F_PRODUCT_FP32);
}

static f2f_status ready_decode(struct running *r, const struct f2f_op *op, f2f_error *err) {
    struct f2f_attention *a = &r->attention;
    *a = shape_of(r->m->set[F2F_PRODUCT_FP32], op);
    size_t threads = (size_t)f2f_team_threads(r->m->team), jobs = a->batch * a->kv_heads;
    size_t panels = (a->kv_len + (size_t)f2f_kernel_set_panel(a->set) - 1) / (size_t)f2f_kernel_set_panel(a->set);
    a->splits = (threads + jobs - 1) / jobs;
    if (a->splits > panels) a->splits = panels;
    a->q = own_floats(r, op->batch * op->q_heads * op->head_dim);
    a->out = own_floats(r, op->batch * op->q_heads * op->head_dim);
    a->partial = own(r, f2f_attention_partial_B(a), F2F_PRODUCT_FP32);
    size_t values_B = jobs * a->kv_len * a->head_dim * sizeof(float);
    return take_pool(r, f2f_attention_panels_B(a) + values_B, F2F_PRODUCT_FP32, err);
}

/* ---- rows ---- */

static void once_norm(void *context) {
    struct running *r = context;
    f2f_team_run(r->m->team, f2f_rows_norm_part, &r->rows);
}

static void once_rotate(void *context) {
    struct running *r = context;
    f2f_team_run(r->m->team, f2f_rows_rotate_part, &r->rows);
}

static void once_activation(void *context) {
    struct running *r = context;
    f2f_team_run(r->m->team, f2f_rows_activation_part, &r->rows);
}

static void once_embed(void *context) {
    struct running *r = context;
    r->rows.index = r->index + r->turn++ % r->turns * r->rows.rows;
    f2f_team_run(r->m->team, f2f_rows_embed_part, &r->rows);
}

static void once_sample(void *context) {
    struct running *r = context;
    f2f_team_run(r->m->team, f2f_rows_sample_part, &r->rows);
    f2f_team_run(r->m->team, f2f_rows_pick_part, &r->rows);
}

static void once_copy(void *context) {
    struct running *r = context;
    f2f_team_run(r->m->team, f2f_rows_copy_part, &r->rows);
}

static void once_triad(void *context) {
    struct running *r = context;
    f2f_team_run(r->m->team, f2f_rows_triad_part, &r->rows);
}

/* Rows of the pool in an order that jumps. */
static f2f_status ready_table(struct running *r, const struct f2f_op *op, f2f_error *err) {
    struct f2f_rows *o = &r->rows;
    F2F_TRY(f2f_measure_pool(r->m, o->rows * o->width * sizeof(float), F2F_PRODUCT_FP32, err));
    size_t n = r->m->pool_B / (o->width * sizeof(float)), at = 0,
           jump = 7919; /* a prime: comes by all but its multiples */
    r->index = own(r, n * sizeof *r->index, F2F_PRODUCT_FP32);
    if (!r->index) return F2F_OK;
    for (size_t i = 0; i < n; i++, at = (at + jump) % n) r->index[i] = (int)at;
    r->turns = n / o->rows;
    o->more = (const float *)(const void *)r->m->pool;
    o->out = own_floats(r, op->rows * op->write_elems);
    return F2F_OK;
}

static void ready_sample(struct running *r, const struct f2f_op *op) {
    struct f2f_rows *o = &r->rows;
    o->width = (size_t)op->read_elems;
    o->in = own_floats(r, op->rows * op->read_elems);
    o->out = own_floats(r, op->rows);
    o->picked = own(r, o->rows * sizeof(int), F2F_PRODUCT_FP32);
    o->part = own(r, o->rows * (size_t)f2f_team_threads(r->m->team) * sizeof *o->part, F2F_PRODUCT_FP32);
}

static f2f_status ready_rows(struct running *r, const struct f2f_op *op, enum f2f_runner runner, f2f_error *err) {
    struct f2f_rows *o = &r->rows;
    *o = (struct f2f_rows){
        .set = r->m->set[F2F_PRODUCT_FP32], .rows = (size_t)op->rows, .width = (size_t)op->write_elems};
    double elems = op->rows * op->write_elems;
    if (runner == F2F_RUN_EMBED) return ready_table(r, op, err);
    if (runner == F2F_RUN_SAMPLE) {
        ready_sample(r, op);
        return F2F_OK;
    }
    if (runner == F2F_RUN_NORM) {
        o->width /= 2;
        o->residual = own_floats(r, 0.5 * elems);
    }
    if (runner == F2F_RUN_ROTATE) {
        o->width = (size_t)op->head_dim;
        o->heads = (size_t)(op->q_heads + op->kv_heads);
    }
    if (runner == F2F_RUN_COPY || runner == F2F_RUN_TRIAD) o->width = (size_t)elems;
    o->in = own_floats(r, runner == F2F_RUN_ACTIVATION ? 2.0 * elems : elems);
    o->more = own_floats(r, runner == F2F_RUN_TRIAD ? elems : (double)o->width);
    o->out = own_floats(r, elems);
    return F2F_OK;
}

/* ---- any of them ---- */

static void (*const once_of[])(void *) = {
    [F2F_RUN_GEMM] = once_gemm,   [F2F_RUN_PREFILL] = once_prefill, [F2F_RUN_DECODE] = once_decode,
    [F2F_RUN_NORM] = once_norm,   [F2F_RUN_ROTATE] = once_rotate,   [F2F_RUN_ACTIVATION] = once_activation,
    [F2F_RUN_EMBED] = once_embed, [F2F_RUN_SAMPLE] = once_sample,   [F2F_RUN_COPY] = once_copy,
    [F2F_RUN_TRIAD] = once_triad};

static f2f_status ready(struct running *r, const struct f2f_op *op, f2f_error *err) {
    enum f2f_runner runner = f2f_measure_runner(op);
    f2f_status status = F2F_OK;
    if (runner == F2F_RUN_NONE) return f2f_fail(err, F2F_ERUN, "there is no kernel for %s", op->name);
    if (runner == F2F_RUN_GEMM) status = ready_gemm(r, op, err);
    else if (runner == F2F_RUN_PREFILL) ready_prefill(r, op);
    else if (runner == F2F_RUN_DECODE) status = ready_decode(r, op, err);
    else status = ready_rows(r, op, runner, err);
    if (status == F2F_OK && r->poor)
        status = f2f_fail(err, F2F_ERUN,
                          "its buffers take %.3g MB or more, and half of the %.3g MB that are free may be used",
                          1e-6 * r->owned_B, 1e-6 * r->m->host.available_B);
    return status;
}

f2f_status f2f_measure_run(struct f2f_timing *out, struct f2f_measure *m, const struct f2f_measure_case *c,
                           double budget_s, f2f_error *err) {
    struct running r = {.m = m};
    f2f_status status = ready(&r, &c->op, err);
    if (status == F2F_OK) f2f_measure_time(out, &m->clock, &m->wall, once_of[f2f_measure_runner(&c->op)], &r, budget_s);
    for (int i = 0; i < r.n_owned; i++) free(r.owned[i]);
    return status;
}
