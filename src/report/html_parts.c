/* html_parts.c - escaping and small elements; see html.h. */
#include <ctype.h>
#include <string.h>

#include "report/html.h"
#include "report/text.h"

#define LONG_TEXT 30
#define CHAR_PX 7.4 /* of a character of the drawings (12 px): that of a wide system font, DejaVu Sans */

const char *f2f_html_escape(f2f_arena *arena, const char *text) {
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    struct f2f_buffer out = {.arena = arena};
    for (const char *c = f2f_text_clean(arena, text); *c; c++) {
        size_t i = 0;
        while (i < sizeof entities / sizeof entities[0] && entities[i].c != *c) i++;
        if (i < sizeof entities / sizeof entities[0]) f2f_buffer_text(&out, entities[i].entity);
        else f2f_buffer_bytes(&out, c, 1);
    }
    return f2f_buffer_str(&out);
}

const char *f2f_html_text_class(const char *text) { return strlen(text) > LONG_TEXT ? "text long" : "text"; }

const char *f2f_html_px(f2f_arena *arena, double px) {
    char text[F2F_NUMBER_MAX];
    return f2f_arena_strdup(arena, f2f_number_fixed(text, px, 1));
}

double f2f_html_text_px(const char *text) { return CHAR_PX * (double)f2f_text_width(text); }

const char *f2f_html_anchor(f2f_arena *arena, const char *prefix, const char *name) {
    char *anchor = f2f_arena_printf(arena, "%s-%s", prefix, name);
    for (char *c = anchor; *c; c++) *c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
    return anchor;
}

void f2f_html_legend(struct f2f_buffer *out, const char *const *classes, const char *const *names, size_t n) {
    f2f_buffer_text(out, "<ul class=\"legend\">");
    for (size_t i = 0; i < n; i++)
        f2f_buffer_printf(out,
                          "<li><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"%s\" width=\"12\" "
                          "height=\"12\" rx=\"3\"/></svg>%s</li>",
                          classes[i], f2f_html_escape(out->arena, names[i]));
    f2f_buffer_text(out, "</ul>\n");
}
