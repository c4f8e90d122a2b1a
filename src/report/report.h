/* report.h - inside of this folder: the formats, each in its own file, and what several of them share. */
#ifndef F2F_REPORT_FORMATS_H
#define F2F_REPORT_FORMATS_H

#include "base/buffer.h"
#include "fab2fleet/report.h"

#define F2F_REPORT_SCHEMA "fab2fleet/1"

typedef void f2f_report_fn(struct f2f_buffer *out, const struct f2f_results *results,
                           const struct f2f_report_options *options);

f2f_report_fn f2f_report_text, f2f_report_json, f2f_report_csv, f2f_report_html, f2f_report_timeline,
    f2f_report_perfetto;

/* Rows of a table: its values that are records. Returns their number. */
size_t f2f_table_rows(f2f_arena *arena, const struct f2f_record *table, struct f2f_record ***rows);

/* text without control characters (a '?' each) and in UTF-8 (U+FFFD for each bad byte). */
const char *f2f_text_clean(f2f_arena *arena, const char *text);

#endif
