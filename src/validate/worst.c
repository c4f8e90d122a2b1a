/* worst.c - the rows of a table that are most wrong, for who asks where a model fails. */
#include <math.h>
#include <string.h>

#include "validate/state.h"

enum { CELLS_MAX_B = 100 };

static double size_of(const struct f2f_wrong *w) { return fabs(w->predicted / w->measured - 1.0); }

/* The row's cells but for its source, as many as fit. */
static const char *copy_cells(const struct f2f_validation *v) {
    char text[CELLS_MAX_B];
    size_t used = 0;
    for (size_t i = 0; i < v->row->n; i++) {
        size_t length = strlen(v->row->cell[i].text);
        if (i == v->header.source) continue;
        if (used + length + 2 > sizeof text) break;
        if (used) text[used++] = ' ';
        memcpy(text + used, v->row->cell[i].text, length);
        used += length;
    }
    text[used] = '\0';
    return f2f_arena_strdup(v->arena, text);
}

void f2f_worst_offer(struct f2f_validation *v, const char *metric, double measured, double predicted) {
    struct f2f_wrong wrong = {.line = v->row->cell[0].line, .measured = measured, .predicted = predicted};
    if (v->n_worst == v->max_worst && size_of(&wrong) <= size_of(&v->worst[v->n_worst - 1])) return;
    size_t at = v->n_worst < v->max_worst ? v->n_worst++ : v->n_worst - 1;
    for (; at > 0 && size_of(&v->worst[at - 1]) < size_of(&wrong); at--) v->worst[at] = v->worst[at - 1];
    wrong.metric = f2f_arena_strdup(v->arena, metric);
    wrong.cells = copy_cells(v);
    v->worst[at] = wrong;
}

void f2f_worst_report(struct f2f_results *out, const struct f2f_validation *v) {
    if (!v->n_worst) return;
    struct f2f_record *table = f2f_record_new(out->arena, f2f_arena_printf(out->arena, "worst of %s", v->path));
    for (size_t i = 0; i < v->n_worst; i++) {
        const struct f2f_wrong *w = &v->worst[i];
        struct f2f_record *row = f2f_record_sub(table, f2f_arena_printf(out->arena, "%zu", i + 1), NULL);
        f2f_record_int(row, "line", w->line, NULL);
        f2f_record_text(row, "row", w->cells, NULL);
        f2f_record_text(row, "metric", w->metric, NULL);
        f2f_record_num(row, "measured", w->measured, NULL);
        f2f_record_num(row, "predicted", w->predicted, NULL);
        f2f_record_num(row, "error_frac", w->predicted / w->measured - 1.0, NULL);
    }
    f2f_results_table(out, table);
}
