/* schema.h - kinds of measured tables: their columns, and how a row is predicted.
 *
 * A schema is one file with one ops table and one line in schema_list.h. Flow: csv.c rows -> header.c
 * which schema -> cells.c text to numbers -> schema_*.c measured and predicted -> group.c errors. */
#ifndef F2F_VALIDATE_SCHEMA_H
#define F2F_VALIDATE_SCHEMA_H

#include "fab2fleet/machine.h"
#include "fab2fleet/validate.h"
#include "validate/csv.h"

enum f2f_cell_kind {
    F2F_CELL_WORD, /* text, not empty */
    F2F_CELL_TEXT, /* text, may be empty */
    F2F_CELL_REAL, /* number above 0 */
    F2F_CELL_COUNT, /* whole number from 1 */
    F2F_CELL_LOGGED, /* number, 0 where nothing was logged: then NaN */
    F2F_CELL_REAL_IF_KNOWN, /* as REAL; empty or in words: not known, NaN */
    F2F_CELL_COUNT_IF_KNOWN /* as COUNT; the same */
};

struct f2f_column {
    const char *name;
    enum f2f_cell_kind kind;
};

enum { F2F_SCHEMA_COLUMN_MAX = 32 };

/* One row in the order of the schema's columns, whatever the file's. */
struct f2f_row {
    const char *text[F2F_SCHEMA_COLUMN_MAX];
    double number[F2F_SCHEMA_COLUMN_MAX]; /* of the columns that are numbers */
    const char *source; /* "" if the file has none */
};

/* What a group of rows has in common; empty text where a table has no such column. */
struct f2f_key {
    const char *chip, *framework, *dtype, *metric;
};

struct f2f_validation;

struct f2f_schema {
    const char *name;
    const struct f2f_column *columns;
    size_t n_columns;
    /* Reports each measured figure of the row with f2f_validation_point or f2f_validation_skip. */
    void (*predict)(struct f2f_validation *v, const struct f2f_row *row);
};

/* A schema file lists its columns once as COLUMNS(X) with X(id, name, kind). */
#define F2F_COLUMN_ID(id, name, kind) id,
#define F2F_COLUMN_ENTRY(id, name, kind) {name, F2F_CELL_##kind},
#define F2F_SCHEMA(symbol, text, table, fn) \
    extern const struct f2f_schema symbol;  \
    const struct f2f_schema symbol = {text, table, sizeof(table) / sizeof(table)[0], fn}

/* ---- header.c, cells.c ---- */

/* Where the schema's columns stand in the file. */
struct f2f_header {
    const struct f2f_schema *schema;
    size_t place[F2F_SCHEMA_COLUMN_MAX];
    size_t source; /* SIZE_MAX: no such column */
};

/* Recognises the schema; what is unknown is reported to diag with the nearest schema and all known ones. */
bool f2f_header_read(struct f2f_header *out, const struct f2f_csv_row *row, const char *path, struct f2f_diag *diag);
/* Text to numbers; faults are reported with column, line and what is wanted. */
bool f2f_row_read(struct f2f_row *out, const struct f2f_header *header, const struct f2f_csv_row *row, const char *path,
                  struct f2f_diag *diag);

/* ---- group.c: what a schema reports ---- */

/* A measured figure and its prediction, in the same unit. */
void f2f_validation_point(struct f2f_validation *v, const struct f2f_key *key, double measured, double predicted);
/* The published range of a figure: is the prediction within? */
void f2f_validation_range(struct f2f_validation *v, const struct f2f_key *key, double low, double high,
                          double predicted);
/* A measured run of operators one after the other: compared, or kept for calibration (samples.c). */
void f2f_validation_kernels(struct f2f_validation *v, const struct f2f_key *key, struct f2f_machine *machine,
                            const struct f2f_op *ops, size_t n_ops, double measured_us);
/* A figure that was not predicted. reason: a few words, joined with the table's name in a note; copied. */
void f2f_validation_skip(struct f2f_validation *v, const struct f2f_key *key, const char *reason);

/* ---- lookup.c: names to things, each loaded once per file; NULL and a reason if there is no such thing ---- */

/* A chip, alone or in a node or system that has so many of it. */
struct f2f_machine *f2f_lookup_machine(struct f2f_validation *v, const char *chip, double chips, const char **reason);
const struct f2f_model *f2f_lookup_model(struct f2f_validation *v, const char *name, const char **reason);
/* Chip and precision of a row of kernels; NULL: the row is skipped, and the reason told. */
struct f2f_machine *f2f_lookup_kernel(struct f2f_precision *p, struct f2f_validation *v, const struct f2f_key *key,
                                      const char *kv_dtype);

/* ---- frameworks.c ---- */

/* Who ran the kernel or the job of a row. */
struct f2f_known_framework {
    const char *name;
    const char *reason; /* not NULL: its rows are to be skipped (a misspelt engine, or one name too many) */
    bool engine, library; /* an inference engine of the catalog; a library of kernels that is known */
    int line; /* where the file first has it */
};
/* Never NULL. */
const struct f2f_known_framework *f2f_lookup_framework(struct f2f_validation *v, const char *name);

#endif
