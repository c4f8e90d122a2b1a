/* html_scatter.c - rows of a table as points: one figure of theirs across, others up; see html.h. */
#include <math.h>

#include "report/html.h"
#include "report/html_axis.h"
#include "report/quantity.h"

/* From the least to the most of a figure of the rows; false: fewer than two numbers. */
static bool find_span(double *least, double *most, struct f2f_record *const *rows, size_t n, const char *key) {
    size_t found = 0;
    *least = HUGE_VAL;
    *most = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        double value = f2f_record_get(rows[i], key);
        if (!isfinite(value)) continue;
        *least = fmin(*least, value);
        *most = fmax(*most, value);
        found++;
    }
    return found > 1 && *most > 0;
}

/* The design in words, then its two figures. */
static const char *tip(f2f_arena *arena, const struct f2f_record *row, const char *x, const char *y) {
    const char *text = "";
    for (size_t i = 0; i < row->n_values; i++)
        if (row->values[i].kind == F2F_VALUE_TEXT && row->values[i].text)
            text = f2f_arena_printf(arena, "%s%s %s, ", text, row->values[i].key, row->values[i].text);
    return f2f_html_escape(arena, f2f_arena_printf(arena, "%s%s, %s", text,
                                                   f2f_quantity_text_of(arena, x, f2f_record_get(row, x), false),
                                                   f2f_quantity_text_of(arena, y, f2f_record_get(row, y), false)));
}

/* Its ticks are the places of the horizontal axis, equally far from each other whether it is logarithmic or not. */
static double place_x(const struct f2f_axes *a, const struct f2f_axes *across, double value) {
    double from = across->ticks[0], to = across->ticks[1];
    double steps = across->log ? log(value / from) / log(to / from) : (value - from) / (to - from);
    return f2f_axes_x(a, 0) + steps * f2f_axes_step(a);
}

static void put_panel(struct f2f_buffer *out, struct f2f_record *const *rows, size_t n, const char *x, const char *y) {
    f2f_arena *arena = out->arena;
    double least, most;
    const char *labels[F2F_AXES_TICKS];
    if (!find_span(&least, &most, rows, n, x)) return;
    const struct f2f_axes across = f2f_axes_make(arena, x, least, most, NULL, 0, false);
    if (across.n_ticks < 2 || !find_span(&least, &most, rows, n, y)) return;
    for (size_t i = 0; i < across.n_ticks; i++) labels[i] = f2f_quantity_text_of(arena, x, across.ticks[i], false);
    const struct f2f_axes a = f2f_axes_make(arena, y, least, most, labels, across.n_ticks, false);
    f2f_axes_open(out, &a, f2f_key_label(arena, y), true);
    for (size_t i = 0; i < n; i++) {
        double at_x = f2f_record_get(rows[i], x), at_y = f2f_record_get(rows[i], y);
        if (!isfinite(at_x) || !isfinite(at_y)) continue;
        f2f_buffer_printf(out, "<circle class=\"s0\" cx=\"%s\" cy=\"%s\" r=\"3.5\"><title>%s</title></circle>\n",
                          f2f_html_px(arena, place_x(&a, &across, at_x)), f2f_html_px(arena, f2f_axes_y(&a, at_y)),
                          tip(arena, rows[i], x, y));
    }
    f2f_buffer_text(out, "</svg>\n");
}

void f2f_html_scatter(struct f2f_buffer *out, const struct f2f_record *table) {
    struct f2f_record **rows;
    size_t n = f2f_table_rows(out->arena, table, &rows);
    f2f_buffer_printf(out, "<figure><figcaption>across: %s</figcaption>\n<div class=\"panels\">\n",
                      f2f_html_escape(out->arena, f2f_key_label(out->arena, table->drawn[0])));
    for (size_t k = 1; k < table->n_drawn; k++) put_panel(out, rows, n, table->drawn[0], table->drawn[k]);
    f2f_buffer_text(out, "</div></figure>\n");
}
