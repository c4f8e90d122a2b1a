/* text.c - results as tables for a terminal.
 *
 * Results of one job stand side by side, a column per system and the ratio of the last to the first;
 * others with equal keys make a table with a line each; one alone is a list. */
#include <string.h>

#include "report/grid.h"
#include "report/text.h"

#define LONG_TEXT 26 /* longer texts stand below the table */

static const char *cell(f2f_arena *arena, const char *text) { return f2f_text_clean(arena, text); }

static bool is_long(const struct f2f_row *row, const char *const *texts, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (row->cells[i] && row->cells[i]->kind == F2F_VALUE_TEXT && f2f_text_width(texts[i]) > LONG_TEXT) return true;
    return false;
}

/* Names of the group stand in its heading. */
static bool is_head(const struct f2f_group *group, const struct f2f_row *row) {
    return group->job && (strcmp(row->path, "system") == 0 || strcmp(row->path, "job") == 0);
}

/* "why (hbm3-8h): needs ..." under the table, for each system that has it. */
static void put_long(struct f2f_text *t, const struct f2f_group *group, const struct f2f_row *row,
                     const char *const *texts) {
    for (size_t i = 0; i < group->n; i++) {
        if (!*texts[i]) continue;
        const char *system = f2f_record_word(group->records[i], "system");
        const char *name = group->job ? f2f_arena_printf(t->out->arena, " (%s)", system) : "";
        f2f_buffer_text(t->out, "  ");
        f2f_text_wrap(t, 2, 4, f2f_arena_printf(t->out->arena, "%s%s: %s", row->path, name, texts[i]));
    }
}

/* The line under a figure of several records: what its p10 and p90 span in each. */
static bool put_ranges(const char **line, f2f_arena *arena, const struct f2f_grid *grid, const char ***texts,
                       const struct f2f_row *row, size_t n) {
    int low = f2f_row_quantile(grid, row, F2F_P10_COLUMN), high = f2f_row_quantile(grid, row, F2F_P90_COLUMN);
    if (low < 0 || high < 0) return false;
    line[0] = f2f_arena_printf(arena, "%*sp10 to p90", 2 * row->depth + 2, "");
    for (size_t c = 0; c < n; c++) line[1 + c] = cell(arena, f2f_range_text(arena, texts[low][c], texts[high][c]));
    return true;
}

/* Keys down, records across. */
static void put_columns(struct f2f_text *t, const struct f2f_group *group, bool help) {
    f2f_arena *arena = t->out->arena;
    struct f2f_grid grid = f2f_grid_make(arena, group->records, group->n);
    bool quantiles = f2f_grid_has_quantiles(&grid);
    size_t n = group->n, ratio = 1 + n, beside = 0, shown[F2F_QUANTILES];
    for (size_t q = 0; n == 1 && q < F2F_QUANTILES; q++)
        if (f2f_grid_has_quantile(&grid, q)) shown[beside++] = q;
    size_t columns = 1 + n + beside + (n > 1) + help, header = group->job != NULL || beside, at = header;
    struct f2f_text_table table = f2f_text_table_new(arena, grid.n_rows + header, columns, header);
    const char ***texts = f2f_arena_alloc(arena, grid.n_rows * sizeof *texts);
    table.left[0] = true;
    if (help) table.left[columns - 1] = true;
    if (help) table.dim_from = columns - 1;
    for (size_t c = 0; group->job && c < n; c++)
        table.cells[1 + c] = cell(arena, f2f_record_word(group->records[c], "system"));
    if (header && n > 1) table.cells[ratio] = n > 2 ? "last/first" : "ratio";
    if (beside) table.cells[1] = "as given";
    for (size_t q = 0; q < beside; q++) table.cells[2 + q] = f2f_quantiles[shown[q]];
    for (size_t i = 0; i < grid.n_rows; i++) texts[i] = f2f_row_texts(arena, &grid.rows[i], n, true);
    for (size_t i = 0; i < grid.n_rows; i++) {
        const struct f2f_row *row = &grid.rows[i];
        if (is_head(group, row) || is_long(row, texts[i], n) || f2f_row_is_empty(row, texts[i], n)) continue;
        if (quantiles && f2f_row_is_quantile(&grid, row)) continue;
        const char **line = &table.cells[at++ * columns];
        line[0] = f2f_arena_printf(arena, "%*s%s", 2 * row->depth, "", cell(arena, row->key));
        for (size_t c = 0; c < n; c++) line[1 + c] = cell(arena, texts[i][c]);
        for (size_t q = 0; q < beside; q++) {
            int there = f2f_row_quantile(&grid, row, shown[q]);
            if (there >= 0) line[2 + q] = cell(arena, texts[there][0]);
        }
        if (n > 1) line[ratio] = f2f_row_ratio(arena, row, n, true);
        if (help && row->help) line[columns - 1] = cell(arena, row->help);
        if (quantiles && n > 1) at += put_ranges(&table.cells[at * columns], arena, &grid, texts, row, n);
    }
    table.n_rows = at;
    f2f_text_table_put(t, &table, 2);
    for (size_t i = 0; i < grid.n_rows; i++)
        if (!is_head(group, &grid.rows[i]) && is_long(&grid.rows[i], texts[i], n))
            put_long(t, group, &grid.rows[i], texts[i]);
}

static bool is_constant(const char *const *texts, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (strcmp(texts[0], texts[i]) != 0) return false;
    return true;
}

struct column {
    const struct f2f_row *row;
    const char **texts;
};

/* Columns of the table that records make; with `hoist`, those that are the same in each are told before it. */
static size_t pick_columns(struct f2f_text *t, const struct f2f_grid *grid, bool hoist, struct column *columns) {
    size_t n = 0;
    for (size_t i = 0; i < grid->n_rows; i++) {
        const struct f2f_row *row = &grid->rows[i];
        if (row->heading) continue;
        const char **texts = f2f_row_texts(t->out->arena, row, grid->n_columns, true);
        if (hoist && is_constant(texts, grid->n_columns)) {
            f2f_buffer_text(t->out, "  ");
            f2f_text_wrap(t, 2, 4, f2f_arena_printf(t->out->arena, "%s: %s", row->path, texts[0]));
        } else columns[n++] = (struct column){row, texts};
    }
    return n;
}

/* The header has two lines: "hbm3-8h.users_fit" and "users_fit_ratio" are split. */
static void put_column_head(f2f_arena *arena, const char *path, const char **upper, const char **lower) {
    const char *point = strrchr(path, '.'), *ratio = strstr(path, "_ratio");
    const char *at = point ? point : ratio && !ratio[sizeof "_ratio" - 1] ? ratio : NULL;
    *upper = at ? cell(arena, f2f_arena_strndup(arena, path, (size_t)(at - path))) : "";
    *lower = cell(arena, at ? at + 1 : path);
}

static struct f2f_text_table make_lines(struct f2f_text *t, const struct f2f_grid *grid, bool hoist) {
    f2f_arena *arena = t->out->arena;
    struct column *columns = f2f_arena_alloc(arena, grid->n_rows * sizeof *columns);
    size_t n = pick_columns(t, grid, hoist, columns);
    struct f2f_text_table table = f2f_text_table_new(arena, grid->n_columns + 2, n, 2);
    for (size_t c = 0; c < n; c++) {
        put_column_head(arena, columns[c].row->path, &table.cells[c], &table.cells[n + c]);
        for (size_t r = 0; r < grid->n_columns; r++) table.cells[(2 + r) * n + c] = cell(arena, columns[c].texts[r]);
        table.left[c] = !f2f_row_is_number(columns[c].row, grid->n_columns);
    }
    return table;
}

static bool has_upper_header(const struct f2f_text_table *table) {
    for (size_t c = 0; c < table->n_columns; c++)
        if (*table->cells[c]) return true;
    return false;
}

/* Records down, keys across. */
static void put_lines(struct f2f_text *t, struct f2f_record *const *records, size_t n) {
    struct f2f_grid grid = f2f_grid_make(t->out->arena, records, n);
    struct f2f_text_table table = make_lines(t, &grid, false);
    if (f2f_text_table_width(&table) > F2F_TEXT_WIDTH - 2 && n > 1) table = make_lines(t, &grid, true);
    if (!has_upper_header(&table)) {
        table.cells += table.n_columns;
        table.n_rows--;
        table.n_header--;
    }
    bool cut = f2f_text_table_fit(t->out->arena, &table, F2F_TEXT_WIDTH - 2);
    f2f_text_table_put(t, &table, 2);
    if (cut) f2f_text_styled(t, F2F_STYLE_DIM, "  (.. is cut here: --csv and --json have the whole text)\n");
}

static void put_heading(struct f2f_text *t, const char *text) {
    if (t->out->length) f2f_buffer_text(t->out, "\n");
    f2f_text_styled(t, F2F_STYLE_BOLD, f2f_text_clean(t->out->arena, text));
    f2f_buffer_text(t->out, "\n");
}

static void put_group(struct f2f_text *t, const struct f2f_group *group, const struct f2f_report_options *options) {
    const char *title = group->job ? group->job : group->n == 1 ? group->records[0]->title : NULL;
    if (title) put_heading(t, title);
    else if (t->out->length) f2f_buffer_text(t->out, "\n");
    if (group->job || group->n == 1) put_columns(t, group, options->help);
    else put_lines(t, group->records, group->n);
    if (options->explain) f2f_text_shares(t, group->records, group->n);
}

static void put_table(struct f2f_text *t, const struct f2f_record *table) {
    struct f2f_record **rows;
    size_t n = f2f_table_rows(t->out->arena, table, &rows);
    put_heading(t, table->title ? table->title : "Table");
    for (size_t i = 0; i < table->n_values; i++) {
        if (table->values[i].kind != F2F_VALUE_TEXT || !table->values[i].text) continue;
        f2f_buffer_text(t->out, "  ");
        f2f_text_wrap(t, 2, 2, table->values[i].text);
    }
    put_lines(t, rows, n);
}

static void put_notes(struct f2f_text *t, const struct f2f_results *results) {
    if (!results->n_notes) return;
    put_heading(t, "Notes");
    for (size_t i = 0; i < results->n_notes; i++) {
        f2f_buffer_text(t->out, "  - ");
        f2f_text_wrap(t, 4, 4, results->notes[i]);
    }
}

void f2f_report_text(struct f2f_buffer *out, const struct f2f_results *results,
                     const struct f2f_report_options *options) {
    struct f2f_text t = {.out = out, .color = options->color};
    if (results->title && !options->quiet) put_heading(&t, results->title);
    if (results->question && !options->quiet) f2f_text_wrap(&t, 0, 0, results->question);
    struct f2f_groups groups = f2f_groups_make(out->arena, results);
    for (size_t i = 0; i < groups.n; i++) put_group(&t, &groups.items[i], options);
    for (size_t i = 0; i < results->n_tables; i++) put_table(&t, results->tables[i]);
    f2f_text_claims(&t, results);
    if (!options->quiet) put_notes(&t, results);
}
