/* report.h - results as text, JSON, CSV, HTML or a timeline.
 *
 * Every format is written once, for any record (record.h). Nothing is printed here: the caller gets
 * a text. The same results give the same bytes, in every locale. */
#ifndef F2F_REPORT_H
#define F2F_REPORT_H

#include "fab2fleet/record.h"

#ifdef __cplusplus
extern "C" {
#endif

enum f2f_format {
    F2F_FORMAT_TEXT, /* tables for people: numbers rounded, with their units; ASCII but for names */
    F2F_FORMAT_JSON, /* {"schema": "fab2fleet/1", "command", "results": [...], ...}: SI units, unrounded, NaN as null */
    F2F_FORMAT_CSV, /* RFC 4180: a line per result, nested keys as `key.sub`, null as an empty cell; a text that a
                     * spreadsheet would take for a formula (= + - @) gets a ' in front */
    F2F_FORMAT_HTML, /* one file with everything in it: claims, tables, charts, all values */
    F2F_FORMAT_TIMELINE, /* spans as a Chrome trace, which Perfetto opens: a process per result, a thread per track */
    F2F_FORMAT_PERFETTO, /* the same in Perfetto's own binary form (protobuf): smaller; no text */
    F2F_FORMAT_N
};

struct f2f_report_options {
    bool explain; /* TEXT, JSON: the tree of where the time (energy, money) goes */
    bool help; /* TEXT: the sentence that explains each key */
    bool quiet; /* TEXT: tables only */
    bool color; /* TEXT: ANSI colours */
};

/* The whole document in UTF-8, in the arena. options: NULL is all false. */
const char *f2f_report(f2f_arena *arena, const struct f2f_results *results, enum f2f_format format,
                       const struct f2f_report_options *options);

/* The same with its length, for a format that is no text. */
const char *f2f_report_sized(size_t *length, f2f_arena *arena, const struct f2f_results *results,
                             enum f2f_format format, const struct f2f_report_options *options);

#ifdef __cplusplus
}
#endif
#endif
