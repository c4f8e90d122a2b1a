/* range.c - quantities that are known within a range: written {value:, low:, high:, shape:} or `13..20 kUSD`.
 *
 * Ranges are listed beside the structs, so that a struct is the same whether its fields are certain or not. Quantile of
 * the normal distribution: Wichura, algorithm AS 241 (Applied Statistics 37, 1988), its PPND7. */
#include "fab2fleet/range.h"

#include <math.h>
#include <string.h>

#include "desc/table.h"

const char *const f2f_desc_value_keys[] = {"value", "source", "note", "low", "high", "shape", NULL};

static const char *const shape_words[] = {
#define X(id, name) name,
    F2F_SHAPE_LIST(X)
#undef X
};

/* ---- drawing ---- */

static double ratio(double x, const double *above, const double *below) {
    double a = 0, b = 0;
    for (int i = 3; i >= 0; i--) a = a * x + above[i];
    for (int i = 3; i >= 0; i--) b = b * x + below[i];
    return a / b;
}

/* Relative error below 1e-7. */
static double normal_quantile(double p) {
    static const double centre[2][4] = {{3.3871327179, 50.434271938, 159.29113202, 59.109374720},
                                        {1.0, 17.895169469, 78.757757664, 67.187563600}};
    static const double tail[2][4] = {{1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103},
                                      {1.0, 0.73700164250, 0.12021132975, 0.0}};
    static const double far[2][4] = {{6.6579051150, 3.0812263860, 0.42868294337, 0.017337203997},
                                     {1.0, 0.24197894225, 0.012258202635, 0.0}};
    double q = p - 0.5;
    if (fabs(q) <= 0.425) return q * ratio(0.180625 - q * q, centre[0], centre[1]);
    double r = sqrt(-log(q < 0 ? p : 1 - p));
    double z = r <= 5 ? ratio(r - 1.6, tail[0], tail[1]) : ratio(r - 5, far[0], far[1]);
    return q < 0 ? -z : z;
}

static double triangular_quantile(const struct f2f_range *r, double p) {
    double width = r->high - r->low, peak = width > 0 ? (r->value - r->low) / width : 0;
    if (p < peak) return r->low + sqrt(p * width * (r->value - r->low));
    return r->high - sqrt((1 - p) * width * (r->high - r->value));
}

double f2f_range_quantile(const struct f2f_range *r, double p) {
    const double p90 = 1.2815515655;
    double x = r->value, z;
    switch (r->shape) {
    case F2F_SHAPE_UNIFORM: x = r->low + p * (r->high - r->low); break;
    case F2F_SHAPE_NORMAL:
        z = normal_quantile(p);
        x = r->value + z * (z < 0 ? r->value - r->low : r->high - r->value) / p90;
        break;
    case F2F_SHAPE_LOGNORMAL:
        z = normal_quantile(p);
        x = r->value * exp(z * log(z < 0 ? r->value / r->low : r->high / r->value) / p90);
        break;
    case F2F_SHAPE_TRIANGULAR:
    case F2F_SHAPE_N: x = triangular_quantile(r, p); break;
    }
    if (r->min < r->max) x = fmin(fmax(x, r->min), r->max);
    return x;
}

double f2f_range_written(const char **unit, const struct f2f_range *range) {
    static const struct {
        const char *si, *written;
        double times;
    } units[] = {{"s", "d", 1.0 / 86400},           {"/mm2", "/cm2", 100},          {"USD/B", "USD/GB", 1e9},
                 {"USD/J", "USD/kWh", 3.6e6},       {"USD/s", "USD/h", 3600},       {"J/mm2", "kWh/cm2", 100 / 3.6e6},
                 {"kgCO2e/mm2", "kgCO2e/cm2", 100}, {"kgCO2e/B", "kgCO2e/GB", 1e9}, {"kgCO2e/J", "kgCO2e/kWh", 3.6e6}};
    *unit = range->unit;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(range->unit, units[i].si) != 0) continue;
        *unit = units[i].written;
        return units[i].times;
    }
    return 1;
}

void f2f_range_put(const struct f2f_range *range, double value) {
    for (size_t i = 0; i < range->n_targets; i++) *range->targets[i] = value;
}

/* Start of the last steps of a path: one, or three where an item of a list is meant. */
static const char *last_steps(const char *path) {
    const char *dots[3] = {NULL, NULL, NULL}; /* the last three, the very last first */
    for (const char *c = path; *c; c++) {
        if (*c != '.') continue;
        dots[2] = dots[1];
        dots[1] = dots[0];
        dots[0] = c;
    }
    bool item = dots[1] && dots[1][1] >= '0' && dots[1][1] <= '9';
    const char *dot = item ? dots[2] : dots[0];
    return dot ? dot + 1 : path;
}

const char *f2f_range_label(f2f_arena *arena, const struct f2f_range *r) {
    const char *slash = strrchr(r->file, '/'), *stem = slash ? slash + 1 : r->file;
    size_t length = strlen(stem);
    if (length > 5 && strcmp(stem + length - 5, ".yaml") == 0) length -= 5;
    return f2f_arena_printf(arena, "%.*s: %s", (int)length, stem, last_steps(r->path));
}

/* ---- reading ---- */

/* Keys from the root down; items of a list by their number. */
static const char *path_of(f2f_arena *arena, const struct f2f_doc *node) {
    const char *path = "";
    for (; node && node->parent; node = node->parent) {
        const char *step = node->key;
        if (!step) {
            int i = 0;
            for (const struct f2f_doc *item = node->parent->child; item != node; item = item->next) i++;
            step = f2f_arena_printf(arena, "%d", i);
        }
        path = f2f_arena_printf(arena, "%s%s%s", step, *path ? "." : "", path);
    }
    return path;
}

static bool same_place(const struct f2f_range *a, const struct f2f_doc *b) {
    return a->line == b->line && a->col == b->col && strcmp(a->file, b->file) == 0;
}

static void add_target(f2f_arena *arena, struct f2f_range *range, double *target) {
    size_t size_B = range->n_targets * sizeof *range->targets;
    range->targets = f2f_arena_grow(arena, range->targets, size_B, size_B + sizeof *range->targets);
    range->targets[range->n_targets++] = target;
}

static void list_range(struct f2f_catalog *catalog, const struct f2f_range *range, const struct f2f_doc *node,
                       const struct f2f_doc *scalar, double *target) {
    struct f2f_ranges *all = &catalog->ranges;
    for (size_t i = 0; i < all->n; i++) {
        if (!same_place(&all->item[i], scalar)) continue;
        add_target(catalog->arena, &all->item[i], target);
        return;
    }
    size_t size_B = all->n * sizeof *all->item;
    all->item = f2f_arena_grow(catalog->arena, all->item, size_B, size_B + sizeof *all->item);
    struct f2f_range *last = &all->item[all->n++];
    *last = *range;
    last->path = path_of(catalog->arena, node);
    last->source = scalar->source;
    last->file = scalar->file;
    last->line = scalar->line;
    last->col = scalar->col;
    add_target(catalog->arena, last, target);
}

/* "13..20 kUSD": the unit of the second number goes for both where the first has none. */
static f2f_status parse_pair(struct f2f_range *r, f2f_arena *arena, enum f2f_quantity q, const char *text,
                             f2f_error *err) {
    const char *dots = strstr(text, "..");
    const char *first = f2f_arena_strndup(arena, text, (size_t)(dots - text)), *second = dots + 2;
    double bare;
    second += strspn(second, " ");
    if (f2f_number_parse(&bare, first)) {
        const char *unit = second + strspn(second, "+-0123456789.eE");
        first = f2f_arena_printf(arena, "%s%s", first, unit);
    }
    F2F_TRY(f2f_quantity_parse(&r->low, q, first, err));
    F2F_TRY(f2f_quantity_parse(&r->high, q, second, err));
    r->shape = F2F_SHAPE_UNIFORM;
    r->value = r->low + 0.5 * (r->high - r->low);
    return F2F_OK;
}

/* A bound beside `value:`, or nothing. */
static bool read_bound(double *out, struct f2f_catalog *catalog, const struct f2f_field *field,
                       const struct f2f_doc *node, const char *key) {
    f2f_error reason;
    const struct f2f_doc *bound = f2f_doc_get(node, key);
    if (!bound) return false;
    if (bound->kind == F2F_DOC_SCALAR && f2f_quantity_parse(out, field->quantity, bound->text, &reason) == F2F_OK)
        return true;
    f2f_doc_error(catalog->diag, bound, "'%s': %s", key,
                  bound->kind == F2F_DOC_SCALAR ? reason.message : "one quantity is wanted");
    return false;
}

static void read_shape(struct f2f_range *r, struct f2f_diag *diag, const struct f2f_doc *node) {
    const struct f2f_doc *word = f2f_doc_get(node, "shape");
    if (!word) return;
    for (int i = 0; word->kind == F2F_DOC_SCALAR && i < F2F_SHAPE_N; i++) {
        if (strcmp(word->text, shape_words[i]) != 0) continue;
        r->shape = (enum f2f_shape)i;
        return;
    }
    f2f_doc_error(diag, word, "'shape' must be triangular, uniform, normal or lognormal");
}

/* All that stands for the quantity. */
static bool read_range(struct f2f_range *r, struct f2f_catalog *catalog, const struct f2f_field *field, const char *key,
                       const struct f2f_doc *node, const struct f2f_doc *scalar) {
    f2f_error reason;
    bool pair = strstr(scalar->text, "..") != NULL;
    f2f_status status = pair ? parse_pair(r, catalog->arena, field->quantity, scalar->text, &reason)
                             : f2f_quantity_parse(&r->value, field->quantity, scalar->text, &reason);
    if (status != F2F_OK) {
        f2f_doc_error(catalog->diag, scalar, "'%s': %s", key, reason.message);
        return false;
    }
    if (!pair) r->low = r->high = r->value;
    if (node != scalar) {
        (void)read_bound(&r->low, catalog, field, node, "low");
        (void)read_bound(&r->high, catalog, field, node, "high");
        read_shape(r, catalog->diag, node);
    }
    if (r->low <= r->value && r->value <= r->high && !(r->shape == F2F_SHAPE_LOGNORMAL && r->low <= 0)) return true;
    f2f_doc_error(catalog->diag, scalar, "'%s': low %g, value %g, high %g: they must rise%s", key, r->low, r->value,
                  r->high, r->shape == F2F_SHAPE_LOGNORMAL ? " from above 0" : "");
    return false;
}

bool f2f_desc_quantity(double *out, double *target, struct f2f_catalog *catalog, const struct f2f_field *field,
                       const char *key, struct f2f_doc *node, struct f2f_doc *scalar) {
    struct f2f_range r = {.min = field->min, .max = field->max, .unit = f2f_quantity_unit(field->quantity)};
    if (!read_range(&r, catalog, field, key, node, scalar)) return false;
    if (field->min < field->max && (r.low < field->min || r.high > field->max)) {
        f2f_doc_error(catalog->diag, scalar, "'%s' is %.60s, out of its range %g to %g%s%s", key, scalar->text,
                      field->min, field->max, *f2f_quantity_unit(field->quantity) ? " " : "",
                      f2f_quantity_unit(field->quantity));
        return false;
    }
    *out = r.value;
    if (catalog->lists_ranges && r.low < r.high) list_range(catalog, &r, node, scalar, target);
    return true;
}
