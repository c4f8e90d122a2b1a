/* validate.c - a measured table in, the errors of its predictions out; see include/fab2fleet/validate.h. */
#include "fab2fleet/validate.h"

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

f2f_status f2f_validate_file(struct f2f_results *out, struct f2f_catalog *catalog, const char *path, int worst,
                             f2f_error *err) {
    f2f_arena *arena = f2f_arena_new();
    struct f2f_validation *v = f2f_arena_alloc(arena, sizeof *v);
    v->arena = arena;
    v->max_worst = worst > 0 ? (size_t)worst : 0;
    v->worst = f2f_arena_alloc(arena, (v->max_worst + 1) * sizeof *v->worst);
    f2f_status status = f2f_validation_read(v, catalog, path, err);
    const struct f2f_csv_count *count = &v->count;
    if (v->header.schema) f2f_validation_report(out, v);
    f2f_worst_report(out, v);
    if (count->bad)
        f2f_results_note(out, "%zu of %zu rows of '%s' are bad and were left out%s", count->bad, count->rows, path,
                         count->bad == F2F_CSV_BAD_MAX ? "; what follows them was not read" : "");
    f2f_arena_free(arena);
    return status;
}
