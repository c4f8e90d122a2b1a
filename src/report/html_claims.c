/* html_claims.c - a card per claim: verdict, figures, a scale with the tolerance, conditions. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/quantity.h"

#define WIDTH 360.0
#define EDGE 8.0 /* left and right of the scale */
#define MIDDLE 14.0 /* height of its line */
#define FEW 4 /* so many conditions stand open */

static const char *ratio(f2f_arena *arena, double value) { return f2f_quantity_text_of(arena, "ratio", value, false); }

struct figures {
    double expected, predicted, low, high, from, to; /* low..high: within the tolerance; from..to: over the sweep */
    double least, most; /* ends of the scale */
};

static struct figures read_figures(const struct f2f_record *claim) {
    struct figures f = {.expected = f2f_record_get(claim, "expected"), .predicted = f2f_record_get(claim, "predicted")};
    double tolerance = f2f_record_get(claim, "tolerance_frac");
    if (!isfinite(tolerance)) tolerance = 0;
    f.low = f.expected * (1 - tolerance);
    f.high = f.expected * (1 + tolerance);
    f.from = fmin(f.predicted, f2f_record_get(claim, "sweep_min"));
    f.to = fmax(f.predicted, f2f_record_get(claim, "sweep_max"));
    double air = 0.15 * (fmax(f.high, f.to) - fmin(f.low, f.from));
    f.least = fmin(f.low, f.from) - air;
    f.most = fmax(f.high, f.to) + air;
    return f;
}

static double x_of(const struct figures *f, double value) {
    return EDGE + (value - f->least) / (f->most - f->least) * (WIDTH - 2 * EDGE);
}

static void put_rect(struct f2f_buffer *out, const struct figures *f, const char *css, double from, double to,
                     double half) {
    f2f_arena *arena = out->arena;
    f2f_buffer_printf(out, "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"2\"/>", css,
                      f2f_html_px(arena, x_of(f, from)), f2f_html_px(arena, MIDDLE - half),
                      f2f_html_px(arena, x_of(f, to) - x_of(f, from)), f2f_html_px(arena, 2 * half));
}

/* The band of the tolerance, the published value in it, the range of the sweep and the prediction. */
static void put_scale(struct f2f_buffer *out, const struct figures *f, bool holds) {
    f2f_arena *arena = out->arena;
    if (!isfinite(f->expected) || !isfinite(f->predicted) || !(f->most > f->least)) return;
    f2f_buffer_printf(
        out, "<svg class=\"scale\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"predicted %s, published %s\">",
        WIDTH, 2 * MIDDLE, ratio(arena, f->predicted), ratio(arena, f->expected));
    put_rect(out, f, "band", f->low, f->high, 11);
    f2f_buffer_printf(out, "<path class=\"axis\" d=\"M%.0f %.0fH%.0f\"/>", EDGE, MIDDLE, WIDTH - EDGE);
    put_rect(out, f, "range", f->from, f->to, 2.5);
    f2f_buffer_printf(out, "<path class=\"tick\" d=\"M%s %.0fv22\"/>", f2f_html_px(arena, x_of(f, f->expected)),
                      MIDDLE - 11);
    f2f_buffer_printf(out, "<circle class=\"%s\" cx=\"%s\" cy=\"%.0f\" r=\"6\"/></svg>\n", holds ? "good" : "bad",
                      f2f_html_px(arena, x_of(f, f->predicted)), MIDDLE);
}

static void put_figures(struct f2f_buffer *out, const struct f2f_record *claim, const struct figures *f) {
    f2f_arena *arena = out->arena;
    double tolerance = f2f_record_get(claim, "tolerance_frac");
    f2f_buffer_printf(out, "<p class=\"figures\"><b>%s</b> predicted, <b>%s</b> published", ratio(arena, f->predicted),
                      ratio(arena, f->expected));
    if (isfinite(tolerance)) f2f_buffer_printf(out, " ± %s", f2f_quantity_text_of(arena, "frac", tolerance, false));
    f2f_buffer_text(out, "</p>\n");
}

/* A list "a; b; c" as items, behind a fold when it is long. */
static void put_items(struct f2f_buffer *out, const char *text) {
    size_t n = 1;
    for (const char *c = strstr(text, "; "); c; c = strstr(c + 2, "; ")) n++;
    if (n > FEW) f2f_buffer_printf(out, "<details><summary>%zu cases</summary>", n);
    f2f_buffer_text(out, "<ul class=\"items\">");
    for (const char *item = text, *end; item; item = end ? end + 2 : NULL) {
        end = strstr(item, "; ");
        const char *one = f2f_arena_strndup(out->arena, item, end ? (size_t)(end - item) : strlen(item));
        f2f_buffer_printf(out, "<li>%s</li>", f2f_html_escape(out->arena, one));
    }
    f2f_buffer_text(out, n > FEW ? "</ul></details>" : "</ul>");
}

static bool is_link(const char *text) { return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0; }

static void put_entry(struct f2f_buffer *out, const char *name, const char *text) {
    const char *escaped = f2f_html_escape(out->arena, text);
    f2f_buffer_printf(out, "<dt>%s</dt><dd>", f2f_html_escape(out->arena, name));
    if (is_link(text) && !strpbrk(text, " \n"))
        f2f_buffer_printf(out, "<a rel=\"noreferrer\" href=\"%s\">%s</a>", escaped, escaped);
    else if (strstr(text, "; ")) put_items(out, text);
    else f2f_buffer_text(out, escaped);
    f2f_buffer_text(out, "</dd>\n");
}

static bool is_told(const char *key) {
    static const char *const told[] = {"text", "holds", "expected", "predicted", "tolerance_frac",
                                       "of",   "job",   "because",  "sweep_min", "sweep_max"};
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        if (strcmp(key, told[i]) == 0) return true;
    return false;
}

static const char *words(f2f_arena *arena, const char *key) {
    char *text = f2f_arena_strdup(arena, key);
    for (char *c = text; *c; c++)
        if (*c == '_') *c = ' ';
    return text;
}

static void put_entries(struct f2f_buffer *out, const struct f2f_record *claim) {
    f2f_arena *arena = out->arena;
    const char *of = f2f_record_word(claim, "of"), *job = f2f_record_word(claim, "job");
    f2f_buffer_text(out, "<dl>");
    if (*of)
        put_entry(out, "read from",
                  f2f_arena_printf(arena, "%s of %s", f2f_key_label(arena, of), *job ? job : "all jobs"));
    double from = f2f_record_get(claim, "sweep_min"), to = f2f_record_get(claim, "sweep_max");
    if (isfinite(from) && isfinite(to))
        put_entry(out, "over the sweep", f2f_arena_printf(arena, "%s to %s", ratio(arena, from), ratio(arena, to)));
    for (size_t i = 0; i < claim->n_values; i++) {
        const struct f2f_value *value = &claim->values[i];
        if (value->kind == F2F_VALUE_TEXT && value->text && !is_told(value->key))
            put_entry(out, words(arena, value->key), value->text);
    }
    f2f_buffer_text(out, "</dl>");
}

static void put_card(struct f2f_buffer *out, const struct f2f_record *claim) {
    bool holds = f2f_record_get(claim, "holds") > 0;
    const char *because = f2f_record_word(claim, "because");
    struct figures f = read_figures(claim);
    f2f_buffer_printf(out, "<article class=\"card\"><p class=\"verdict %s\">%s</p>\n<h3>%s</h3>\n",
                      holds ? "good" : "bad", holds ? "✓ holds" : "✗ does not hold",
                      f2f_html_escape(out->arena, f2f_record_word(claim, "text")));
    put_figures(out, claim, &f);
    put_scale(out, &f, holds);
    if (*because) f2f_buffer_printf(out, "<p>%s</p>\n", f2f_html_escape(out->arena, because));
    put_entries(out, claim);
    f2f_buffer_text(out, "</article>\n");
}

void f2f_html_claims(struct f2f_buffer *out, const struct f2f_results *results) {
    size_t hold = 0, n = results->n_claims;
    if (!n) return;
    for (size_t i = 0; i < n; i++) hold += f2f_record_get(results->claims[i], "holds") > 0;
    f2f_buffer_printf(out,
                      "<section id=\"claims\"><h2>%zu of %zu claim%s hold%s</h2>\n<p class=\"soft\">Dot: predicted. "
                      "Band: published, with its "
                      "tolerance. Bar: all that was predicted over the sweep.</p>\n<div class=\"cards\">\n",
                      hold, n, n == 1 ? "" : "s", hold == 1 ? "s" : "");
    for (size_t i = 0; i < n; i++) put_card(out, results->claims[i]);
    f2f_buffer_text(out, "</div></section>\n");
}
