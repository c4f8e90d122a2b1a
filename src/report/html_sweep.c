/* html_sweep.c - sweeps as small charts: one for each model and precision, a line per system. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/html_axis.h"
#include "report/quantity.h"

#define MAX_SERIES 6
#define MAX_COLUMN 36.0 /* width of a column, in pixels */
#define MAX_NAMES 12 /* more of them under columns cannot be read */

/* A figure drawn for several systems: the grid's rows of its columns. */
struct series {
    const struct f2f_row *row;
    const char *system;
};
struct figure {
    const char *key;
    struct series series[MAX_SERIES];
    size_t n;
};

struct sweep {
    f2f_arena *arena;
    struct f2f_grid grid;
    const struct f2f_row *x; /* the text column that is varied */
    const char **xs; /* its values in order of first appearance */
    size_t n_xs;
    bool lines; /* not columns: there are numbers in at least three places */
    const char **panels; /* all other texts of a row, joined */
    struct figure *figures;
    size_t n_figures;
};

static const char *text_of(const struct f2f_value *value) {
    return value && value->kind == F2F_VALUE_TEXT && value->text ? value->text : "";
}

static void add_series(struct sweep *s, const struct f2f_row *row) {
    const char *point = strrchr(row->key, '.');
    size_t f = 0;
    while (f < s->n_figures && strcmp(s->figures[f].key, point + 1) != 0) f++;
    if (f == s->n_figures) s->figures[s->n_figures++].key = point + 1;
    struct figure *figure = &s->figures[f];
    if (figure->n == MAX_SERIES) return;
    figure->series[figure->n++] =
        (struct series){row, f2f_arena_strndup(s->arena, row->key, (size_t)(point - row->key))};
}

static size_t index_of(const char *const *list, size_t n, const char *text) {
    size_t i = 0;
    while (i < n && strcmp(list[i], text) != 0) i++;
    return i;
}

static void find_axes(struct sweep *s) {
    size_t n = s->grid.n_columns;
    bool numbers = true;
    s->xs = f2f_arena_alloc(s->arena, n * sizeof *s->xs);
    s->panels = f2f_arena_alloc(s->arena, n * sizeof *s->panels);
    for (size_t i = 0; i < n; i++) {
        const char *x = text_of(s->x->cells[i]);
        if (index_of(s->xs, s->n_xs, x) == s->n_xs) s->xs[s->n_xs++] = x;
        numbers = numbers && isdigit((unsigned char)*x);
        s->panels[i] = "";
        for (size_t k = 0; &s->grid.rows[k] != s->x; k++) {
            const char *text = text_of(s->grid.rows[k].cells[i]);
            if (*text)
                s->panels[i] = f2f_arena_printf(s->arena, "%s%s%s", s->panels[i], *s->panels[i] ? " " : "", text);
        }
    }
    s->lines = numbers && s->n_xs > 2;
}

static struct sweep make_sweep(f2f_arena *arena, const struct f2f_record *table) {
    struct f2f_record **rows;
    size_t n = f2f_table_rows(arena, table, &rows);
    struct sweep s = {.arena = arena, .grid = f2f_grid_make(arena, rows, n)};
    s.figures = f2f_arena_alloc(arena, s.grid.n_rows * sizeof *s.figures);
    for (size_t i = 0; i < s.grid.n_rows; i++) {
        const struct f2f_row *row = &s.grid.rows[i];
        bool number = f2f_row_is_number(row, n);
        if (number && strchr(row->key, '.')) add_series(&s, row);
        else if (!number && !s.n_figures && *text_of(row->cells[0])) s.x = row;
    }
    if (s.x) find_axes(&s);
    return s;
}

/* Charts need rows that differ in what is varied alone, and no two at one place. */
static bool can_be_drawn(const struct sweep *s) {
    size_t n_panels = 0;
    if (!s->lines && s->n_xs > MAX_NAMES) return false;
    for (size_t row = 0; row < s->grid.n_columns; row++) {
        n_panels += index_of(s->panels, row, s->panels[row]) == row;
        for (size_t k = 0; k < row; k++)
            if (strcmp(s->panels[k], s->panels[row]) == 0 &&
                strcmp(text_of(s->x->cells[k]), text_of(s->x->cells[row])) == 0)
                return false;
    }
    return n_panels < s->grid.n_columns || s->grid.n_columns == 1;
}

bool f2f_html_is_sweep(f2f_arena *arena, const struct f2f_record *table) {
    struct sweep s = make_sweep(arena, table);
    return s.x && s.n_figures && can_be_drawn(&s);
}

static double number_at(const struct series *series, size_t row) {
    return series->row->cells[row] ? f2f_value_number(series->row->cells[row]) : (double)NAN;
}

static const char *tip(const struct sweep *s, const struct figure *figure, size_t k, size_t row, double value) {
    return f2f_html_escape(s->arena,
                           f2f_arena_printf(s->arena, "%s, %s: %s", figure->series[k].system, text_of(s->x->cells[row]),
                                            f2f_quantity_text_of(s->arena, figure->key, value, false)));
}

/* Does the value exist for this panel, and where? */
static bool find_point(const struct sweep *s, const char *panel, const struct series *series, size_t row, double *value,
                       size_t *x) {
    *value = number_at(series, row);
    *x = index_of(s->xs, s->n_xs, text_of(s->x->cells[row]));
    return strcmp(s->panels[row], panel) == 0 && isfinite(*value);
}

static void put_line(struct f2f_buffer *out, const struct sweep *s, const struct figure *figure, size_t k,
                     const char *panel, const struct f2f_axes *a) {
    f2f_arena *arena = out->arena;
    struct f2f_buffer path = {.arena = arena}, dots = {.arena = arena};
    bool pen = false;
    for (size_t row = 0; row < s->grid.n_columns; row++) {
        double value;
        size_t x;
        if (strcmp(s->panels[row], panel) != 0) continue;
        bool known = find_point(s, panel, &figure->series[k], row, &value, &x);
        const char *px = known ? f2f_html_px(arena, f2f_axes_x(a, x)) : "",
                   *py = known ? f2f_html_px(arena, f2f_axes_y(a, value)) : "";
        if (known) f2f_buffer_printf(&path, "%c%s %s", pen ? 'L' : 'M', px, py);
        if (known)
            f2f_buffer_printf(&dots,
                              "<circle class=\"s%zu\" cx=\"%s\" cy=\"%s\" r=\"3.5\"><title>%s</title></circle>\n", k,
                              px, py, tip(s, figure, k, row, value));
        pen = known;
    }
    f2f_buffer_printf(out, "<path class=\"line l%zu\" d=\"%s\"/>\n%s", k, f2f_buffer_str(&path), f2f_buffer_str(&dots));
}

static void put_columns(struct f2f_buffer *out, const struct sweep *s, const struct figure *figure, size_t k,
                        const char *panel, const struct f2f_axes *a) {
    f2f_arena *arena = out->arena;
    double width = fmin(0.7 * f2f_axes_step(a) / (double)figure->n, MAX_COLUMN),
           bottom = f2f_axes_y(a, fmax(a->least, 0)), value;
    for (size_t row = 0, x; row < s->grid.n_columns; row++) {
        if (!find_point(s, panel, &figure->series[k], row, &value, &x)) continue;
        double left = f2f_axes_x(a, x) + ((double)k - (double)figure->n / 2) * width, y = f2f_axes_y(a, value);
        f2f_buffer_printf(
            out,
            "<rect class=\"s%zu\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"1.5\"><title>%s</title></rect>\n",
            k, f2f_html_px(arena, left), f2f_html_px(arena, fmin(y, bottom)), f2f_html_px(arena, width - 2),
            f2f_html_px(arena, fabs(bottom - y)), tip(s, figure, k, row, value));
    }
}

static void put_panel(struct f2f_buffer *out, const struct sweep *s, const struct figure *figure, const char *panel) {
    double least = HUGE_VAL, most = -HUGE_VAL, value;
    for (size_t k = 0; k < figure->n; k++) {
        for (size_t row = 0, x; row < s->grid.n_columns; row++) {
            if (!find_point(s, panel, &figure->series[k], row, &value, &x)) continue;
            least = fmin(least, value);
            most = fmax(most, value);
        }
    }
    if (!(most > 0)) return;
    struct f2f_axes a = f2f_axes_make(s->arena, figure->key, least, most, s->xs, s->n_xs, s->lines);
    f2f_axes_open(out, &a, *panel ? panel : f2f_key_label(s->arena, figure->key), *panel);
    for (size_t k = 0; k < figure->n; k++) (s->lines ? put_line : put_columns)(out, s, figure, k, panel, &a);
    f2f_buffer_text(out, "</svg>\n");
}

static void put_figure(struct f2f_buffer *out, const struct sweep *s, const struct figure *figure) {
    const char *classes[MAX_SERIES], *names[MAX_SERIES];
    for (size_t k = 0; k < figure->n; k++) {
        classes[k] = f2f_arena_printf(s->arena, "s%zu", k);
        names[k] = figure->series[k].system;
    }
    f2f_buffer_printf(out, "<figure><figcaption>%s by %s</figcaption>\n",
                      f2f_html_escape(s->arena, f2f_key_label(s->arena, figure->key)),
                      f2f_html_escape(s->arena, s->x->key));
    f2f_html_legend(out, classes, names, figure->n);
    size_t n = 0;
    for (size_t row = 0; row < s->grid.n_columns; row++) n += index_of(s->panels, row, s->panels[row]) == row;
    f2f_buffer_printf(out, "<div class=\"panels%s\">\n", n == 4 ? " two" : "");
    for (size_t row = 0; row < s->grid.n_columns; row++)
        if (index_of(s->panels, row, s->panels[row]) == row) put_panel(out, s, figure, s->panels[row]);
    f2f_buffer_text(out, "</div></figure>\n");
}

void f2f_html_sweep(struct f2f_buffer *out, const struct f2f_record *table) {
    struct sweep s = make_sweep(out->arena, table);
    for (size_t i = 0; s.x && i < s.n_figures; i++) put_figure(out, &s, &s.figures[i]);
}
