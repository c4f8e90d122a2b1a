/* html_group.c - one job: what differs between its systems, what is the same, where the time goes. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/quantity.h"

#define RATIO_WIDTH 64.0 /* of the small bar beside a ratio */
#define RATIO_LIMIT 1.0 /* its end, in doublings */
#define LONG_TEXT 40 /* longer texts stand below the table */

struct view {
    const struct f2f_group *group;
    struct f2f_grid grid;
    const char ***texts; /* per row, per record */
    bool *drawn; /* rows that a chart shows */
    bool ratios; /* any row of the table has one */
    bool quantiles; /* they stand beside their figure, of several records in its cell */
};

static bool is_head(const struct f2f_group *group, const struct f2f_row *row) {
    return group->job && (strcmp(row->path, "system") == 0 || strcmp(row->path, "job") == 0);
}

static bool is_same(const struct view *v, size_t row) {
    for (size_t i = 1; i < v->group->n; i++)
        if (strcmp(v->texts[row][0], v->texts[row][i]) != 0) return false;
    return v->group->n > 1;
}

static bool is_shown(const struct view *v, size_t i) {
    const struct f2f_row *row = &v->grid.rows[i];
    return !row->heading && !v->drawn[i] && !is_head(v->group, row) && !f2f_row_is_empty(row, v->texts[i], v->group->n);
}

static bool is_long(const struct view *v, size_t row) {
    for (size_t i = 0; i < v->group->n; i++)
        if (strlen(v->texts[row][i]) > LONG_TEXT) return true;
    return false;
}

static bool in_table(const struct view *v, size_t row) {
    bool beside = v->quantiles && f2f_row_is_quantile(&v->grid, &v->grid.rows[row]);
    return is_shown(v, row) && !is_same(v, row) && !is_long(v, row) && !beside;
}

static struct view make_view(f2f_arena *arena, const struct f2f_group *group) {
    struct view v = {.group = group, .grid = f2f_grid_make(arena, group->records, group->n)};
    v.texts = f2f_arena_alloc(arena, v.grid.n_rows * sizeof *v.texts);
    v.drawn = f2f_arena_alloc(arena, v.grid.n_rows * sizeof *v.drawn);
    for (size_t i = 0; i < v.grid.n_rows; i++) {
        v.texts[i] = f2f_row_texts(arena, &v.grid.rows[i], group->n, false);
        if (!f2f_html_is_memory(&v.grid, i)) continue;
        for (size_t k = i + 1; k < v.grid.n_rows && v.grid.rows[k].depth > v.grid.rows[i].depth; k++) v.drawn[k] = true;
    }
    v.quantiles = f2f_grid_has_quantiles(&v.grid);
    for (size_t i = 0; i < v.grid.n_rows; i++)
        if (in_table(&v, i) && *f2f_row_ratio(arena, &v.grid.rows[i], group->n, false)) v.ratios = true;
    return v;
}

/* Length of the "strategy." before the key. */
static size_t outer_length(const struct f2f_row *row) { return strlen(row->path) - strlen(row->key); }

/* "strategy micro batch" */
static const char *label(f2f_arena *arena, const struct f2f_row *row) {
    size_t outer = outer_length(row);
    const char *own = f2f_key_label(arena, row->key);
    return outer ? f2f_arena_printf(arena, "%.*s %s", (int)outer - 1, row->path, own) : own;
}

static void put_ratio(struct f2f_buffer *out, const struct f2f_row *row, size_t n) {
    const char *text = f2f_row_ratio(out->arena, row, n, false);
    f2f_buffer_printf(out, "<td class=\"ratio\">%s</td><td class=\"mark\">", text);
    double ratio = *text && *text != '=' ? f2f_value_number(row->cells[n - 1]) / f2f_value_number(row->cells[0]) : 1;
    double end = fmax(-1, fmin(1, log2(ratio) / RATIO_LIMIT)) * RATIO_WIDTH / 2, middle = RATIO_WIDTH / 2;
    if (*text)
        f2f_buffer_printf(out,
                          "<svg viewBox=\"0 0 %.0f 12\" width=\"%.0f\" height=\"12\" aria-hidden=\"true\"><rect "
                          "class=\"accent\" x=\"%s\" y=\"3\" "
                          "width=\"%s\" height=\"6\" rx=\"1\"/><path class=\"axis\" d=\"M%.0f 0v12\"/></svg>",
                          RATIO_WIDTH, RATIO_WIDTH, f2f_html_px(out->arena, middle + fmin(end, 0)),
                          f2f_html_px(out->arena, fabs(end)), middle);
    f2f_buffer_text(out, "</td>");
}

/* "541.5 to 692 tok/s" of a cell's figure, where several stand side by side. */
static const char *range_of(f2f_arena *arena, const struct view *v, const struct f2f_row *row, size_t column) {
    int low = -1, high = -1;
    if (v->quantiles && v->group->n > 1) {
        low = f2f_row_quantile(&v->grid, row, F2F_P10_COLUMN);
        high = f2f_row_quantile(&v->grid, row, F2F_P90_COLUMN);
    }
    return low < 0 || high < 0 ? "" : f2f_range_text(arena, v->texts[low][column], v->texts[high][column]);
}

static void put_cell(struct f2f_buffer *out, const struct f2f_value *value, const char *text, const char *range) {
    const char *css = !value                          ? ""
                      : value->kind == F2F_VALUE_TEXT ? f2f_html_text_class(text)
                      : value->kind == F2F_VALUE_BOOL ? "flag"
                                                      : "";
    bool no = value && value->kind == F2F_VALUE_BOOL && !value->integer;
    f2f_buffer_printf(out, "<td class=\"%s%s\">%s", css, no ? " no" : "", f2f_html_escape(out->arena, text));
    if (*range) f2f_buffer_printf(out, "<br><small class=\"soft\">%s</small>", f2f_html_escape(out->arena, range));
    f2f_buffer_text(out, "</td>");
}

static void put_head(struct f2f_buffer *out, const struct view *v) {
    f2f_buffer_text(out, "<thead><tr><td></td>");
    for (size_t i = 0; i < v->group->n; i++)
        f2f_buffer_printf(out, "<th scope=\"col\">%s</th>",
                          f2f_html_escape(out->arena, f2f_record_name(v->group->records[i])));
    if (v->ratios)
        f2f_buffer_printf(out, "<th scope=\"col\">%s</th><td class=\"mark\"></td>",
                          v->group->n > 2 ? "last/first" : "ratio");
    f2f_buffer_text(out, "</tr></thead>");
}

/* Of one result, which has no name. */
static void put_quantile_head(struct f2f_buffer *out, const struct view *v) {
    f2f_buffer_text(out, "<thead><tr><td></td><th scope=\"col\">as given</th>");
    for (size_t q = 0; q < F2F_QUANTILES; q++)
        if (f2f_grid_has_quantile(&v->grid, q)) f2f_buffer_printf(out, "<th scope=\"col\">%s</th>", f2f_quantiles[q]);
    f2f_buffer_text(out, "<td></td></tr></thead>");
}

static void put_quantiles(struct f2f_buffer *out, const struct view *v, const struct f2f_row *row) {
    for (size_t q = 0; q < F2F_QUANTILES; q++) {
        if (!f2f_grid_has_quantile(&v->grid, q)) continue;
        int there = f2f_row_quantile(&v->grid, row, q);
        f2f_buffer_printf(out, "<td>%s</td>", there >= 0 ? f2f_html_escape(out->arena, v->texts[there][0]) : "");
    }
}

static void put_row(struct f2f_buffer *out, const struct view *v, size_t i) {
    const struct f2f_row *row = &v->grid.rows[i];
    f2f_arena *arena = out->arena;
    size_t n = v->group->n;
    f2f_buffer_printf(out, "<tr><th scope=\"row\" title=\"%s%s%s\">%s</th>", f2f_html_escape(arena, row->path),
                      row->help ? ": " : "", row->help ? f2f_html_escape(arena, row->help) : "",
                      f2f_html_escape(arena, label(arena, row)));
    for (size_t c = 0; c < n; c++) put_cell(out, row->cells[c], v->texts[i][c], range_of(arena, v, row, c));
    if (v->quantiles && n == 1) put_quantiles(out, v, row);
    if (v->ratios) put_ratio(out, row, n);
    else if (n == 1)
        f2f_buffer_printf(out, "<td class=\"text long soft\">%s</td>",
                          row->help ? f2f_html_escape(arena, row->help) : "");
    f2f_buffer_text(out, "</tr>\n");
}

/* Sentences, for example why a job does not fit. */
static void put_sentences(struct f2f_buffer *out, const struct view *v) {
    for (size_t i = 0; i < v->grid.n_rows; i++) {
        if (!is_shown(v, i) || !is_long(v, i)) continue;
        for (size_t c = 0; c < v->group->n; c++) {
            if (!*v->texts[i][c]) continue;
            const char *name =
                v->group->job ? f2f_record_name(v->group->records[c]) : label(out->arena, &v->grid.rows[i]);
            f2f_buffer_printf(out, "<p class=\"sentence\"><b>%s</b> %s</p>\n", f2f_html_escape(out->arena, name),
                              f2f_html_escape(out->arena, v->texts[i][c]));
        }
    }
}

static void put_differences(struct f2f_buffer *out, const struct view *v) {
    bool open = false;
    for (size_t i = 0; i < v->grid.n_rows; i++) {
        if (!in_table(v, i)) continue;
        if (!open) {
            f2f_buffer_text(out, "<div class=\"wide\"><table class=\"jobs\">");
            if (v->group->job) put_head(out, v);
            else if (v->quantiles && v->group->n == 1) put_quantile_head(out, v);
            f2f_buffer_text(out, "<tbody>\n");
            open = true;
        }
        put_row(out, v, i);
    }
    f2f_buffer_text(out, open ? "</tbody></table></div>\n" : "");
}

/* What is nested is named with what it is nested in, once. */
static void put_same(struct f2f_buffer *out, const struct view *v) {
    bool open = false;
    size_t outer = 0;
    for (size_t i = 0; i < v->grid.n_rows; i++) {
        const struct f2f_row *row = &v->grid.rows[i];
        if (!is_shown(v, i) || !is_same(v, i) || is_long(v, i) || strcmp(v->texts[i][0], "-") == 0) continue;
        bool nested =
            row->depth > 0 && outer_length(row) == outer && strncmp(row->path, v->grid.rows[i - 1].path, outer) == 0;
        const char *name = nested ? f2f_key_label(out->arena, row->key) : label(out->arena, row);
        f2f_buffer_text(out, open ? "" : "<dl class=\"same\"><dt>The same for all</dt>\n");
        f2f_buffer_printf(out, "<dd>%s <b>%s</b></dd>\n", f2f_html_escape(out->arena, name),
                          f2f_html_escape(out->arena, v->texts[i][0]));
        outer = outer_length(row);
        open = true;
    }
    f2f_buffer_text(out, open ? "</dl>\n" : "");
}

void f2f_html_group(struct f2f_buffer *out, const struct f2f_group *group) {
    struct view v = make_view(out->arena, group);
    put_differences(out, &v);
    put_same(out, &v);
    put_sentences(out, &v);
    f2f_html_time(out, group);
    for (size_t i = 0; i < v.grid.n_rows; i++)
        if (f2f_html_is_memory(&v.grid, i)) f2f_html_memory(out, group, &v.grid, i);
}
