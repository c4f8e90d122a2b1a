/* grid.h - records side by side: what every table of every format is made from. */
#ifndef F2F_REPORT_GRID_H
#define F2F_REPORT_GRID_H

#include <stdbool.h>

#include "fab2fleet/record.h"

/* One key of the union of the records' keys, with the value of each record (NULL: it has none). */
struct f2f_row {
    const char *key, *path; /* path: with the keys of the records it is nested in, by points */
    const char *help;
    int depth; /* of nesting */
    bool heading; /* a nested record, whose own keys follow */
    const struct f2f_value **cells;
};

struct f2f_grid {
    struct f2f_row *rows;
    size_t n_rows, n_columns;
};

/* Keys in order of first appearance, nested ones after the key they are nested in. */
struct f2f_grid f2f_grid_make(f2f_arena *arena, struct f2f_record *const *records, size_t n);
/* How the cells of a row read, numbers on one scale where they are of one size; "" for none. */
const char **f2f_row_texts(f2f_arena *arena, const struct f2f_row *row, size_t n, bool ascii);
/* No record says anything here (all texts are null). */
bool f2f_row_is_empty(const struct f2f_row *row, const char *const *texts, size_t n);
/* Last number of the row over its first: "1.59x", "=" if they are the same, "" if there is none.
 * Nested whole numbers are settings (`strategy.tp`), which are not compared. */
const char *f2f_row_ratio(f2f_arena *arena, const struct f2f_row *row, size_t n, bool ascii);
bool f2f_row_is_number(const struct f2f_row *row, size_t n);

/* Quantiles (chip_usd_p10) of a figure (chip_usd) stand beside it where a table has one record alone, and below it as a
 * range from p10 to p90 where it has more. */
enum { F2F_P10_COLUMN, F2F_P50_COLUMN, F2F_P90_COLUMN, F2F_QUANTILES };
extern const char *const f2f_quantiles[F2F_QUANTILES]; /* "p10", ... */
/* Is the row a quantile of a figure that has a row of its own? */
bool f2f_row_is_quantile(const struct f2f_grid *grid, const struct f2f_row *row);
/* The row of a figure's quantile, or -1. */
int f2f_row_quantile(const struct f2f_grid *grid, const struct f2f_row *row, size_t quantile);
bool f2f_grid_has_quantiles(const struct f2f_grid *grid);
bool f2f_grid_has_quantile(const struct f2f_grid *grid, size_t quantile);
/* "541.5 to 692 tok/s" of a p10 and a p90 as they read; "" if either is missing. */
const char *f2f_range_text(f2f_arena *arena, const char *low, const char *high);

/* Results that belong into one table. */
struct f2f_group {
    const char *job; /* results of this job, a column per system; NULL: records with the same keys, a line each */
    struct f2f_record **records;
    size_t n;
};

struct f2f_groups {
    struct f2f_group *items;
    size_t n;
};

/* By `job` if every result has the texts `system` and `job`; else runs of results with equal keys. */
struct f2f_groups f2f_groups_make(f2f_arena *arena, const struct f2f_results *results);
/* What a record is called among those of its group: its system, else its title, else "". */
const char *f2f_record_name(const struct f2f_record *r);
/* Text of that key, or "". */
const char *f2f_record_word(const struct f2f_record *r, const char *key);

#endif
