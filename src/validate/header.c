/* header.c - which kind of table a file is, from its first line.
 *
 * The columns may stand in any order; `source` may be missing. Anything else must match one schema
 * exactly, so that a misspelt column is an error and not a table with a hole. */
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "validate/schema.h"
#include "validate/schema_list.h"

#define X(symbol) extern const struct f2f_schema f2f_schema_##symbol;
F2F_SCHEMA_LIST(X)
#undef X

#define X(symbol) &f2f_schema_##symbol,
static const struct f2f_schema *const schemas[] = {F2F_SCHEMA_LIST(X)};
#undef X
enum { N_SCHEMAS = sizeof schemas / sizeof schemas[0] };

static const char source_column[] = "source";

/* Position of a name in the row, or row->n. */
static size_t find_cell(const struct f2f_csv_row *row, const char *name) {
    size_t i = 0;
    while (i < row->n && strcmp(row->cell[i].text, name) != 0) i++;
    return i;
}

static bool has_column(const struct f2f_schema *schema, const char *name) {
    for (size_t i = 0; i < schema->n_columns; i++)
        if (strcmp(schema->columns[i].name, name) == 0) return true;
    return strcmp(name, source_column) == 0;
}

/* Columns that are missing and columns that do not belong. */
static size_t distance(const struct f2f_schema *schema, const struct f2f_csv_row *row) {
    size_t faults = 0;
    for (size_t i = 0; i < schema->n_columns; i++) faults += find_cell(row, schema->columns[i].name) == row->n;
    for (size_t i = 0; i < row->n; i++) faults += !has_column(schema, row->cell[i].text);
    return faults;
}

static const struct f2f_schema *nearest(const struct f2f_csv_row *row) {
    const struct f2f_schema *best = schemas[0];
    for (size_t i = 1; i < N_SCHEMAS; i++)
        if (distance(schemas[i], row) < distance(best, row)) best = schemas[i];
    return best;
}

static void list_columns(struct f2f_buffer *text, const struct f2f_schema *schema) {
    for (size_t i = 0; i < schema->n_columns; i++)
        f2f_buffer_printf(text, "%s%s", i ? "," : "", schema->columns[i].name);
}

static void refuse(const struct f2f_csv_row *row, const char *path, struct f2f_diag *diag) {
    const struct f2f_schema *near = nearest(row);
    struct f2f_buffer text = {.arena = diag->arena};
    f2f_buffer_printf(&text, "this header is no known table; nearest is '%s':", near->name);
    for (size_t i = 0; i < near->n_columns; i++)
        if (find_cell(row, near->columns[i].name) == row->n)
            f2f_buffer_printf(&text, " '%s' is missing;", near->columns[i].name);
    for (size_t i = 0; i < row->n; i++)
        if (!has_column(near, row->cell[i].text))
            f2f_buffer_printf(&text, " '%.40s' does not belong;", row->cell[i].text);
    f2f_buffer_text(&text, " known tables (source may be added to each):");
    for (size_t i = 0; i < N_SCHEMAS; i++) {
        f2f_buffer_printf(&text, " %s(", schemas[i]->name);
        list_columns(&text, schemas[i]);
        f2f_buffer_text(&text, ")");
    }
    f2f_diag_add(diag, path, row->cell[0].line, 1, "%s", f2f_buffer_str(&text));
}

static bool has_twins(const struct f2f_csv_row *row, const char *path, struct f2f_diag *diag) {
    for (size_t i = 0; i < row->n; i++) {
        if (find_cell(row, row->cell[i].text) == i) continue;
        f2f_diag_add(diag, path, row->cell[i].line, row->cell[i].col, "column '%.40s' twice: leave out one",
                     row->cell[i].text);
        return true;
    }
    return false;
}

bool f2f_header_read(struct f2f_header *out, const struct f2f_csv_row *row, const char *path, struct f2f_diag *diag) {
    const struct f2f_schema *schema = nearest(row);
    if (has_twins(row, path, diag)) return false;
    if (distance(schema, row) > 0) {
        refuse(row, path, diag);
        return false;
    }
    size_t source = find_cell(row, source_column);
    *out = (struct f2f_header){.schema = schema, .source = source < row->n ? source : SIZE_MAX};
    for (size_t i = 0; i < schema->n_columns; i++) out->place[i] = find_cell(row, schema->columns[i].name);
    return true;
}
