/* text.h - inside of this folder: building blocks of the human table. */
#ifndef F2F_REPORT_TEXT_H
#define F2F_REPORT_TEXT_H

#include "report/report.h"

#define F2F_TEXT_WIDTH 100 /* columns, where possible */

enum f2f_style { F2F_STYLE_PLAIN, F2F_STYLE_BOLD, F2F_STYLE_DIM, F2F_STYLE_GOOD, F2F_STYLE_BAD };

struct f2f_text {
    struct f2f_buffer *out;
    bool color;
};

/* A table of text: cells row by row, the first n_header rows in bold. */
struct f2f_text_table {
    size_t n_rows, n_columns, n_header;
    const char **cells;
    bool *left; /* per column: aligned left, else right */
    size_t dim_from; /* columns from here on are dim */
};

/* Cells needed on a terminal, one per code point. */
size_t f2f_text_width(const char *text);
void f2f_text_styled(struct f2f_text *t, enum f2f_style style, const char *text);
/* Words of text in lines of at most the page's width; lines after the first start `indent` further in. */
void f2f_text_wrap(struct f2f_text *t, size_t at, size_t indent, const char *text);
struct f2f_text_table f2f_text_table_new(f2f_arena *arena, size_t n_rows, size_t n_columns, size_t n_header);
void f2f_text_table_put(struct f2f_text *t, const struct f2f_text_table *table, size_t indent);
/* Columns the table takes, without indent. */
size_t f2f_text_table_width(const struct f2f_text_table *table);
/* Shortens texts of the widest columns on the left until the table fits; if it cannot, it stays as it is. Was any cut?
 */
bool f2f_text_table_fit(f2f_arena *arena, struct f2f_text_table *table, size_t width);

/* The trees of shares of the records: bound, then amount and part of the whole of each. */
void f2f_text_shares(struct f2f_text *t, struct f2f_record *const *records, size_t n);
/* Claims with their verdict. */
void f2f_text_claims(struct f2f_text *t, const struct f2f_results *results);

#endif
