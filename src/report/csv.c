/* csv.c - results as CSV after RFC 4180: a header line, then a line per result, CRLF at their ends.
 *
 * Left out: claims, tables, notes and the tree; they are in the JSON. */
#include <math.h>
#include <string.h>

#include "report/grid.h"
#include "report/report.h"

/* A text that a spreadsheet would run as a formula gets a ' in front (OWASP, "CSV injection"). */
static void put_text(struct f2f_buffer *out, const char *text) {
    bool formula = *text && strchr("=+-@\t\r", *text);
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (quoted) f2f_buffer_text(out, "\"");
    if (formula) f2f_buffer_text(out, "'");
    for (const char *c = text; *c; c++) f2f_buffer_bytes(out, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    if (quoted) f2f_buffer_text(out, "\"");
}

static void put_cell(struct f2f_buffer *out, const struct f2f_value *value) {
    char text[F2F_NUMBER_MAX];
    if (!value) return;
    switch (value->kind) {
    case F2F_VALUE_NUMBER:
        if (isfinite(value->number)) f2f_buffer_text(out, f2f_number_exact(text, value->number));
        break;
    case F2F_VALUE_INT: f2f_buffer_printf(out, "%lld", value->integer); break;
    case F2F_VALUE_BOOL: f2f_buffer_text(out, value->integer ? "true" : "false"); break;
    case F2F_VALUE_TEXT:
        if (value->text) put_text(out, value->text);
        break;
    case F2F_VALUE_RECORD: break; /* its own keys are columns */
    }
}

/* Column of the grid's row i, or of the header (record = n_columns). */
static void put_line(struct f2f_buffer *out, const struct f2f_grid *grid, size_t record) {
    bool first = true;
    for (size_t i = 0; i < grid->n_rows; i++) {
        const struct f2f_row *row = &grid->rows[i];
        if (row->heading) continue;
        if (!first) f2f_buffer_text(out, ",");
        first = false;
        if (record == grid->n_columns) put_text(out, row->path);
        else put_cell(out, row->cells[record]);
    }
    f2f_buffer_text(out, "\r\n");
}

void f2f_report_csv(struct f2f_buffer *out, const struct f2f_results *results,
                    const struct f2f_report_options *options) {
    (void)options;
    struct f2f_grid grid = f2f_grid_make(out->arena, results->items, results->n_items);
    put_line(out, &grid, grid.n_columns);
    for (size_t i = 0; i < results->n_items; i++) put_line(out, &grid, i);
}
