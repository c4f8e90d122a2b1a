/* range_axis.c - {from: 1.2 GHz, to: 2 GHz, step: 200 MHz} counted out, in the unit of its beginning.
 *
 * Value i is from + i step, or from times factor to the i, not a running sum: no error adds up. The end counts if a
 * value meets it within 1e-9 of a step. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "desc/axes.h"

enum { MOST_VALUES = 10000 };

struct range {
    double from, to, by; /* in the unit of `from` */
    const char *unit; /* " GHz" */
    enum { STEP, FACTOR, COUNT } how;
    long long n;
};

/* "1.2 GHz" as so many of the unit that `from` is written in. */
static bool read_end(double *out, struct f2f_catalog *catalog, const struct f2f_field *field,
                     const struct f2f_doc *node, double unit_SI) {
    f2f_error reason = {0};
    double value = 0;
    bool plain = field->type != F2F_FIELD_QUANTITY && field->type != F2F_FIELD_DTYPES;
    bool good = plain ? f2f_number_parse(&value, node->text)
                      : f2f_quantity_parse(&value, field->quantity, node->text, &reason) == F2F_OK;
    if (!good) f2f_doc_error(catalog->diag, node, "'%s': %s", node->key, plain ? "a number is wanted" : reason.message);
    *out = value / unit_SI;
    return good;
}

/* One of the unit that the text is written in, whatever its number (0 ms); 1: it has none that is known. */
static double unit_of(const struct f2f_field *field, const char *unit) {
    char text[F2F_NUMBER_MAX];
    double one = 1;
    bool plain = field->type != F2F_FIELD_QUANTITY && field->type != F2F_FIELD_DTYPES;
    int length = snprintf(text, sizeof text, "1%s", unit);
    if (plain || length >= (int)sizeof text || f2f_quantity_parse(&one, field->quantity, text, NULL) != F2F_OK)
        return 1;
    return one > 0 ? one : 1;
}

/* One of the three; NULL: reported. */
static const struct f2f_doc *find_by(struct range *r, struct f2f_catalog *catalog, const struct f2f_doc *map) {
    static const char *const keys[] = {"step", "factor", "count"};
    const struct f2f_doc *found = NULL;
    size_t given = 0, known = 2;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct f2f_doc *node = f2f_doc_get(map, keys[i]);
        if (!node || node->kind != F2F_DOC_SCALAR) continue;
        found = node;
        r->how = i == 0 ? STEP : i == 1 ? FACTOR : COUNT;
        given++;
    }
    known += given;
    const struct f2f_doc *from = f2f_doc_get(map, "from"), *to = f2f_doc_get(map, "to");
    if (given == 1 && f2f_doc_count(map) == known && from && from->kind == F2F_DOC_SCALAR && to &&
        to->kind == F2F_DOC_SCALAR)
        return found;
    f2f_doc_error(catalog->diag, map, "a range is {from:, to:} with one of 'step', 'factor' and 'count'");
    return NULL;
}

/* How many values; 0: it has no end, or too far a one. */
static long long count(const struct range *r) {
    double n = 0;
    if (r->how == STEP && r->by > 0) n = floor((r->to - r->from) / r->by + 1e-9) + 1;
    if (r->how == FACTOR && r->by > 1 && r->from > 0) n = floor(log(r->to / r->from) / log(r->by) + 1e-9) + 1;
    if (r->how == COUNT && r->by == trunc(r->by)) n = r->by;
    return r->to >= r->from && n >= 1 && n <= MOST_VALUES ? (long long)n : 0;
}

static double value_at(const struct range *r, long long i) {
    if (r->how == STEP) return r->from + (double)i * r->by;
    if (r->how == FACTOR) return r->from * pow(r->by, (double)i);
    return r->n == 1 ? r->from : r->from + (r->to - r->from) * ((double)i / (double)(r->n - 1));
}

static bool read_range(struct range *r, struct f2f_catalog *catalog, const struct f2f_doc *map,
                       const struct f2f_field *field) {
    const struct f2f_doc *from = f2f_doc_get(map, "from"), *by = find_by(r, catalog, map);
    char *unit = NULL;
    if (!by) return false;
    (void)strtod(from->text, &unit);
    r->unit = unit;
    double unit_SI = unit_of(field, unit);
    if (!read_end(&r->from, catalog, field, from, unit_SI)) return false;
    if (!read_end(&r->to, catalog, field, f2f_doc_get(map, "to"), unit_SI)) return false;
    if (r->how != STEP) {
        if (!f2f_number_parse(&r->by, by->text)) f2f_doc_error(catalog->diag, by, "'%s' must be a number", by->key);
    } else if (!read_end(&r->by, catalog, field, by, unit_SI)) return false;
    r->n = count(r);
    if (!r->n)
        f2f_doc_error(catalog->diag, map,
                      "the range is empty, has no end or more than %d values: 'to' must not be below 'from', 'step' be "
                      "above 0, 'factor' above 1 with 'from' above 0, 'count' a whole number",
                      MOST_VALUES);
    return r->n > 0;
}

void f2f_axes_range(struct f2f_space_axis *axis, struct f2f_catalog *catalog, const struct f2f_doc *map,
                    const struct f2f_field *field, const struct f2f_space_change *like) {
    struct range r = {0};
    char text[F2F_NUMBER_MAX];
    const struct f2f_doc *from = f2f_doc_get(map, "from");
    struct f2f_diag *diag = catalog->diag;
    bool counts = field->type == F2F_FIELD_QUANTITY || field->type == F2F_FIELD_INT || field->type == F2F_FIELD_DTYPES;
    if (!counts) {
        f2f_doc_error(diag, map, "'%s' is no number: give a list of values", field->key);
        return;
    }
    if (!read_range(&r, catalog, map, field)) return;
    axis->values = f2f_arena_alloc(catalog->arena, (size_t)r.n * sizeof *axis->values);
    size_t before = diag->n + diag->dropped;
    for (long long i = 0; i < r.n && diag->n + diag->dropped == before; i++) { /* the first that is wrong is enough */
        struct f2f_space_value *value = &axis->values[axis->n_values++];
        struct f2f_doc *node = f2f_doc_copy(catalog->arena, from, NULL);
        node->text = f2f_arena_printf(catalog->arena, "%s%s", f2f_number_short(text, value_at(&r, i), 12), r.unit);
        *value = (struct f2f_space_value){.name = node->text, .n_changes = 1, .at = map};
        if (i && strcmp(value[-1].name, value->name) == 0)
            f2f_doc_error(diag, map, "the range has the value '%.60s' twice: 'to' must be above 'from'", value->name);
        value->changes = f2f_arena_alloc(catalog->arena, sizeof *value->changes);
        *value->changes = *like;
        f2f_axes_put(value->changes, catalog, field, node);
    }
}
