/* records.c - what was predicted beside what was measured, the errors, and rows of tables of measurements. */
#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/sort.h"
#include "measure/cases.h"

static const char *kind_name(enum f2f_runner runner) {
    switch (runner) {
    case F2F_RUN_GEMM: return "gemm";
    case F2F_RUN_PREFILL: return "attention_prefill";
    case F2F_RUN_DECODE: return "attention_decode";
    case F2F_RUN_EMBED: return "embedding";
    case F2F_RUN_COPY:
    case F2F_RUN_TRIAD: return "stream";
    case F2F_RUN_NONE:
    case F2F_RUN_NORM:
    case F2F_RUN_ROTATE:
    case F2F_RUN_ACTIVATION:
    case F2F_RUN_SAMPLE: break;
    }
    return "elementwise";
}

/* "64 x 4096 x 2048", "1 of 256", rows x elements. */
static const char *shape_text(f2f_arena *arena, const struct f2f_op *op) {
    if (op->kind == F2F_OP_GEMM) return f2f_arena_printf(arena, "%.0f x %.0f x %.0f", op->m, op->n, op->k);
    if (op->kind == F2F_OP_ATTN_PREFILL || op->kind == F2F_OP_ATTN_DECODE)
        return f2f_arena_printf(arena, "%.0f x %.0f", op->batch, op->kv_len);
    return f2f_arena_printf(arena, "%.0f x %.0f", op->rows, op->read_elems);
}

struct f2f_record *f2f_measure_record(f2f_arena *arena, const struct f2f_machine *machine,
                                      const struct f2f_measure_case *c, const struct f2f_timing *t) {
    struct f2f_op_cost cost = f2f_machine_op(machine, &c->op);
    const char *dtype = f2f_dtype_name(c->op.compute);
    struct f2f_record *r = f2f_record_new(arena, f2f_arena_printf(arena, "%s / %s %s", c->name, c->load, dtype));
    double error = cost.time_s / t->median_s - 1.0;
    f2f_record_text(r, "operator", c->name, NULL);
    f2f_record_text(r, "load", c->load, "what the pass carries");
    f2f_record_text(r, "kind", kind_name(f2f_measure_runner(&c->op)), "the kernel");
    f2f_record_text(r, "dtype", dtype, "format of the products");
    f2f_record_text(r, "shape", shape_text(arena, &c->op),
                    "m x n x k; sequences x context; rows x elements read in each");
    f2f_record_num(r, "predicted_s", cost.time_s, "by the chip model");
    f2f_record_num(r, "measured_s", t->median_s, "median of the repeats");
    f2f_record_num(r, "ape_frac", fabs(error), "of the prediction, absolute");
    f2f_record_num(r, "error_frac", error, "of the prediction; above 0: it is too slow");
    f2f_record_text(r, "bound", f2f_bound_name(cost.bound), "what it is predicted to wait for");
    f2f_record_num(r, "flop", cost.flop, "floating-point operations");
    f2f_record_num(r, "bytes_B", cost.mem_B, "that the model moves through memory or cache");
    f2f_record_num(r, "flops", cost.flop / t->median_s, "FLOP per second, as measured");
    f2f_record_num(r, "bandwidth_Bps", cost.mem_B / t->median_s, "those bytes per second, as measured");
    f2f_record_num(r, "spread_frac", (t->p90_s - t->p10_s) / t->median_s,
                   "p90 less p10 of the repeats, over the median");
    f2f_record_int(r, "samples", t->samples, "repeats");
    return r;
}

static const char *text_of(const struct f2f_record *r, const char *key) {
    const struct f2f_value *value = f2f_record_find(r, key);
    return value && value->text ? value->text : "";
}

/* Of the results of one kind and format; NULL: of any. */
static void add_errors(struct f2f_results *out, struct f2f_record *table, const char *kind, const char *dtype) {
    double *ape = f2f_arena_alloc(out->arena, (out->n_items + 1) * sizeof *ape), sum = 0.0, bias = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < out->n_items; i++) {
        const struct f2f_record *r = out->items[i];
        if (kind && (strcmp(text_of(r, "kind"), kind) != 0 || strcmp(text_of(r, "dtype"), dtype) != 0)) continue;
        ape[n] = f2f_record_get(r, "ape_frac");
        sum += ape[n++];
        bias += f2f_record_get(r, "error_frac");
    }
    if (n == 0) return;
    f2f_sort(ape, n);
    struct f2f_record *row =
        f2f_record_sub(table, f2f_arena_printf(out->arena, "%s %s", kind ? kind : "all", dtype), NULL);
    f2f_record_text(row, "kind", kind ? kind : "all", NULL);
    f2f_record_text(row, "dtype", dtype, NULL);
    f2f_record_int(row, "n", (long long)n, "operators");
    f2f_record_num(row, "mape_frac", sum / (double)n, "mean absolute error of the predictions");
    f2f_record_num(row, "median_ape_frac", 0.5 * (ape[(n - 1) / 2] + ape[n / 2]), "median of the absolute errors");
    f2f_record_num(row, "bias_frac", bias / (double)n, "mean error; above 0: predictions are too slow");
}

void f2f_measure_summary(struct f2f_results *out) {
    struct f2f_record *table = f2f_record_new(out->arena, "errors");
    for (size_t i = 0; i < out->n_items; i++) {
        const char *kind = text_of(out->items[i], "kind"), *dtype = text_of(out->items[i], "dtype");
        bool told = false;
        for (size_t j = 0; j < i; j++)
            told |= strcmp(text_of(out->items[j], "kind"), kind) == 0 &&
                    strcmp(text_of(out->items[j], "dtype"), dtype) == 0;
        if (!told) add_errors(out, table, kind, dtype);
    }
    add_errors(out, table, NULL, "all");
    if (out->n_items) f2f_results_table(out, table);
}

static void put_us(struct f2f_buffer *y, const struct f2f_timing *t) {
    char text[F2F_NUMBER_MAX];
    f2f_buffer_printf(y, ",%s,", f2f_number_short(text, 1e6 * t->median_s, 6));
}

static void put_row(struct f2f_buffer *y, const struct f2f_op *op, const char *chip) {
    const char *dtype = f2f_dtype_name(op->compute), *kv = f2f_dtype_name(op->kv);
    const char *quote = strpbrk(chip, ", ") ? "\"" : ""; /* a path may hold what parts cells */
    f2f_buffer_printf(y, "%s%s%s,fab2fleet,%s,", quote, chip, quote, dtype);
    if (op->kind == F2F_OP_GEMM) f2f_buffer_printf(y, "%.0f,%.0f,%.0f", op->m, op->n, op->k);
    else
        f2f_buffer_printf(y, "%s,%.0f,%.0f,%.0f,%.0f,%.0f", kv, op->q_heads, op->kv_heads, op->head_dim, op->batch,
                          op->kv_len);
}

const char *f2f_measure_csv(f2f_arena *arena, const char *table, const char *chip, const char *source,
                            const struct f2f_measure_case *cases, const struct f2f_timing *timings, size_t n) {
    struct f2f_buffer y = {.arena = arena};
    bool gemm = strcmp(table, "gemm") == 0, any = false;
    const char *length = strcmp(table, "attention_prefill") == 0 ? "seq_len" : "kv_len";
    f2f_buffer_text(&y, "chip,framework,dtype,");
    if (gemm) f2f_buffer_text(&y, "m,n,k,latency_us,source\n");
    else f2f_buffer_printf(&y, "kv_dtype,q_heads,kv_heads,head_dim,batch,%s,latency_us,source\n", length);
    for (size_t i = 0; i < n; i++) {
        if (timings[i].samples == 0 || strcmp(kind_name(f2f_measure_runner(&cases[i].op)), table) != 0) continue;
        put_row(&y, &cases[i].op, chip);
        put_us(&y, &timings[i]);
        f2f_buffer_printf(&y, "%s\n", source);
        any = true;
    }
    return any ? f2f_buffer_str(&y) : NULL;
}
