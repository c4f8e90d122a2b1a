/* html_memory.c - bars of what fills a chip's memory, against what it has; see html.h. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/quantity.h"

#define FREE "free_B" /* what is left of the capacity; negative: what is missing */
#define N_COLORS 6

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool is_sum(const char *key) { return strcmp(key, "total_B") == 0 || strcmp(key, "capacity_B") == 0; }

bool f2f_html_is_memory(const struct f2f_grid *grid, size_t heading) {
    size_t n = 0;
    for (size_t i = heading + 1; i < grid->n_rows && grid->rows[i].depth > grid->rows[heading].depth; i++, n++)
        if (!ends_with(grid->rows[i].key, "_B") || !f2f_row_is_number(&grid->rows[i], grid->n_columns)) return false;
    return grid->rows[heading].heading && n > 1;
}

/* Colours go by the order of the keys, so that they are the same for each system. */
static const char *color(f2f_arena *arena, size_t part) { return f2f_arena_printf(arena, "c%zu", part % N_COLORS); }

static const char *show(f2f_arena *arena, double amount_B) { return f2f_quantity_text_of(arena, "B", amount_B, false); }

static struct f2f_bar make_bar(f2f_arena *arena, const struct f2f_grid *grid, size_t heading, struct f2f_record *r,
                               size_t column, double *end_B) {
    struct f2f_bar_part *parts = f2f_arena_alloc(arena, grid->n_rows * sizeof *parts);
    struct f2f_bar bar = {.name = f2f_record_name(r), .parts = parts, .limit = (double)NAN};
    double used_B = 0, free_B = (double)NAN;
    for (size_t i = heading + 1; i < grid->n_rows && grid->rows[i].depth > grid->rows[heading].depth; i++) {
        const struct f2f_value *value = grid->rows[i].cells[column];
        double amount_B = value ? f2f_value_number(value) : 0;
        const char *name = f2f_key_label(arena, grid->rows[i].key);
        const char *tip = f2f_arena_printf(arena, "%s: %s", name, show(arena, amount_B));
        bool is_free = strcmp(grid->rows[i].key, FREE) == 0;
        if (is_free) free_B = amount_B;
        if (is_sum(grid->rows[i].key) || !(amount_B > 0)) continue;
        if (!is_free) used_B += amount_B;
        parts[bar.n_parts++] =
            (struct f2f_bar_part){name, is_free ? "free" : color(arena, i - heading - 1), tip, amount_B};
    }
    bar.limit = used_B + free_B;
    *end_B = isfinite(free_B) ? fmax(used_B, bar.limit) : used_B;
    bar.total = isfinite(free_B) ? f2f_arena_printf(arena, "%s of %s", show(arena, used_B), show(arena, bar.limit))
                                 : show(arena, used_B);
    return bar;
}

static void put_legend(struct f2f_buffer *out, const struct f2f_grid *grid, size_t heading) {
    const char **classes = f2f_arena_alloc(out->arena, grid->n_rows * sizeof *classes);
    const char **names = f2f_arena_alloc(out->arena, grid->n_rows * sizeof *names);
    size_t n = 0;
    for (size_t i = heading + 1; i < grid->n_rows && grid->rows[i].depth > grid->rows[heading].depth; i++) {
        if (is_sum(grid->rows[i].key)) continue;
        classes[n] = strcmp(grid->rows[i].key, FREE) == 0 ? "free" : color(out->arena, i - heading - 1);
        names[n++] = f2f_key_label(out->arena, grid->rows[i].key);
    }
    f2f_html_legend(out, classes, names, n);
}

void f2f_html_memory(struct f2f_buffer *out, const struct f2f_group *group, const struct f2f_grid *grid,
                     size_t heading) {
    struct f2f_bar *bars = f2f_arena_alloc(out->arena, group->n * sizeof *bars);
    double full_B = 0, end_B;
    size_t n = 0;
    for (size_t i = 0; i < group->n; i++) {
        if (!grid->rows[heading].cells[i]) continue;
        bars[n++] = make_bar(out->arena, grid, heading, group->records[i], i, &end_B);
        full_B = fmax(full_B, end_B);
    }
    if (!(full_B > 0)) return;
    f2f_buffer_text(out, "<figure><figcaption>What fills the memory of a chip</figcaption>\n");
    put_legend(out, grid, heading);
    f2f_html_bars(out, "What fills the memory of a chip", bars, n, full_B);
    f2f_buffer_text(out, "</figure>\n");
}
