/* text_table.c - aligned columns and wrapped paragraphs; see text.h. */
#include <stdint.h>
#include <string.h>

#include "report/text.h"

#define GAP 2
#define LEAST_COLUMN 12 /* a shortened text keeps so much */

size_t f2f_text_width(const char *text) {
    size_t width = 0;
    for (; *text; text++) width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

void f2f_text_styled(struct f2f_text *t, enum f2f_style style, const char *text) {
    static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[32m", "\033[31m"};
    bool on = t->color && style != F2F_STYLE_PLAIN;
    if (on) f2f_buffer_text(t->out, codes[style]);
    f2f_buffer_text(t->out, text);
    if (on) f2f_buffer_text(t->out, "\033[0m");
}

void f2f_text_wrap(struct f2f_text *t, size_t at, size_t indent, const char *text) {
    size_t column = at;
    bool first = true;
    for (const char *word = text; *(word += strspn(word, " \n\t"));) {
        size_t length = strcspn(word, " \n\t");
        const char *one = f2f_text_clean(t->out->arena, f2f_arena_strndup(t->out->arena, word, length));
        size_t width = f2f_text_width(one);
        if (!first && column + 1 + width > F2F_TEXT_WIDTH) {
            f2f_buffer_text(t->out, "\n");
            f2f_buffer_fill(t->out, ' ', indent);
            column = indent;
        } else if (!first) {
            f2f_buffer_text(t->out, " ");
            column++;
        }
        f2f_buffer_text(t->out, one);
        column += width;
        word += length;
        first = false;
    }
    f2f_buffer_text(t->out, "\n");
}

struct f2f_text_table f2f_text_table_new(f2f_arena *arena, size_t n_rows, size_t n_columns, size_t n_header) {
    struct f2f_text_table table = {
        .n_rows = n_rows, .n_columns = n_columns, .n_header = n_header, .dim_from = n_columns};
    table.cells = f2f_arena_alloc(arena, n_rows * n_columns * sizeof *table.cells);
    table.left = f2f_arena_alloc(arena, n_columns * sizeof *table.left);
    for (size_t i = 0; i < n_rows * n_columns; i++) table.cells[i] = "";
    return table;
}

static size_t column_width(const struct f2f_text_table *table, size_t column) {
    size_t most = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        size_t width = f2f_text_width(table->cells[i * table->n_columns + column]);
        if (width > most) most = width;
    }
    return most;
}

static size_t *column_widths(f2f_arena *arena, const struct f2f_text_table *table) {
    size_t *widths = f2f_arena_alloc(arena, table->n_columns * sizeof *widths);
    for (size_t c = 0; c < table->n_columns; c++) widths[c] = column_width(table, c);
    return widths;
}

size_t f2f_text_table_width(const struct f2f_text_table *table) {
    size_t width = 0;
    for (size_t c = 0; c < table->n_columns; c++) width += column_width(table, c) + (c ? GAP : 0);
    return width;
}

/* The first `keep` code points, the last one replaced by two points. */
static const char *shorten(f2f_arena *arena, const char *text, size_t keep) {
    const char *end = text;
    for (size_t seen = 0; *end; end++)
        if (((unsigned char)*end & 0xc0) != 0x80 && seen++ == keep - 2) break;
    return f2f_arena_printf(arena, "%.*s..", (int)(end - text), text);
}

static bool is_capped(const struct f2f_text_table *table, const size_t *widths, size_t column, size_t cap) {
    return table->left[column] && widths[column] > cap;
}

/* The width once no column on the left is wider than the cap. */
static size_t capped_width(const struct f2f_text_table *table, const size_t *widths, size_t cap) {
    size_t width = 0;
    for (size_t c = 0; c < table->n_columns; c++)
        width += (is_capped(table, widths, c, cap) ? cap : widths[c]) + (c ? GAP : 0);
    return width;
}

static void cut_column(f2f_arena *arena, struct f2f_text_table *table, size_t column, size_t keep) {
    for (size_t i = 0; i < table->n_rows; i++) {
        const char **cell = &table->cells[i * table->n_columns + column];
        if (f2f_text_width(*cell) > keep) *cell = shorten(arena, *cell, keep);
    }
}

/* All wide columns get the same width, the highest that fits; what is left over then, less than one for each, goes to
 * the last of them. No column is cut shorter than another one stays. */
bool f2f_text_table_fit(f2f_arena *arena, struct f2f_text_table *table, size_t width) {
    size_t *widths = column_widths(arena, table), cap = LEAST_COLUMN, more;
    if (capped_width(table, widths, SIZE_MAX) <= width || capped_width(table, widths, cap) > width) return false;
    while (capped_width(table, widths, cap + 1) <= width) cap++;
    more = width - capped_width(table, widths, cap);
    for (size_t c = table->n_columns; c-- > 0;) {
        if (!is_capped(table, widths, c, cap)) continue;
        size_t keep = cap + (more > 0);
        if (more) more--;
        if (widths[c] > keep) cut_column(arena, table, c, keep);
    }
    return true;
}

static void put_cell(struct f2f_text *t, const struct f2f_text_table *table, size_t row, size_t column, size_t width) {
    const char *text = table->cells[row * table->n_columns + column];
    size_t pad = width - f2f_text_width(text);
    bool header = row < table->n_header, left = table->left[column];
    if (!left) f2f_buffer_fill(t->out, ' ', pad);
    f2f_text_styled(t, header ? F2F_STYLE_BOLD : column >= table->dim_from ? F2F_STYLE_DIM : F2F_STYLE_PLAIN, text);
    if (left) f2f_buffer_fill(t->out, ' ', pad);
}

static void trim_line(struct f2f_buffer *out) {
    while (out->length && out->data[out->length - 1] == ' ') out->data[--out->length] = '\0';
}

/* Columns that name a row and stand before each band: all on the left before the first figure if they leave half of the
 * width, else the first. */
static size_t count_names(const struct f2f_text_table *table, const size_t *widths, size_t width) {
    size_t n = 0, used = 0;
    for (; n < table->n_columns && table->left[n]; n++) used += widths[n] + GAP;
    return n > 1 && used <= width / 2 ? n : 1;
}

static size_t names_width(const size_t *widths, size_t names) {
    size_t width = 0;
    for (size_t c = 0; c < names; c++) width += widths[c] + (c ? GAP : 0);
    return width;
}

/* Where the band of columns that begins at `from` ends: as many as fit beside the names, and no group of figures with
 * its ratio taken apart if one fits. */
static size_t band_end(const struct f2f_text_table *table, const size_t *widths, size_t names, size_t from,
                       size_t width) {
    size_t end = from, used = from ? names_width(widths, names) : 0, whole = 0;
    for (; end < table->n_columns; end++) {
        used += widths[end] + (end ? GAP : 0);
        if (used > width && end > from) break;
        const char *name = table->n_header ? table->cells[(table->n_header - 1) * table->n_columns + end] : "";
        if (strcmp(name, "ratio") == 0) whole = end + 1;
    }
    return end < table->n_columns && whole ? whole : end;
}

static void put_cells(struct f2f_text *t, const struct f2f_text_table *table, const size_t *widths, size_t row,
                      size_t from, size_t end) {
    for (size_t c = from; c < end; c++) {
        if (c) f2f_buffer_fill(t->out, ' ', GAP);
        put_cell(t, table, row, c, widths[c]);
    }
}

static void put_row(struct f2f_text *t, const struct f2f_text_table *table, const size_t *widths, size_t names,
                    size_t row, size_t from, size_t end) {
    if (from) put_cells(t, table, widths, row, 0, names);
    put_cells(t, table, widths, row, from, end);
    trim_line(t->out);
    f2f_buffer_text(t->out, "\n");
}

/* Bands can be read side by side on one page of a terminal only: longer tables stay as wide as they are. */
enum { PAGE_ROWS = 24 };

void f2f_text_table_put(struct f2f_text *t, const struct f2f_text_table *table, size_t indent) {
    size_t width = table->n_rows <= PAGE_ROWS ? F2F_TEXT_WIDTH - indent : SIZE_MAX;
    const size_t *widths = column_widths(t->out->arena, table);
    size_t names = count_names(table, widths, width);
    for (size_t from = 0, end; from < table->n_columns; from = end) {
        end = band_end(table, widths, names, from, width);
        if (from) f2f_buffer_text(t->out, "\n");
        for (size_t i = 0; i < table->n_rows; i++) {
            f2f_buffer_fill(t->out, ' ', indent);
            put_row(t, table, widths, names, i, from, end);
        }
    }
}
