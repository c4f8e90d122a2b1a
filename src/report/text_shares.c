/* text_shares.c - the tree of where the time goes, systems side by side; see text.h. */
#include <math.h>

#include "report/grid.h"
#include "report/quantity.h"
#include "report/shares.h"
#include "report/text.h"

#define BAR 32
#define SMALL_FRAC 0.005 /* of the whole: smaller parts are only counted */

static const char *bar(f2f_arena *arena, double frac) {
    struct f2f_buffer out = {.arena = arena};
    f2f_buffer_fill(&out, '#', (size_t)lround(frac * BAR));
    return f2f_buffer_str(&out);
}

/* Name, bound, then amount and part of each record; one record alone has bars. */
static void fill_line(f2f_arena *arena, const char **cells, const struct f2f_share_table *shares,
                      const struct f2f_share_line *line) {
    struct f2f_scale scale = f2f_scale_find(shares->unit, line->amounts, shares->n_columns, true);
    *cells++ = f2f_arena_printf(arena, "%*s%s", 2 * line->depth, "", f2f_text_clean(arena, line->name));
    *cells++ = line->bound ? f2f_text_clean(arena, line->bound) : "";
    for (size_t i = 0; i < shares->n_columns; i++) {
        double frac = f2f_share_frac(line->amounts[i], shares->wholes[i]);
        *cells++ = f2f_scale_text(arena, &scale, line->amounts[i]);
        char percent[F2F_NUMBER_MAX];
        *cells++ = f2f_arena_printf(arena, "%s%%", f2f_number_fixed(percent, 100 * frac, 1));
        if (shares->n_columns == 1) *cells = bar(arena, frac);
    }
}

static void put_tree(struct f2f_text *t, struct f2f_record *const *records, size_t n, const char *key) {
    f2f_arena *arena = t->out->arena;
    struct f2f_share_table shares = f2f_share_table_make(arena, records, n, key, SMALL_FRAC);
    if (!shares.n_lines) return;
    size_t columns = 2 + 2 * n + (n == 1), header = n > 1;
    struct f2f_text_table table = f2f_text_table_new(arena, shares.n_lines + header, columns, header);
    table.left[0] = table.left[1] = true;
    if (n == 1) table.left[columns - 1] = true;
    if (n == 1) table.dim_from = columns - 1;
    for (size_t i = 0; header && i < n; i++)
        table.cells[2 + 2 * i] = f2f_text_clean(arena, f2f_record_name(records[i]));
    for (size_t i = 0; i < shares.n_lines; i++)
        fill_line(arena, &table.cells[(i + header) * columns], &shares, &shares.lines[i]);
    f2f_buffer_text(t->out, "\n  ");
    f2f_text_styled(t, F2F_STYLE_BOLD, "where it goes");
    f2f_buffer_text(t->out, "\n");
    f2f_text_table_put(t, &table, 4);
}

void f2f_text_shares(struct f2f_text *t, struct f2f_record *const *records, size_t n) {
    const char **keys;
    size_t trees = f2f_share_keys(&keys, t->out->arena, records, n);
    for (size_t i = 0; i < trees; i++) put_tree(t, records, n, keys[i]);
}
