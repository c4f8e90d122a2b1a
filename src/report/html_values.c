/* html_values.c - every value as computed, with its meaning; see html.h. */
#include <math.h>

#include "report/html.h"

static void put_exact(struct f2f_buffer *out, const struct f2f_value *value) {
    char number[F2F_NUMBER_MAX];
    if (!value || value->kind == F2F_VALUE_RECORD) return;
    if (value->kind == F2F_VALUE_INT) f2f_buffer_printf(out, "%lld", value->integer);
    else if (value->kind == F2F_VALUE_BOOL) f2f_buffer_text(out, value->integer ? "true" : "false");
    else if (value->kind == F2F_VALUE_TEXT)
        f2f_buffer_text(out, value->text ? f2f_html_escape(out->arena, value->text) : "");
    else f2f_buffer_text(out, isfinite(value->number) ? f2f_number_exact(number, value->number) : "not known");
}

static void put_row(struct f2f_buffer *out, const struct f2f_row *row, size_t n) {
    f2f_arena *arena = out->arena;
    f2f_buffer_printf(out, "<tr%s><th scope=\"row\"><code>%s</code></th>", row->heading ? " class=\"heading\"" : "",
                      f2f_html_escape(arena, row->path));
    for (size_t c = 0; c < n; c++) {
        const char *text = row->cells[c] && row->cells[c]->kind == F2F_VALUE_TEXT ? row->cells[c]->text : NULL;
        if (text) f2f_buffer_printf(out, "<td class=\"%s\">", f2f_html_text_class(text));
        else f2f_buffer_text(out, "<td>");
        put_exact(out, row->cells[c]);
        f2f_buffer_text(out, "</td>");
    }
    f2f_buffer_printf(out, "<td class=\"text long soft\">%s</td></tr>\n",
                      row->help ? f2f_html_escape(arena, row->help) : "");
}

void f2f_html_values(struct f2f_buffer *out, const struct f2f_group *group) {
    struct f2f_grid grid = f2f_grid_make(out->arena, group->records, group->n);
    f2f_buffer_text(out, "<div class=\"wide\"><table class=\"exact\"><thead><tr><th scope=\"col\">key</th>");
    for (size_t i = 0; i < group->n; i++)
        f2f_buffer_printf(out, "<th scope=\"col\">%s</th>",
                          f2f_html_escape(out->arena, f2f_record_name(group->records[i])));
    f2f_buffer_text(out, "<th scope=\"col\" class=\"text\">meaning</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < grid.n_rows; i++) put_row(out, &grid.rows[i], group->n);
    f2f_buffer_text(out, "</tbody></table></div>\n");
}
