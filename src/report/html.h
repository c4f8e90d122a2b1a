/* html.h - inside of this folder: parts of the HTML report.
 *
 * All text from outside passes through f2f_html_escape; all drawing is inline SVG, coloured by the
 * style sheet's classes, so that it follows the reader's light or dark mode. */
#ifndef F2F_REPORT_HTML_H
#define F2F_REPORT_HTML_H

#include "report/grid.h"
#include "report/report.h"

/* The style sheet. */
extern const char *const f2f_html_style;

/* Text for element content and quoted attributes, in the arena. */
const char *f2f_html_escape(f2f_arena *arena, const char *text);
/* Class of a cell with this text: long ones may be broken into lines. */
const char *f2f_html_text_class(const char *text);
/* A length in pixels: one decimal, a point in every locale. */
const char *f2f_html_px(f2f_arena *arena, double px);
/* Pixels that a text of the drawings' size takes at most. */
double f2f_html_text_px(const char *text);
/* "chat 70B" -> "job-chat-70b", for anchors. */
const char *f2f_html_anchor(f2f_arena *arena, const char *prefix, const char *name);

/* A legend: coloured squares with their names. */
void f2f_html_legend(struct f2f_buffer *out, const char *const *classes, const char *const *names, size_t n);

/* Stacked horizontal bars, one per system. */
struct f2f_bar_part {
    const char *name, *css, *tip;
    double amount;
};
struct f2f_bar_span { /* a line over the parts first..last-1 */
    const char *name, *text; /* text is left out where there is no room */
    size_t first, last;
};
struct f2f_bar {
    const char *name, *total;
    const struct f2f_bar_part *parts;
    size_t n_parts;
    const struct f2f_bar_span *spans;
    size_t n_spans;
    double limit; /* a mark at this amount; NaN: none */
};
/* full: the amount that takes the whole width. */
void f2f_html_bars(struct f2f_buffer *out, const char *title, const struct f2f_bar *bars, size_t n, double full);

/* Cards with the verdict on each claim. */
void f2f_html_claims(struct f2f_buffer *out, const struct f2f_results *results);
/* One job (or one set of like results): what differs, what is the same, where the time goes, memory. */
void f2f_html_group(struct f2f_buffer *out, const struct f2f_group *group);
void f2f_html_time(struct f2f_buffer *out, const struct f2f_group *group);
void f2f_html_memory(struct f2f_buffer *out, const struct f2f_group *group, const struct f2f_grid *grid,
                     size_t heading);
/* Is the row a nested record of bytes that add up to the memory of a chip? */
bool f2f_html_is_memory(const struct f2f_grid *grid, size_t heading);
/* A line per record, a column per key. */
void f2f_html_lines(struct f2f_buffer *out, struct f2f_record *const *records, size_t n);
/* The rows of a table with `drawn` as points. */
void f2f_html_scatter(struct f2f_buffer *out, const struct f2f_record *table);
/* Has the table columns `SYSTEM.key` of several systems, to be drawn? */
bool f2f_html_is_sweep(f2f_arena *arena, const struct f2f_record *table);
/* A small chart per model and precision, a line per system. */
void f2f_html_sweep(struct f2f_buffer *out, const struct f2f_record *table);
/* All values of a group, unrounded, with what they mean. */
void f2f_html_values(struct f2f_buffer *out, const struct f2f_group *group);

#endif
