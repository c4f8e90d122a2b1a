/* report.c - see include/fab2fleet/report.h: picks the format; holds what several formats share. */
#include <string.h>

#include "base/text.h"
#include "report/report.h"

static f2f_report_fn *const formats[F2F_FORMAT_N] = {
    [F2F_FORMAT_TEXT] = f2f_report_text,         [F2F_FORMAT_JSON] = f2f_report_json,
    [F2F_FORMAT_CSV] = f2f_report_csv,           [F2F_FORMAT_HTML] = f2f_report_html,
    [F2F_FORMAT_TIMELINE] = f2f_report_timeline, [F2F_FORMAT_PERFETTO] = f2f_report_perfetto,
};

const char *f2f_report(f2f_arena *arena, const struct f2f_results *results, enum f2f_format format,
                       const struct f2f_report_options *options) {
    size_t length;
    return f2f_report_sized(&length, arena, results, format, options);
}

const char *f2f_report_sized(size_t *length, f2f_arena *arena, const struct f2f_results *results,
                             enum f2f_format format, const struct f2f_report_options *options) {
    const struct f2f_report_options plain = {0};
    struct f2f_buffer out = {.arena = arena};
    formats[format](&out, results, options ? options : &plain);
    *length = out.length;
    return f2f_buffer_str(&out);
}

size_t f2f_table_rows(f2f_arena *arena, const struct f2f_record *table, struct f2f_record ***rows) {
    size_t n = 0;
    *rows = f2f_arena_alloc(arena, table->n_values * sizeof **rows);
    for (size_t i = 0; i < table->n_values; i++)
        if (table->values[i].kind == F2F_VALUE_RECORD) (*rows)[n++] = table->values[i].record;
    return n;
}

const char *f2f_text_clean(f2f_arena *arena, const char *text) {
    struct f2f_buffer out = {.arena = arena};
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        size_t good = f2f_utf8_check(text + i, length - i);
        for (; good > 0; good--, i++) {
            bool control = (unsigned char)text[i] < 0x20 || text[i] == 0x7f;
            f2f_buffer_bytes(&out, control ? "?" : text + i, 1);
        }
        if (i < length) f2f_buffer_text(&out, "\xef\xbf\xbd");
    }
    return f2f_buffer_str(&out);
}
