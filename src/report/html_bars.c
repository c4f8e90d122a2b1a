/* html_bars.c - stacked horizontal bars as SVG; see html.h. */
#include <math.h>
#include <string.h>

#include "report/html.h"

#define WIDTH 960.0
#define BAR 26.0
#define NAME 20.0 /* line with the name and the total */
#define SPAN 24.0 /* line with the names of what the parts belong to */
#define SPACE 16.0 /* between bars */
#define LEAST_CHARS 6 /* a shortened name has more */
#define PAD 12.0 /* of a text in its box, both sides together */

static double bar_height(const struct f2f_bar *bar) { return NAME + (bar->n_spans ? SPAN : 0) + BAR; }

static void put_label(struct f2f_buffer *out, const char *css, double x, double y, const char *anchor,
                      const char *text) {
    f2f_arena *arena = out->arena;
    f2f_buffer_printf(out, "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n", css,
                      f2f_html_px(arena, x), f2f_html_px(arena, y), anchor, f2f_html_escape(arena, text));
}

/* The whole name, or so much of it with an ellipsis as makes sense, or nothing. */
static const char *fitting(f2f_arena *arena, const char *name, double width) {
    if (f2f_html_text_px(name) <= width) return name;
    size_t keep = (size_t)(fmax(width, 0) / f2f_html_text_px("m")), length = 0;
    if (keep <= LEAST_CHARS) return "";
    while (name[length] && (keep > 1 || ((unsigned char)name[length] & 0xc0) == 0x80))
        keep -= ((unsigned char)name[length++] & 0xc0) != 0x80;
    while (length && strchr("._- ", name[length - 1])) length--;
    return f2f_arena_printf(arena, "%.*s…", (int)length, name);
}

static void put_part(struct f2f_buffer *out, const struct f2f_bar_part *part, double x, double y, double width) {
    f2f_arena *arena = out->arena;
    double gap = width > 4 ? 1.5 : 0; /* parts stand apart, slivers stay visible */
    f2f_buffer_printf(out,
                      "<g><title>%s</title><rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"2\"/>",
                      f2f_html_escape(arena, part->tip), part->css, f2f_html_px(arena, x), f2f_html_px(arena, y),
                      f2f_html_px(arena, width - gap), f2f_html_px(arena, BAR));
    const char *name = fitting(arena, part->name, width - PAD);
    if (*name)
        put_label(out, f2f_arena_printf(arena, "on-%s", part->css), x + (width - gap) / 2, y + BAR / 2 + 4, "middle",
                  name);
    f2f_buffer_text(out, "</g>\n");
}

static void put_span(struct f2f_buffer *out, const struct f2f_bar_span *span, double x, double y, double width) {
    f2f_arena *arena = out->arena;
    const char *whole = f2f_arena_printf(arena, "%s %s", span->name, span->text);
    const char *label = f2f_html_text_px(whole) < width        ? whole
                        : f2f_html_text_px(span->name) < width ? span->name
                                                               : "";
    f2f_buffer_printf(out, "<path class=\"axis\" d=\"M%s %sv-5h%sv5\"/>", f2f_html_px(arena, x + 0.5),
                      f2f_html_px(arena, y - 3), f2f_html_px(arena, width - 2.5));
    put_label(out, "soft", x, y - 12, "start", label);
}

static void put_bar(struct f2f_buffer *out, const struct f2f_bar *bar, double top, double full) {
    f2f_arena *arena = out->arena;
    double y = top + NAME + (bar->n_spans ? SPAN : 0), at = 0,
           *starts = f2f_arena_alloc(arena, (bar->n_parts + 1) * sizeof *starts);
    put_label(out, "name", 0, top + 13, "start", bar->name);
    put_label(out, "soft", WIDTH, top + 13, "end", bar->total);
    for (size_t i = 0; i < bar->n_parts; i++) {
        double width = fmax(bar->parts[i].amount, 0) / full * WIDTH;
        starts[i] = at;
        if (width > 0) put_part(out, &bar->parts[i], at, y, width);
        at += width;
    }
    starts[bar->n_parts] = at;
    for (size_t i = 0; i < bar->n_spans; i++) {
        const struct f2f_bar_span *span = &bar->spans[i];
        double width = starts[span->last] - starts[span->first];
        if (width > 6) put_span(out, span, starts[span->first], y, width);
    }
    if (isfinite(bar->limit))
        f2f_buffer_printf(out, "<path class=\"limit\" d=\"M%s %sv%s\"/>\n",
                          f2f_html_px(arena, bar->limit / full * WIDTH - 1), f2f_html_px(arena, y - 4),
                          f2f_html_px(arena, BAR + 8));
}

void f2f_html_bars(struct f2f_buffer *out, const char *title, const struct f2f_bar *bars, size_t n, double full) {
    double height = 4;
    for (size_t i = 0; i < n; i++) height += bar_height(&bars[i]) + (i ? SPACE : 0);
    f2f_buffer_printf(
        out, "<div class=\"wide\"><svg class=\"bars\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n",
        WIDTH, height, f2f_html_escape(out->arena, title));
    double top = 0;
    for (size_t i = 0; i < n; i++) {
        put_bar(out, &bars[i], top, full);
        top += bar_height(&bars[i]) + SPACE;
    }
    f2f_buffer_text(out, "</svg></div>\n");
}
