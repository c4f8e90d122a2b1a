/* csv.h - a strict reader of comma-separated values (RFC 4180), row by row. */
#ifndef F2F_VALIDATE_CSV_H
#define F2F_VALIDATE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "fab2fleet/diag.h"

enum {
    F2F_CSV_COLUMN_MAX = 64,
    F2F_CSV_LINE_MAX_B = 1 << 20, /* of one row */
    F2F_CSV_FILE_MAX_B = 1 << 28,
    F2F_CSV_BAD_MAX = 100 /* bad rows after which reading stops */
};

struct f2f_csv_cell {
    const char *text;
    int line, col; /* where it starts, from 1; col counts bytes */
};

/* Lent until the callback returns. */
struct f2f_csv_row {
    const struct f2f_csv_cell *cell;
    size_t n;
};

/* Who takes the rows. Both report what is wrong to the diag themselves. */
struct f2f_csv_sink {
    void *context;
    bool (*header)(void *context, const struct f2f_csv_row *row); /* false: the file is of no use */
    bool (*row)(void *context, const struct f2f_csv_row *row); /* false: counted as a bad row */
};

struct f2f_csv_count {
    size_t rows, bad; /* rows after the header; of them, how many were refused */
};

/* Reads a file. What is wrong with a row goes to diag as "file:line:col: error: ..." and the row is left
 * out; F2F_EINPUT if anything was, or if the file is too large or its header refused. Memory does not
 * depend on the file: one row is held at a time. */
f2f_status f2f_csv_read(struct f2f_csv_count *count, f2f_arena *arena, const char *path,
                        const struct f2f_csv_sink *sink, struct f2f_diag *diag, f2f_error *err);

#endif
