/* html_lines.c - records down, keys across; see html.h. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/quantity.h"

/* What stands over a column: the system of "hbm3-8h.users_fit", "ratio" of "users_fit_ratio". */
struct head {
    const char *group, *own;
};

static struct head column_head(f2f_arena *arena, const char *path) {
    const char *point = strrchr(path, '.');
    size_t length = strlen(path), tail = strlen("_ratio");
    const char *group = point ? f2f_arena_strndup(arena, path, (size_t)(point - path)) : "";
    if (point || length <= tail || strcmp(path + length - tail, "_ratio") != 0)
        return (struct head){group, f2f_key_label(arena, path)};
    return (struct head){"ratio", f2f_key_label(arena, f2f_arena_strndup(arena, path, length - tail))};
}

static void put_heads(struct f2f_buffer *out, const struct head *heads, const bool *text, size_t n) {
    bool grouped = false;
    for (size_t c = 0; c < n; c++) grouped = grouped || *heads[c].group;
    f2f_buffer_text(out, "<thead>");
    if (grouped) f2f_buffer_text(out, "<tr class=\"groups\">");
    for (size_t c = 0, end; grouped && c < n; c = end) {
        for (end = c + 1; end < n && strcmp(heads[c].group, heads[end].group) == 0;) end++;
        f2f_buffer_printf(out, "<th scope=\"colgroup\" colspan=\"%zu\"%s>%s</th>", end - c,
                          *heads[c].group ? "" : " class=\"none\"", f2f_html_escape(out->arena, heads[c].group));
    }
    f2f_buffer_text(out, grouped ? "</tr>\n<tr>" : "<tr>");
    for (size_t c = 0; c < n; c++)
        f2f_buffer_printf(out, "<th scope=\"col\"%s>%s</th>", text[c] ? " class=\"text\"" : "",
                          f2f_html_escape(out->arena, heads[c].own));
    f2f_buffer_text(out, "</tr></thead>\n");
}

void f2f_html_lines(struct f2f_buffer *out, struct f2f_record *const *records, size_t n) {
    f2f_arena *arena = out->arena;
    struct f2f_grid grid = f2f_grid_make(arena, records, n);
    struct head *heads = f2f_arena_alloc(arena, grid.n_rows * sizeof *heads);
    bool *text = f2f_arena_alloc(arena, grid.n_rows * sizeof *text);
    const char ***cells = f2f_arena_alloc(arena, grid.n_rows * sizeof *cells);
    size_t columns = 0;
    for (size_t i = 0; i < grid.n_rows; i++) {
        if (grid.rows[i].heading) continue;
        heads[columns] = column_head(arena, grid.rows[i].path);
        text[columns] = !f2f_row_is_number(&grid.rows[i], n);
        cells[columns++] = f2f_row_texts(arena, &grid.rows[i], n, false);
    }
    f2f_buffer_text(out, "<div class=\"wide\"><table>");
    put_heads(out, heads, text, columns);
    f2f_buffer_text(out, "<tbody>\n");
    for (size_t r = 0; r < n; r++) {
        f2f_buffer_text(out, "<tr>");
        for (size_t c = 0; c < columns; c++)
            f2f_buffer_printf(out, "<td class=\"%s\">%s</td>", text[c] ? f2f_html_text_class(cells[c][r]) : "number",
                              f2f_html_escape(arena, cells[c][r]));
        f2f_buffer_text(out, "</tr>\n");
    }
    f2f_buffer_text(out, "</tbody></table></div>\n");
}
