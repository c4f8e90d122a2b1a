/* schema_cost.c - published figures of cost, yield, power and carbon, each with its own range.
 *
 * A subject is a chip, node or system of the catalog, or several with weights: `b300-sxm:600+h200-sxm:100`; of a
 * training run, phases with 1e12 tokens each, `model/batch=1024/tp=8:2.87`; of decoding, `chip/model`. The metric is a
 * key of `fab2fleet cost` or one of those below. Where a row prints a range, predictions inside it are counted
 * (`within`). */
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "fab2fleet/cost.h"
#include "fab2fleet/serve.h"
#include "fab2fleet/train.h"
#include "validate/aliases.h"
#include "validate/state.h"

#define COLUMNS(X)               \
    X(SUBJECT, "subject", WORD)  \
    X(METRIC, "metric", WORD)    \
    X(VALUE, "value", REAL)      \
    X(LOW, "low", REAL_IF_KNOWN) \
    X(HIGH, "high", REAL_IF_KNOWN)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

/* Part of a figure over part of another: sums over the terms of a subject. */
struct pair {
    double part, whole;
};

/* One term of a subject. */
struct term {
    const char *name;
    double weight;
};

typedef f2f_status measure_fn(struct pair *out, struct f2f_validation *v, const struct term *term, f2f_error *err);

static f2f_status evaluate(struct f2f_cost *out, const struct f2f_system **system, const struct f2f_price **price,
                           struct f2f_validation *v, const char *name, f2f_error *err) {
    F2F_TRY(f2f_catalog_system(system, v->catalog, name, NULL, 0, err));
    F2F_TRY(f2f_catalog_price(price, v->catalog, "us-2024", NULL, 0, err));
    const struct f2f_cost_case c = {.system = *system, .price = *price};
    return f2f_cost_evaluate(out, &c, err);
}

/* Memory bought, lost in packages or not, over all parts bought, with other parts at Epoch AI's 10 %. */
static f2f_status bought_memory(struct pair *out, struct f2f_validation *v, const struct term *t, f2f_error *err) {
    struct f2f_cost cost;
    const struct f2f_system *system;
    const struct f2f_price *price;
    F2F_TRY(evaluate(&cost, &system, &price, v, t->name, err));
    out->part = cost.chip.memory_usd + cost.chip.line_usd[F2F_BILL_LOST_MEMORY];
    out->whole = (cost.chip.chip_usd - cost.chip.line_usd[F2F_BILL_MODULE]) / 0.9;
    return F2F_OK;
}

/* As Meta counts it: the chip's power limit, facility losses, the grid's mean. */
static f2f_status tdp_carbon(struct pair *out, struct f2f_validation *v, const struct term *t, f2f_error *err) {
    struct f2f_cost cost;
    const struct f2f_system *system;
    const struct f2f_price *price;
    F2F_TRY(evaluate(&cost, &system, &price, v, t->name, err));
    *out = (struct pair){system->node->chip->tdp_W * system->pue * 3600.0 * price->grid_kg_per_J, 1.0};
    return F2F_OK;
}

static f2f_status memory_carbon(struct pair *out, struct f2f_validation *v, const struct term *t, f2f_error *err) {
    struct f2f_cost cost;
    const struct f2f_system *system;
    const struct f2f_price *price;
    F2F_TRY(evaluate(&cost, &system, &price, v, t->name, err));
    *out = (struct pair){cost.chip.memory_kg, cost.chip.kg};
    return F2F_OK;
}

/* A phase of a training run: `model/key=value/...`; sizes that are not stated are searched for. */
static f2f_status read_phase(struct f2f_train_job *job, struct f2f_validation *v, const char *text, f2f_error *err) {
    const struct {
        const char *key;
        int *size;
    } sizes[] = {{"chips", &job->chips},    {"batch", &job->global_batch}, {"seq", &job->seq},
                 {"tp", &job->strategy.tp}, {"cp", &job->strategy.cp},     {"pp", &job->strategy.pp}};
    char *rest = f2f_arena_strdup(v->arena, text), *name = strtok_r(rest, "/", &rest);
    if (!name) return f2f_fail(err, F2F_EINPUT, "'%.40s' names no model: model/key=value/... is wanted", text);
    F2F_TRY(f2f_catalog_model(&job->model, v->catalog, name, err));
    for (char *word; (word = strtok_r(rest, "/", &rest));) {
        char *value = strchr(word, '=');
        double size = 0;
        size_t i = 0, n = sizeof sizes / sizeof sizes[0];
        if (value) *value++ = '\0';
        while (i < n && strcmp(word, sizes[i].key) != 0) i++;
        if (i == n || !value || !f2f_number_parse(&size, value) || !(size >= 1 && size <= 1e9) || size != floor(size))
            return f2f_fail(err, F2F_EINPUT,
                            "'%.40s' is no size of a phase: chips, batch, seq, tp, cp or pp = a whole number from 1",
                            word);
        *sizes[i].size = (int)size;
    }
    return F2F_OK;
}

/* Chip-hours of training on Meta's cluster with its software, and the batch of Llama 3's main phase unless stated. Of
 * the time 90 % were effective (arXiv 2407.21783, section 3.3.4), where the model of training does not know of
 * failures. */
static f2f_status training_hours(struct pair *out, struct f2f_validation *v, const struct term *t, f2f_error *err) {
    const struct f2f_system *system;
    struct f2f_record *r;
    struct f2f_train_job job = {.chips = 16384, .global_batch = 2048, .seq = 8192, .search = true};
    job.software = f2f_alias_source("2407.21783", "")->software;
    job.strategy = (struct f2f_strategy){.zero = F2F_ZERO_CHOSEN, .recompute = F2F_RECOMPUTE_CHOSEN};
    F2F_TRY(f2f_precision_parse(&job.precision, "bf16", NULL, err));
    F2F_TRY(read_phase(&job, v, t->name, err));
    F2F_TRY(f2f_catalog_system(&system, v->catalog, "h100-roce-24k", NULL, 0, err));
    F2F_TRY(f2f_train_run(&r, v->arena, system, &job, err));
    if (!(f2f_record_get(r, "tokps") > 0)) return f2f_fail(err, F2F_EINPUT, "phase %.60s does not fit", t->name);
    double goodput = f2f_record_get(r, "goodput_frac");
    double tokps = f2f_record_get(r, "tokps") / job.chips * (goodput > 0 ? goodput : 0.9);
    *out = (struct pair){1e12 / tokps / 3600.0, 1.0};
    return F2F_OK;
}

/* One user, 4-bit weights and an 8-bit head, as on a phone. */
static f2f_status one_user(struct pair *out, struct f2f_validation *v, const struct term *t, f2f_error *err) {
    const struct f2f_system *system;
    struct f2f_record *r;
    struct f2f_serve_job job = {.isl = 64, .osl = 128, .concurrency = 1, .requests = 2};
    const char *slash = strchr(t->name, '/');
    if (!slash) return f2f_fail(err, F2F_EINPUT, "the subject is no chip/model");
    F2F_TRY(f2f_precision_parse(&job.precision, "w4a8", NULL, err));
    F2F_TRY(f2f_catalog_engine(&job.engine, v->catalog, NULL, NULL, 0, err));
    F2F_TRY(f2f_catalog_system(&system, v->catalog, f2f_arena_strndup(v->arena, t->name, (size_t)(slash - t->name)),
                               NULL, 0, err));
    F2F_TRY(f2f_catalog_model(&job.model, v->catalog, slash + 1, err));
    F2F_TRY(f2f_serve_run(&r, v->arena, system, &job, err));
    *out = (struct pair){1.0 / f2f_record_get(r, "tpot_mean_s"), 1.0};
    return F2F_OK;
}

/* Cost of an hour over what it does: a square product of a ranking model's layer, its operands from memory. */
static f2f_status cost_per_work(double *out, struct f2f_validation *v, const char *name, f2f_error *err) {
    struct f2f_cost cost;
    const struct f2f_system *system;
    const struct f2f_price *price;
    struct f2f_machine machine;
    struct f2f_op op = {.kind = F2F_OP_GEMM, .name = "gemm", .m = 2048, .n = 2048, .k = 2048, .groups = 1, .count = 1};
    op.compute = op.weight = op.act = op.kv = F2F_DTYPE_FP16;
    F2F_TRY(evaluate(&cost, &system, &price, v, name, err));
    F2F_TRY(f2f_machine_make(&machine, system, err));
    *out = cost.figure[F2F_COST_TCO_CHIP] * f2f_machine_op(&machine, &op).time_s / cost.figure[F2F_COST_DELIVERED];
    return F2F_OK;
}

/* What is saved against an H100 for the same work. */
static f2f_status saving(struct pair *out, struct f2f_validation *v, const struct term *t, f2f_error *err) {
    double own, other;
    F2F_TRY(cost_per_work(&own, v, t->name, err));
    F2F_TRY(cost_per_work(&other, v, "dgx-h100", err));
    *out = (struct pair){other - own, other};
    return F2F_OK;
}

static const struct {
    const char *metric;
    measure_fn *measure;
} measures[] = {{"bought_memory_frac", bought_memory}, {"tdp_kgCO2e_per_chip_h", tdp_carbon},
                {"memory_kgCO2e_frac", memory_carbon}, {"training_chip_h", training_hours},
                {"one_user_tokps", one_user},          {"tco_saving_frac", saving}};

static f2f_status measure(struct pair *out, struct f2f_validation *v, const struct term *t, const char *metric,
                          f2f_error *err) {
    struct f2f_cost cost;
    const struct f2f_system *system;
    const struct f2f_price *price;
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
        if (strcmp(metric, measures[i].metric) == 0) return measures[i].measure(out, v, t, err);
    F2F_TRY(evaluate(&cost, &system, &price, v, t->name, err));
    for (int f = 0; f < F2F_COST_N; f++) {
        if (strcmp(metric, f2f_cost_key((enum f2f_cost_figure)f)) != 0) continue;
        *out = (struct pair){cost.figure[f], 1.0};
        return F2F_OK;
    }
    return f2f_fail(err, F2F_EINPUT, "metric '%.60s' is not known", metric);
}

/* Weighted sums over all terms of a subject. */
static f2f_status predict_subject(double *out, struct f2f_validation *v, const struct f2f_row *row, f2f_error *err) {
    struct pair sum = {0};
    for (char *at = f2f_arena_strdup(v->arena, row->text[SUBJECT]), *next; at; at = next) {
        struct pair one;
        struct term term = {.name = at, .weight = 1.0};
        next = strchr(at, '+');
        if (next) *next++ = '\0';
        char *colon = strchr(at, ':');
        if (colon) *colon++ = '\0';
        if (colon && (!f2f_number_parse(&term.weight, colon) || !(term.weight > 0)))
            return f2f_fail(err, F2F_EINPUT, "'%.40s' is no weight", colon);
        F2F_TRY(measure(&one, v, &term, row->text[METRIC], err));
        sum.part += term.weight * one.part;
        sum.whole += term.weight * one.whole;
        if (strcmp(row->text[METRIC], "training_chip_h") == 0) sum.whole = 1.0; /* a sum, no mean */
    }
    *out = sum.part / sum.whole;
    return F2F_OK;
}

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key key = {row->text[SUBJECT], "", "", row->text[METRIC]};
    double predicted = 0, low = row->number[LOW], high = row->number[HIGH];
    f2f_error err;
    if (predict_subject(&predicted, v, row, &err) != F2F_OK) {
        f2f_validation_skip(v, &key, err.message);
        return;
    }
    f2f_validation_point(v, &key, row->number[VALUE], predicted);
    if (!isnan(low) && !isnan(high)) f2f_validation_range(v, &key, low, high, predicted);
}

F2F_SCHEMA(f2f_schema_cost, "cost", columns, predict);
