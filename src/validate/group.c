/* group.c - errors of rows that belong together.
 *
 * The error of a row is (predicted - measured) / measured. mape_frac is the mean of its absolute value,
 * median and p90 are quantiles of it (linear between ranks), bias_frac is its signed mean. */
#include <math.h>
#include <string.h>

#include "base/sort.h"
#include "validate/state.h"

static bool same(const struct f2f_key *a, const struct f2f_key *b) {
    return strcmp(a->metric, b->metric) == 0 && strcmp(a->chip, b->chip) == 0 &&
           strcmp(a->framework, b->framework) == 0 && strcmp(a->dtype, b->dtype) == 0;
}

static struct f2f_key copy_key(f2f_arena *arena, const struct f2f_key *key) {
    return (struct f2f_key){.chip = f2f_arena_strdup(arena, key->chip),
                            .framework = f2f_arena_strdup(arena, key->framework),
                            .dtype = f2f_arena_strdup(arena, key->dtype),
                            .metric = f2f_arena_strdup(arena, key->metric)};
}

/* The group of that key, made if missing; what exceeds the bound joins the last one. */
static struct f2f_group *group_of(struct f2f_validation *v, const struct f2f_key *key) {
    for (size_t i = v->n_groups; i-- > 0;) /* files are sorted: the last group is the likeliest */
        if (same(&v->groups[i].key, key)) return &v->groups[i];
    if (v->n_groups == F2F_GROUP_MAX) return &v->groups[F2F_GROUP_MAX - 1];
    struct f2f_group *g = &v->groups[v->n_groups++];
    *g = (struct f2f_group){.key = v->n_groups < F2F_GROUP_MAX ? copy_key(v->arena, key)
                                                               : (struct f2f_key){"other", "other", "other", "other"}};
    return g;
}

static void push(f2f_arena *arena, struct f2f_group *g, double error) {
    if (g->n == g->cap) {
        size_t cap = g->cap ? 2 * g->cap : 64;
        g->error = f2f_arena_grow(arena, g->error, g->n * sizeof *g->error, cap * sizeof *g->error);
        g->cap = cap;
    }
    g->error[g->n++] = error;
}

static void keep_point(struct f2f_validation *v, const struct f2f_point *point) {
    if (v->n_points == v->cap_points) {
        size_t cap = v->cap_points ? 2 * v->cap_points : 1024;
        v->points = f2f_arena_grow(v->arena, v->points, v->n_points * sizeof *v->points, cap * sizeof *v->points);
        v->cap_points = cap;
    }
    v->points[v->n_points++] = *point;
}

void f2f_validation_point(struct f2f_validation *v, const struct f2f_key *key, double measured, double predicted) {
    double error = predicted / measured - 1.0;
    if (isfinite(error)) {
        struct f2f_group *g = group_of(v, key);
        push(v->arena, g, error);
        if (v->keeps_points) keep_point(v, &(struct f2f_point){g, measured, predicted});
        if (v->max_worst) f2f_worst_offer(v, key->metric, measured, predicted);
    } else f2f_validation_skip(v, key, "the prediction is not a finite number");
}

void f2f_validation_range(struct f2f_validation *v, const struct f2f_key *key, double low, double high,
                          double predicted) {
    struct f2f_group *g = group_of(v, key);
    g->ranged++;
    g->within += low <= predicted && predicted <= high;
}

void f2f_validation_skip(struct f2f_validation *v, const struct f2f_key *key, const char *reason) {
    size_t i = 0;
    group_of(v, key)->skipped++;
    while (i < v->n_reasons && strcmp(v->reasons[i].text, reason) != 0) i++;
    if (i == F2F_REASON_MAX) i = F2F_REASON_MAX - 1;
    if (i == v->n_reasons) {
        const char *text = i < F2F_REASON_MAX - 1 ? reason : "other reasons";
        v->reasons[v->n_reasons++] = (struct f2f_reason){.text = f2f_arena_strdup(v->arena, text)};
    }
    v->reasons[i].rows++;
}

/* Of sorted values; q from 0 to 1. */
static double quantile(const double *sorted, size_t n, double q) {
    double rank = q * (double)(n - 1);
    size_t below = (size_t)rank, above = below + 1 < n ? below + 1 : below;
    return sorted[below] + (rank - (double)below) * (sorted[above] - sorted[below]);
}

static void put_errors(struct f2f_record *r, f2f_arena *arena, const struct f2f_group *g) {
    double sum = 0.0, bias = 0.0, none = (double)NAN, *size = f2f_arena_alloc(arena, (g->n + 1) * sizeof *size);
    for (size_t i = 0; i < g->n; i++) {
        size[i] = fabs(g->error[i]);
        sum += size[i];
        bias += g->error[i];
    }
    f2f_sort(size, g->n);
    f2f_record_num(r, "mape_frac", g->n ? sum / (double)g->n : none, "mean absolute error, relative to the measured");
    f2f_record_num(r, "median_ape_frac", g->n ? quantile(size, g->n, 0.5) : none, "half of the rows are better");
    f2f_record_num(r, "p90_ape_frac", g->n ? quantile(size, g->n, 0.9) : none, "nine of ten rows are better");
    f2f_record_num(r, "bias_frac", g->n ? bias / (double)g->n : none, "mean signed error; above 0: predicted too much");
}

static void put_text(struct f2f_record *r, const char *key, const char *text, const char *help) {
    f2f_record_text(r, key, text[0] ? text : NULL, help);
}

static bool has_ranges(const struct f2f_validation *v) {
    for (size_t i = 0; i < v->n_groups; i++)
        if (v->groups[i].ranged) return true;
    return false;
}

static void report_group(struct f2f_results *out, const struct f2f_validation *v, const struct f2f_group *g) {
    const struct f2f_key *key = &g->key;
    const char *table = v->header.schema->name;
    struct f2f_record *r =
        f2f_record_new(out->arena, f2f_arena_printf(out->arena, "%s / %s %s %s / %s", table, key->chip, key->framework,
                                                    key->dtype, key->metric));
    f2f_record_text(r, "table", table, "kind of table");
    f2f_record_text(r, "chip", key->chip, NULL);
    put_text(r, "framework", key->framework, "or library, or method of measurement");
    put_text(r, "dtype", key->dtype, "or precision");
    f2f_record_text(r, "metric", key->metric, "the measured column");
    f2f_record_int(r, "n", (long long)g->n, "rows compared");
    f2f_record_int(r, "skipped", (long long)g->skipped, "rows that could not be predicted");
    put_errors(r, v->arena, g);
    if (v->keeps_points)
        f2f_record_num(r, "inside_frac", v->knows_inside && g->apart ? (double)g->inside / (double)g->n : (double)NAN,
                       "measured between predicted p10 and p90; 0.8 if the model knows its errors");
    if (has_ranges(v)) {
        f2f_record_int(r, "ranged", (long long)g->ranged, "rows with a published range");
        f2f_record_int(r, "within", (long long)g->within, "of these, predicted inside it");
    }
    f2f_record_text(r, "file", v->path, NULL);
    f2f_results_add(out, r);
}

/* All groups of one metric, from group `first`, as one of chip "all". */
static void report_total(struct f2f_results *out, struct f2f_validation *v, size_t first) {
    const char *metric = v->groups[first].key.metric;
    struct f2f_group all = {.key = {.chip = "all", .framework = "", .dtype = "", .metric = metric}};
    size_t parts = 0;
    for (size_t i = 0; i < v->n_groups; i++) {
        const struct f2f_group *g = &v->groups[i];
        if (strcmp(g->key.metric, metric) != 0) continue;
        if (i < first) return;
        for (size_t k = 0; k < g->n; k++) push(v->arena, &all, g->error[k]);
        all.skipped += g->skipped;
        all.apart += g->apart;
        all.inside += g->inside;
        all.ranged += g->ranged;
        all.within += g->within;
        parts++;
    }
    if (parts > 1) report_group(out, v, &all);
}

void f2f_validation_report(struct f2f_results *out, struct f2f_validation *v) {
    for (size_t i = 0; i < v->n_groups; i++) report_group(out, v, &v->groups[i]);
    for (size_t i = 0; i < v->n_groups; i++) report_total(out, v, i);
    for (size_t i = 0; i < v->n_reasons; i++)
        f2f_results_note(out, "%s: %zu figures of '%s' skipped: %s", v->header.schema->name, v->reasons[i].rows,
                         v->path, v->reasons[i].text);
    f2f_frameworks_report(out, v);
}
