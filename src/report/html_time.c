/* html_time.c - bars of where the time goes, coloured by what bounds it, and the money; and the same as a table. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/quantity.h"
#include "report/shares.h"

#define SMALL_FRAC 0.005
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
    const char *bound, *css, *legend;
} bounds[] = {{"compute", "compute", "bound by compute"},
              {"memory", "memory", "bound by memory"},
              {"network", "network", "bound by network"},
              {"latency", "latency", "bound by latency"},
              {NULL, "other", "waiting and other"}};

static size_t bound_of(const char *bound) {
    size_t i = 0;
    while (bounds[i].bound && (!bound || strcmp(bound, bounds[i].bound) != 0)) i++;
    return i;
}

static void put_legend(struct f2f_buffer *out, const struct f2f_share_table *shares) {
    const char *classes[COUNT(bounds)], *names[COUNT(bounds)];
    size_t n = 0;
    for (size_t b = 0; b < COUNT(bounds); b++) {
        bool used = false;
        for (size_t i = 0; i < shares->n_lines; i++)
            used = used || (shares->lines[i].leaf && bound_of(shares->lines[i].bound) == b);
        if (!used) continue;
        classes[n] = bounds[b].css;
        names[n++] = bounds[b].legend;
    }
    f2f_html_legend(out, classes, names, n);
}

static const char *part_text(f2f_arena *arena, const struct f2f_share_table *shares, const struct f2f_share_line *line,
                             size_t i) {
    return f2f_arena_printf(
        arena, "%s (%s)", f2f_quantity_text_of(arena, shares->unit, line->amounts[i], false),
        f2f_quantity_text_of(arena, "frac", f2f_share_frac(line->amounts[i], shares->wholes[i]), false));
}

/* The leaves of the tree as parts; the nodes under the root that have leaves as spans over them. */
static struct f2f_bar make_bar(f2f_arena *arena, const struct f2f_share_table *shares, struct f2f_record *r,
                               size_t column) {
    struct f2f_bar_part *parts = f2f_arena_alloc(arena, shares->n_lines * sizeof *parts);
    struct f2f_bar_span *spans = f2f_arena_alloc(arena, shares->n_lines * sizeof *spans);
    struct f2f_bar bar = {.name = f2f_record_name(r), .parts = parts, .spans = spans, .limit = (double)NAN};
    bar.total = f2f_quantity_text_of(arena, shares->unit, shares->wholes[column], false);
    for (size_t i = 0; i < shares->n_lines; i++) {
        const struct f2f_share_line *line = &shares->lines[i];
        const char *text = part_text(arena, shares, line, column);
        if (line->leaf) {
            const char *tip = f2f_arena_printf(arena, "%s: %s%s%s", line->name, text, line->bound ? ", " : "",
                                               line->bound ? line->bound : "");
            parts[bar.n_parts++] =
                (struct f2f_bar_part){line->name, bounds[bound_of(line->bound)].css, tip, line->amounts[column]};
        }
        if (!line->leaf && line->depth == 1)
            spans[bar.n_spans++] = (struct f2f_bar_span){line->name, text, bar.n_parts, 0};
        if (bar.n_spans && line->depth > 1) spans[bar.n_spans - 1].last = bar.n_parts;
    }
    return bar;
}

static void put_table(struct f2f_buffer *out, const struct f2f_group *group, const struct f2f_share_table *shares) {
    f2f_arena *arena = out->arena;
    f2f_buffer_text(out, "<details><summary>As a table</summary>\n<div class=\"wide\"><table "
                         "class=\"tree\"><thead><tr><th scope=\"col\">part</th>"
                         "<th scope=\"col\" class=\"text\">bound</th>");
    for (size_t c = 0; c < group->n; c++)
        f2f_buffer_printf(out, "<th scope=\"col\" colspan=\"2\">%s</th>",
                          f2f_html_escape(arena, f2f_record_name(group->records[c])));
    f2f_buffer_text(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < shares->n_lines; i++) {
        const struct f2f_share_line *line = &shares->lines[i];
        struct f2f_scale scale = f2f_scale_find(shares->unit, line->amounts, group->n, false);
        f2f_buffer_printf(
            out, "<tr><th scope=\"row\" style=\"padding-left:%dem\">%s</th><td class=\"text soft\">%s</td>",
            line->depth, f2f_html_escape(arena, line->name), line->bound ? f2f_html_escape(arena, line->bound) : "");
        for (size_t c = 0; c < group->n; c++) {
            char part[F2F_NUMBER_MAX];
            f2f_number_fixed(part, 100 * f2f_share_frac(line->amounts[c], shares->wholes[c]), 1);
            f2f_buffer_printf(out, "<td>%s</td><td class=\"soft\">%s%%</td>",
                              f2f_scale_text(arena, &scale, line->amounts[c]), part);
        }
        f2f_buffer_text(out, "</tr>\n");
    }
    f2f_buffer_text(out, "</tbody></table></div></details>\n");
}

static const char *title_of(const char *unit) {
    if (strcmp(unit, "s") == 0) return "Where the time goes";
    if (strcmp(unit, "J") == 0) return "Where the energy goes";
    return strcmp(unit, "usd") == 0 ? "Where the money goes" : "Where it goes";
}

static void put_tree(struct f2f_buffer *out, const struct f2f_group *group, const char *key) {
    f2f_arena *arena = out->arena;
    struct f2f_share_table shares = f2f_share_table_make(arena, group->records, group->n, key, SMALL_FRAC);
    struct f2f_bar *bars = f2f_arena_alloc(arena, group->n * sizeof *bars);
    double full = 0;
    size_t n = 0;
    for (size_t i = 0; i < group->n; i++) {
        if (!(shares.wholes[i] > 0)) continue;
        bars[n++] = make_bar(arena, &shares, group->records[i], i);
        full = fmax(full, shares.wholes[i]);
    }
    if (!n) return;
    bool time = strcmp(shares.unit, "s") == 0;
    const char *title = title_of(shares.unit);
    f2f_buffer_printf(out, "<figure><figcaption>%s: %s</figcaption>\n", title,
                      f2f_html_escape(arena, shares.lines[0].name));
    if (time) put_legend(out, &shares); /* money and joules are not bound by anything */
    f2f_html_bars(out, title, bars, n, full);
    put_table(out, group, &shares);
    f2f_buffer_text(out, "</figure>\n");
}

void f2f_html_time(struct f2f_buffer *out, const struct f2f_group *group) {
    const char **keys;
    size_t trees = f2f_share_keys(&keys, out->arena, group->records, group->n);
    for (size_t i = 0; i < trees; i++) put_tree(out, group, keys[i]);
}
