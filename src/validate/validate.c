/* validate.c - a measured table in, the errors of its predictions out; see include/fab2fleet/validate.h. */
#include "fab2fleet/validate.h"

#include <math.h>

#include "validate/state.h"

static bool take_header(void *context, const struct f2f_csv_row *row) {
    struct f2f_validation *v = context;
    return f2f_header_read(&v->header, row, v->path, v->diag);
}

static bool take_row(void *context, const struct f2f_csv_row *cells) {
    struct f2f_validation *v = context;
    struct f2f_row row;
    if (!f2f_row_read(&row, &v->header, cells, v->path, v->diag)) return false;
    v->row = cells;
    v->header.schema->predict(v, &row);
    return true;
}

f2f_status f2f_validation_read(struct f2f_validation *v, struct f2f_catalog *catalog, const char *path,
                               f2f_error *err) {
    const struct f2f_csv_sink sink = {.context = v, .header = take_header, .row = take_row};
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    v->catalog = catalog;
    v->path = path;
    v->diag = diag;
    f2f_status status = f2f_csv_read(&v->count, v->arena, path, &sink, diag, err);
    return status == F2F_OK ? f2f_diag_status(diag, before, err) : status;
}

/* The same file, predicted at a quantile of the operators' times. */
static f2f_status read_at(struct f2f_validation **out, const struct f2f_validation *v, enum f2f_quantile quantile,
                          f2f_error *err) {
    struct f2f_validation *other = *out = f2f_arena_alloc(v->arena, sizeof *other);
    other->arena = v->arena;
    other->worst = f2f_arena_alloc(v->arena, sizeof *other->worst);
    other->keeps_points = true;
    other->quantile = quantile;
    return f2f_validation_read(other, v->catalog, v->path, err);
}

/* Counts the figures measured between both ends. A job that one of them has no answer to leaves none known. */
static f2f_status count_inside(struct f2f_validation *v, f2f_error *err) {
    struct f2f_validation *fast, *slow;
    F2F_TRY(read_at(&fast, v, F2F_P10, err));
    F2F_TRY(read_at(&slow, v, F2F_P90, err));
    if (fast->n_points != v->n_points || slow->n_points != v->n_points) return F2F_OK;
    for (size_t i = 0; i < v->n_points; i++) {
        double a = fast->points[i].predicted, b = slow->points[i].predicted, measured = v->points[i].measured;
        v->points[i].group->apart += a < b || b < a;
        v->points[i].group->inside += fmin(a, b) <= measured && measured <= fmax(a, b);
    }
    v->knows_inside = true;
    return F2F_OK;
}

f2f_status f2f_validate_file(struct f2f_results *out, struct f2f_catalog *catalog, const char *path,
                             const struct f2f_validate_options *options, f2f_error *err) {
    f2f_arena *arena = f2f_arena_new();
    struct f2f_validation *v = f2f_arena_alloc(arena, sizeof *v);
    v->arena = arena;
    v->max_worst = options->worst > 0 ? (size_t)options->worst : 0;
    v->worst = f2f_arena_alloc(arena, (v->max_worst + 1) * sizeof *v->worst);
    v->keeps_points = options->uncertainty;
    f2f_status status = f2f_validation_read(v, catalog, path, err);
    if (status == F2F_OK && options->uncertainty) status = count_inside(v, err);
    const struct f2f_csv_count *count = &v->count;
    if (v->header.schema) f2f_validation_report(out, v);
    f2f_worst_report(out, v);
    if (count->bad)
        f2f_results_note(out, "%zu of %zu rows of '%s' are bad and were left out%s", count->bad, count->rows, path,
                         count->bad == F2F_CSV_BAD_MAX ? "; what follows them was not read" : "");
    f2f_arena_free(arena);
    return status;
}
