/* cells.c - the cells of a row, as their columns want them: whole cell, finite, above zero. */
#include <limits.h>
#include <math.h>
#include <stdint.h>

#include "base/units.h"
#include "validate/schema.h"

static bool is_whole(double x) { return x <= INT_MAX && floor(x) >= x; }

/* What each kind of cell wants. */
static const struct rule {
    const char *wanted; /* NULL: text */
    bool whole, zero, unknown; /* must be whole; may be 0; may be empty or words */
} rules[] = {
    [F2F_CELL_WORD] = {0},
    [F2F_CELL_TEXT] = {.unknown = true},
    [F2F_CELL_REAL] = {.wanted = "a number above 0"},
    [F2F_CELL_COUNT] = {.wanted = "a whole number from 1 to 2147483647", .whole = true},
    [F2F_CELL_LOGGED] = {.wanted = "a number, 0 if nothing was logged", .zero = true},
    [F2F_CELL_REAL_IF_KNOWN] = {.wanted = "a number above 0, or an empty cell", .unknown = true},
    [F2F_CELL_COUNT_IF_KNOWN] = {.wanted = "a whole number from 1, or an empty cell", .whole = true, .unknown = true},
};

static bool read_number(double *out, const struct rule *rule, const char *text) {
    if (!f2f_number_parse(out, text)) {
        *out = (double)NAN;
        return rule->unknown;
    }
    if (rule->zero && !(*out < 0.0) && !(*out > 0.0)) {
        *out = (double)NAN;
        return true;
    }
    return *out > 0.0 && (!rule->whole || is_whole(*out));
}

static bool is_right(double *out, const struct rule *rule, const char *text) {
    return rule->wanted ? read_number(out, rule, text) : rule->unknown || text[0] != '\0';
}

bool f2f_row_read(struct f2f_row *out, const struct f2f_header *header, const struct f2f_csv_row *row, const char *path,
                  struct f2f_diag *diag) {
    bool good = true;
    for (size_t i = 0; i < header->schema->n_columns; i++) {
        const struct f2f_csv_cell *cell = &row->cell[header->place[i]];
        const struct f2f_column *column = &header->schema->columns[i];
        const struct rule *rule = &rules[column->kind];
        out->text[i] = cell->text;
        if (is_right(&out->number[i], rule, cell->text)) continue;
        f2f_diag_add(diag, path, cell->line, cell->col, "%s is '%.40s': %s is wanted", column->name, cell->text,
                     rule->wanted ? rule->wanted : "a word");
        good = false;
    }
    out->source = header->source == SIZE_MAX ? "" : row->cell[header->source].text;
    return good;
}
